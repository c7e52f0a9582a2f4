"""The ladder for sb3-contrib's RecurrentPPO with `CorePolicy`, for each core of `seq-envs list cores`.

Install it as `sb3_contrib.py` beside it says, and name a core:

    seq-envs ladder examples.ladder.sb3_contrib_cores:core.gru
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from seq_agents.cores import CORES, core_type
from seq_agents.ladder import MakeEnvs
from seq_agents.sb3 import CorePolicy

from examples.ladder import sb3_contrib
from seq_envs.policies import Policy

PACKAGES = sb3_contrib.PACKAGES
HIDDEN = 64
RATES = {"mlstm": 2e-3, "transformer": 1e-3}  # Learning rates, where that of the stock policy is too high.


def train(core: str, make_envs: MakeEnvs, budget: int) -> Policy:
    """Train with this core. The size of a window depends on the problem."""
    size = {"hidden": HIDDEN} if "hidden" in core_type(core).settings_type.domains() else {}
    network = {"core": core, "core_kwargs": size, "problem": make_envs.problem}
    return sb3_contrib.train(make_envs, budget, CorePolicy, RATES.get(core, 5e-3), **network)


core = SimpleNamespace(**{name: partial(train, name) for name in CORES})
