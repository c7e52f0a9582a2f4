"""Do the advantages of an update follow from its rollout?"""

from __future__ import annotations

from seq_agents.ladder.probe import Probe, Trained


def _look(trained: Trained) -> str | None:
    return trained.make_envs.wrong_advantages


PROBE = Probe(
    name="advantages of the update",
    needs="make_envs.compare_advantages, called in each update",
    asks="the advantages follow from the values, and from the rewards and the ends of episodes that the envs returned",
    means="The advantages are wrong. Check the mask of each step: it says whether the episode ends with this step, not "
    "with the one before or after, and it stops both the value that follows and the sum of later advantages. The value "
    "after the rollout is that of the observation that comes next. A truncated episode has not ended: the value of the "
    "observation that it ends with follows.",
    look=_look,
)
