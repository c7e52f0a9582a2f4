"""The ladder: tiny tasks, climbed in order, that say what is wrong with a recurrent agent.

    from seq_agents.ladder import climb

    print(climb(train, rollout=32))

`train(make_envs, budget)` trains an agent, however it likes, and returns a `seq_envs.policies.Policy`. Each rung needs
what those before it need, and one thing more; so the first that fails is the diagnosis. See `climb`.
"""

from __future__ import annotations

from seq_agents.ladder.climb import Climb, Step, Train, climb
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.ladder.rungs import Rung, rungs
from seq_agents.ladder.trainers import trainer

__all__ = ["Climb", "MakeEnvs", "Rung", "Step", "Train", "climb", "rungs", "trainer"]
