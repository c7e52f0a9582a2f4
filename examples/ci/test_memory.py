"""The ladder as tests of a recurrent agent: copy this file, and import your training function.

pytest test_memory.py -k minibatch  # One rung: for every change.
pytest test_memory.py               # All rungs: for every release.
"""

import pytest
from my_agent import train  # Yours: called as train(make_envs, budget), it returns a policy.
from seq_agents.ladder import LAST_NAME, climb, rungs

ROLLOUT = 32  # The time steps of each lane between two updates of the agent.
SECONDS = 900  # A rung that takes longer hangs.


@pytest.mark.parametrize("rung", [*(rung.name for rung in rungs(ROLLOUT)), LAST_NAME])
def test_rung(rung: str) -> None:
    climbed = climb(train, ROLLOUT, only=rung, time_limit=SECONDS)
    assert climbed.passed, f"\n{climbed}"
