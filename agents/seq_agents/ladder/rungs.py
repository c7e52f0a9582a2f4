"""The rungs of the ladder, as data: what each asks of an agent, and what a failure usually means."""

from __future__ import annotations

from dataclasses import dataclass

import seq_envs
from seq_agents.ladder.problems import HoldValue, PreviousOrNone, PreviousValue, RecallAcrossRollouts, RecallFlagged
from seq_envs.parameters import Integer

LONGEST_LAG = 20
"""The lag of "memory over 20 steps"."""
ROLLOUT = Integer(LONGEST_LAG + 2, 512)
"""The allowed lengths of a rollout. A gradient ends where a rollout does, so it spans the longest lag only if a rollout
is longer.
"""
PASS_SCORE = 0.5
"""The score to reach, where 0 is the best policy without the memory that the rung asks for and 1 is the optimal policy.
Broken agents were measured near 0, working agents near 1.
"""
LENIENT_SCORE = 0.2
"""The score to reach where an agent whose gradient is cut learns slowly. A later rung finds that fault; agents with the
faults that this rung looks for stay near 0.
"""


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
    """Time steps of training, all lanes together."""
    score: float = PASS_SCORE
    """The score to reach: 0 is chance or the memoryless level, whichever is higher, and 1 is the optimal level."""
    many_lanes: bool = False
    """Whether the rung fails if the policy is right on single episodes and wrong on many at once."""
    played_last: bool = False
    """Whether the policy of this rung is the one that the last rung tests."""

    @property
    def decisive(self) -> seq_envs.Problem:
        """The problem whose accuracy decides."""
        return self.problem if self.judged is None else self.judged

    @property
    def needed(self) -> float:
        """The accuracy to reach."""
        levels = seq_envs.levels(self.decisive)
        return levels.floor.accuracy + self.score * (levels.optimal.accuracy - levels.floor.accuracy)


LAST_NAME = "evaluation with state carried"
"""The rung after `rungs`, which trains nothing and plays the policy of an earlier rung."""
LAST_MEANS = (
    "The agent learns, but its policy loses what it learned when it is evaluated. Check that act() reads the state it "
    "is given, returns the next state and keeps none in the object; that initial_state() returns a fresh state each "
    "time; and that the policy has the trained weights. Also check that training does not repeat the same few "
    "episodes, as it does when every reset has the same seed."
)


def rungs(rollout: int = 32) -> tuple[Rung, ...]:
    """The rungs in order. Each needs the abilities of those before it, and one more.

    Args:
        rollout: the time steps of each lane that the agent reads between two updates: 22 ... 512. Some rungs have
            episodes of exactly this length.

    Raises:
        ValueError: `rollout` is out of range.
    """
    rollout = ROLLOUT.check("rollout", rollout)
    return (
        Rung(
            name="lag 0",
            asks="say the value observed now; an episode is exactly one rollout",
            means="The agent does not learn at all, and memory is not the cause. Check the sign of the loss, a "
            "learning rate that is far too high or too low, whether the optimizer holds the network's weights, "
            "and whether actions and rewards are stored with the observation they belong to, not one step "
            "earlier or later.",
            problem=seq_envs.make_problem("SeqEcho-v0", lag=0, length=rollout, n_values=3),
            budget=16_000,
        ),
        Rung(
            name="lag 1 within a minibatch",
            asks="say the value observed one step ago; an episode is exactly one rollout",
            means="The agent remembers nothing, not even for one step. Its state is reset at every step or not passed "
            "on to the next; or time and lanes are swapped on the way into the network (a reshape instead of a "
            "transpose, a wrong batch_first); or the minibatch shuffles time steps. An agent without memory "
            "fails here, as it should.",
            problem=seq_envs.make_problem("SeqEcho-v0", lag=1, length=rollout, n_values=2),
            budget=2000 * rollout,
            score=LENIENT_SCORE,
        ),
        Rung(
            name="independence of lanes",
            asks="say the value observed one step ago, in lanes whose episodes end at different times",
            means="The lanes of a batch affect each other. All states are reset when the episode of any lane ends "
            "(done.any()), or the state of one lane is used for all.",
            problem=PreviousValue(),
            budget=40_000,
            score=LENIENT_SCORE,
            many_lanes=True,
        ),
        Rung(
            name="episode starts in the middle of a rollout",
            asks="say the first observation's value at the second and last step",
            means="The state is reset one step too late, after the first observation of an episode has been read, or "
            "one step too early. Check which `done` belongs to which observation, both while acting and in the "
            "update.",
            problem=seq_envs.make_problem("SeqCopy-v0", length=1, n_values=3),
            budget=32_000,
        ),
        Rung(
            name="state reset between episodes",
            asks="say 0 at the first step of an episode, and then the value observed one step ago",
            means="The state is not reset when an episode ends, so the agent cannot distinguish a first step from a "
            "later one. Check both acting and the update: the update must reset the state at the same steps as the "
            "rollout did.",
            problem=PreviousOrNone(shortest=2, longest=5),
            budget=30_000,
            score=0.6,
            played_last=True,  # A state that is left over from an earlier episode makes its answers wrong.
        ),
        Rung(
            name="episodes of different lengths",
            asks="hold a value, in episodes of 2 or 10 steps",
            means="The agent learns from padding. Check that a mask excludes the steps after an episode's end from "
            "the loss and from the mean of the advantages.",
            problem=HoldValue(),
            budget=32_000,
        ),
        Rung(
            name="memory over 20 steps",
            asks="say the value that had a flag 20 steps ago",
            means="The gradient does not reach back 20 steps. The state is detached at every step or every few steps, "
            "or the network is unrolled over too few. Otherwise the forget gate starts too far closed: give it "
            "a bias of 1 or more. An agent that sees a window of observations fails here if its window is "
            "shorter, as it should.",
            problem=RecallFlagged(length=rollout, lag=LONGEST_LAG),
            judged=RecallFlagged(length=rollout, lag=LONGEST_LAG, practice=False),
            budget=2000 * rollout,
            score=0.75,
        ),
        Rung(
            name="copy 3",
            asks="observe three values, then say them in order",
            means="The agent remembers one thing but not several. It has too few units or updates, or its learning "
            "rate or entropy bonus does not fall enough; or its discount is too high, so that the rewards of "
            "other answers drown that of each answer.",
            problem=seq_envs.make_problem("SeqCopy-v0", length=3, n_values=2),
            budget=120_000,
        ),
        Rung(
            name="independence of lanes over rollouts",
            asks="say a value that was observed one or two rollouts ago",
            means="A minibatch starts from the wrong states. They belong to other lanes, because observations were "
            "shuffled or cut into sequences and the stored states were not, or not in the same way; or they are "
            "zeros, so nothing is carried from one rollout to the next.",
            problem=RecallAcrossRollouts(rollout=rollout, asked=2),
            judged=RecallAcrossRollouts(rollout=rollout, asked=2, practice=False),
            budget=8000 * rollout,
        ),
        Rung(
            name="lag longer than one rollout",
            asks="say a value that was observed in the rollout before",
            means="An update starts from stale states, those of an earlier rollout. Check for a buffer that keeps "
            "states too long, or states that are copied at the wrong time.",
            problem=RecallAcrossRollouts(rollout=rollout),
            judged=RecallAcrossRollouts(rollout=rollout, practice=False),
            budget=6000 * rollout,
        ),
    )
