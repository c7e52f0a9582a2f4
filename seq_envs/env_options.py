"""The options of an environment: what it changes in how a problem is played. The problem, its answers and its metric
stay the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from seq_envs.encodings import Array
from seq_envs.parameters import Choice, Integer, Subset

Pay = Literal["each_step", "at_end"]
"""When rewards are paid: at the step that earns them, or all of them at the last step of the episode."""
PAY = Choice(("each_step", "at_end"))
FEEDBACK = Subset(("action", "reward"))


def _step_limit(max_episode_steps: object) -> int | None:
    """A step limit; None for None and for -1.

    Raises:
        ValueError: it is none of None, -1 and the integers >= 1.
    """
    if max_episode_steps is None or (max_episode_steps == -1 and not isinstance(max_episode_steps, bool)):
        return None
    return int(Integer(1).check("max_episode_steps", max_episode_steps))


@dataclasses.dataclass(frozen=True, kw_only=True)
class EnvOptions:
    """How an environment plays a problem.

    Raises:
        ValueError: at construction; it names the option, the value and what is allowed.
    """

    pay: Pay = "each_step"
    """"each_step": the reward of a step is the grade of its answer. "at_end": the reward is 0.0 at every step but the
    last one, which pays the sum of the grades of the episode. So credit has to travel over as many steps as lie between
    an answer and the end, however short the memory is that the answer needs (Ni et al. 2023, arXiv:2307.03864, who
    define memory length and credit assignment length apart). A truncated episode has no last step, and pays nothing.
    """
    feedback: Sequence[str] = ()
    """The parts of its own past that an agent observes: its previous "action", its previous "reward", or both. See
    `seq_envs.feedback`."""
    max_episode_steps: int | None = None
    """The time step after which an episode is truncated, as by Gymnasium's `TimeLimit`; None, or -1 as `gymnasium.make`
    takes it: never. The rest of a truncated episode is not played."""

    def __post_init__(self) -> None:
        for name, checked in (
            ("pay", PAY.check("pay", self.pay)),
            ("feedback", FEEDBACK.check("feedback", self.feedback)),
            ("max_episode_steps", _step_limit(self.max_episode_steps)),
        ):
            object.__setattr__(self, name, checked)

    def __str__(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.chosen().items())

    def chosen(self) -> dict[str, Any]:
        """The options that differ from their defaults, by name."""
        values = {name: getattr(self, name) for name in OPTION_NAMES}
        return {name: value for name, value in values.items() if value != getattr(EnvOptions, name)}

    @property
    def pays_at_end(self) -> bool:
        """Whether all rewards of an episode come at its last step."""
        return self.pay == "at_end"

    def rewards(self, grades: Array, lengths: Array) -> Array:
        """The rewards (B, T) of whole episodes whose answers have these grades (B, T), 0.0 where not scored.

        Args:
            grades: of the answers; 0.0 after the end of an episode.
            lengths: (B,), the steps of each episode.
        """
        if not self.pays_at_end:
            return grades
        rewards = np.zeros_like(grades)
        rewards[np.arange(len(grades)), lengths - 1] = grades.sum(axis=1)
        return rewards


NO_OPTIONS = EnvOptions()
"""The defaults: an environment plays as its problem says."""
OPTION_NAMES = tuple(field.name for field in dataclasses.fields(EnvOptions))
"""The names of the options."""
