"""What a rung is."""

from __future__ import annotations

from dataclasses import dataclass

import seq_envs
from seq_envs.env_options import NO_OPTIONS, EnvOptions

PASS_SCORE = 0.5
"""The score to reach, where 0 is the best policy without the memory that the rung asks for and 1 is the optimal policy.
Broken agents were measured near 0, working agents near 1.
"""
LENIENT_SCORE = 0.2
"""The score to reach where an agent whose gradient is cut learns slowly. A later rung finds that fault; agents with the
faults that this rung looks for stay near 0.
"""

LAST_NAME = "evaluation with state carried"
"""The rung after all others, which trains nothing and plays the policy of an earlier rung."""
LAST_MEANS = (
    "The agent learns, but its policy loses what it learned when it is evaluated. Check that act() reads the state it "
    "is given, returns the next state and keeps none in the object; that initial_state() returns a fresh state each "
    "time; that the policy has the trained weights; and that it prepares observations as the training does (order, "
    "scaling, normalisation, the previous action) and plays without dropout. Also check that training does not repeat "
    "the same few episodes, as it does when every reset has the same seed."
)

EARLY_START_MEANS = (
    "The episodes that the agent learns from start one step early: it reads something before the first observation. "
    'With autoreset "NextStep", the step after the last one of an episode ignores the action and only returns the '
    "first observation of the next episode. Reset the state at that observation, not one step before, and leave the "
    'ignored step out of the loss. Or take autoreset "SameStep".'
)
"""What it means if an agent learns in its environments what it cannot do from the first observation on."""
SPOILED_MEANS = (
    f"{LAST_MEANS} Otherwise an update starts from other states than the rollout did, such as zeros, stale states or "
    "those of other lanes, and spoils what was learned."
)
"""What it means if an agent learns what its policy does not do, where states go on from rollout to rollout."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A tiny task that tests one ability of an agent."""

    name: str
    asks: str
    """What the task asks of the agent, in one line."""
    means: str
    """The usual causes if an agent passes all earlier rungs and fails this one, and where to look for them."""
    problem: seq_envs.Problem
    """The problem to learn."""
    judged: seq_envs.Problem | None = None
    """The same episodes with only the decisive answers scored; None if all scored answers of `problem` are."""
    budget: int
    """Time steps of the first training, all lanes together."""
    score: float = PASS_SCORE
    """The score to reach: 0 is chance or the memoryless level, whichever is higher, and 1 is the optimal level."""
    many_lanes: bool = False
    """Whether the rung fails if the policy is right on single episodes and wrong on many at once."""
    no_guessing: bool = False
    """Whether the rung fails if the answers in training were guesses, though the policy is right: the agent lost its
    state there, or the policy is right by luck.
    """
    played_last: bool = False
    """Whether the policy of this rung is the one that the last rung tests."""
    means_if_learned: str = ""
    """The causes if the answers were right while learning and the policy's are wrong; empty: those of the last rung."""
    any_phase: bool = False
    """Whether a rollout starts at any time step of an episode, so that answers there and elsewhere are as hard."""
    options: EnvOptions = NO_OPTIONS
    """How the environments of the training pay, and where they truncate. The policy is judged on whole episodes."""

    @property
    def decisive(self) -> seq_envs.Problem:
        """The problem whose accuracy decides."""
        return self.problem if self.judged is None else self.judged

    @property
    def needed(self) -> float:
        """The accuracy to reach."""
        levels = seq_envs.levels(self.decisive)
        return levels.floor.accuracy + self.score * (levels.optimal.accuracy - levels.floor.accuracy)
