"""Networks from observations to answers: a reader, a memory, a head.

Most of them have a core of `seq_agents.cores` as memory. `NETWORKS` has those whose memory does what no core can: it
reads the episode again at every step, or it reads the right answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seq_agents.cores import CORES, core_type, make_core
from seq_agents.menu import Menu, unknown

if TYPE_CHECKING:
    import seq_envs
    from seq_agents.networks.network import Network
    from seq_agents.settings import Settings

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


def settings_type_of(memory: str) -> type[Settings]:
    """The settings of a core or of one of `NETWORKS`.

    Raises:
        ValueError: there is no such memory.
    """
    settings: type[Settings] = _type_of(memory).settings_type
    return settings


def make_network(memory: str, problem: seq_envs.Problem, settings: Any, bins: int = 0) -> Network:
    """Make a network with this memory; torch's global generator draws its weights.

    Args:
        memory: a name of `seq_agents.cores.CORES` or of `NETWORKS`, or "module:Class" for a user-defined core.
        problem: the problem that the network answers.
        settings: have all fields of `settings_type_of(memory)`. If they have `frozen`, only the head can learn.
        bins: for real answers: the bins that each number is chosen from; 0: none. See `seq_agents.networks.bins`.

    Raises:
        ValueError: there is no such memory, or it cannot learn the problem.
    """
    from seq_agents.networks.core_network import CoreNetwork

    found = _type_of(memory)
    if memory not in NETWORKS:
        return CoreNetwork(problem, lambda inputs: make_core(found, inputs, settings, problem), bins)
    network: Network = found(problem, settings, bins)
    if settings.frozen:
        for part in network.memory():
            part.requires_grad_(False)
    return network


def _type_of(memory: str) -> Any:
    if memory in NETWORKS:
        return NETWORKS[memory]
    if memory not in CORES and ":" not in memory:
        raise unknown("core", memory, [*CORES, *NETWORKS])
    return core_type(memory)
