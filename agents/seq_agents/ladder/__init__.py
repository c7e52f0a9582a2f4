"""The ladder: tiny tasks in order, to find what is wrong with a recurrent agent that does not learn.

    from seq_agents.ladder import climb

    print(climb(train, rollout=32))

`train(make_envs, budget)` trains an agent in any way and returns a `seq_envs.policies.Policy`. Each rung needs the
abilities of those before it and one more, so the first rung that fails says what is wrong. See `climb`.
"""

from __future__ import annotations

from seq_agents.ladder.climb import climb
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.ladder.judging import Train
from seq_agents.ladder.probe import Probe
from seq_agents.ladder.probes import PROBES
from seq_agents.ladder.record import ClimbRecord, RungRecord
from seq_agents.ladder.results import Climb, RungResult
from seq_agents.ladder.rungs import LAST_NAME, Rung, rungs
from seq_agents.ladder.trainers import packages_of, trainer

__all__ = [
    "LAST_NAME", "PROBES", "Climb", "ClimbRecord", "MakeEnvs", "Probe", "Rung", "RungRecord", "RungResult", "Train",
    "climb", "packages_of", "rungs", "trainer",
]  # fmt: skip
