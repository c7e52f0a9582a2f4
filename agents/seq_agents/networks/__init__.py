"""Networks from observations to answers: a reader, a memory, a head.

Most of them have a core of `seq_agents.cores` as memory. `NETWORKS` has those whose memory does what no core can: it
reads the episode again at every step, or it reads the right answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seq_agents.cores import CORES
from seq_agents.menu import Menu, unknown

if TYPE_CHECKING:
    import seq_envs
    from seq_agents.cores.core import CoreSettings
    from seq_agents.networks.network import Network

NETWORKS: Menu[Any] = Menu(
    "network",
    {
        "bilstm": (
            "seq_agents.networks.bidirectional:BidirectionalLstmNetwork",
            "a bidirectional LSTM on the observations so far",
        ),
        "encoder-decoder": (
            "seq_agents.networks.encoder_decoder:EncoderDecoderNetwork",
            "an LSTM that reads and an LSTM that answers, for SeqCopy",
        ),
    },
)


def settings_type_of(memory: str) -> type[CoreSettings]:
    """The settings of a core or of one of `NETWORKS`.

    Raises:
        ValueError: there is no such memory.
    """
    settings: type[CoreSettings] = _menu_of(memory)[memory].settings_type
    return settings


def make_network(memory: str, problem: seq_envs.Problem, settings: Any) -> Network:
    """Make a network with this memory; torch's global generator draws its weights.

    Args:
        memory: a name of `seq_agents.cores.CORES` or of `NETWORKS`.
        problem: the problem that the network answers.
        settings: have all fields of `settings_type_of(memory)`.

    Raises:
        ValueError: there is no such memory, or it cannot learn the problem.
    """
    from seq_agents.networks.core_network import CoreNetwork

    found = _menu_of(memory)[memory]
    if memory in NETWORKS:
        network: Network = found(problem, settings)
        return network
    return CoreNetwork(problem, lambda inputs: found.build(inputs, settings, problem))


def _menu_of(memory: str) -> Menu[Any]:
    for menu in (CORES, NETWORKS):
        if memory in menu:
            return menu
    raise unknown("core", memory, [*CORES, *NETWORKS])
