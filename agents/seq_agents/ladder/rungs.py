"""The rungs, as data: what each asks, and what it usually means to fail there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import seq_envs
from seq_agents.ladder.problems import Drifting, Fresh, Recall, Relay, Uneven
from seq_envs.parameters import Integer

RECALLED = 20
"""The lag of "memory over 20 steps"."""
ROLLOUT = Integer(RECALLED + 2, 512)
"""A gradient that ends where a rollout does reaches back over 20 steps only if a rollout is longer."""
MARK = 0.5
"""The normalised score to reach. 0 is the best player without the memory that a rung asks for, and 1 is always right;
broken agents were measured near 0, good ones near 1."""

LENIENT = 0.2
"""Where an agent whose gradient is cut learns slowly, which a later rung finds; others that fail there are near 0."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A tiny task, and what it tells."""

    name: str
    asks: str
    """What it asks of an agent, in a line."""
    means: str
    """What it usually means to pass everything before and to fail here."""
    problem: seq_envs.Problem
    """What is to be learned."""
    judged: seq_envs.Problem
    """The same episodes with only those answers scored that decide."""
    budget: int
    """Time steps to learn in."""
    mark: float = MARK
    """The normalised score to reach."""
    lanes: bool = False
    """Whether a policy must do as well with many episodes at once as with one."""

    @property
    def needed(self) -> float:
        """The accuracy to reach."""
        levels = seq_envs.levels(self.judged)
        return levels.floor.accuracy + self.mark * (levels.optimal.accuracy - levels.floor.accuracy)


CARRIED = "evaluation with state carried"
"""The last rung: nothing is learned there."""
CARRIED_MEANS = (
    "What was learned is lost when it is played. Does act() use the state it is given, return the next one, and keep "
    "none itself? Is initial_state() a fresh one each time? Are the weights the trained ones, and were the episodes "
    "of the training not always the same few (a reset with the same seed)?"
)
PLAYED_FROM = "state reset between episodes"
"""The rung whose policy is played there: whatever is left of an earlier episode spoils it."""


def rungs(rollout: int = 32) -> tuple[Rung, ...]:
    """The rungs, each of which needs what those before it need, and one thing more.

    Args:
        rollout: how many time steps of each lane the agent reads between two updates: 22 ... 512. Some rungs have
            episodes of just that length.

    Raises:
        ValueError: `rollout` is out of range.
    """
    rollout = ROLLOUT.check("rollout", rollout)

    def rung(name: str, problem: seq_envs.Problem, budget: int, *, asks: str, means: str, **how: Any) -> Rung:
        parts = problem.__dataclass_fields__
        judged = seq_envs.make_problem(problem, practice=False) if "practice" in parts else problem
        return Rung(name=name, asks=asks, means=means, problem=problem, judged=judged, budget=budget, **how)

    return (
        rung(
            "lag 0",
            seq_envs.make_problem("SeqEcho-v0", lag=0, length=rollout, n_values=3),
            16_000,
            asks="say the value on the screen; an episode is just one rollout",
            means="It does not learn at all, memory or not: the sign of the loss, a learning rate that is far too high "
            "or low, weights that the optimizer does not have, or rewards and answers shifted by a step against "
            "observations.",
        ),
        rung(
            "lag 1 within a minibatch",
            seq_envs.make_problem("SeqEcho-v0", lag=1, length=rollout, n_values=2),
            2000 * rollout,
            asks="say the value before it; an episode is just one rollout",
            means="It remembers nothing, not even one step. The state is reset at every step, or not handed on; or "
            "time and lanes change places on the way into the network (a reshape that should be a transpose, "
            "batch_first), or the minibatch shuffles time steps. Agents without memory must fail here.",
            mark=LENIENT,
        ),
        rung(
            "independence of lanes",
            Drifting(),
            40_000,
            asks="the same in lanes whose episodes end at different times",
            means="One lane disturbs the others: all states are reset when any episode ends (done.any()), or the state "
            "of one lane is used for all.",
            mark=LENIENT,
            lanes=True,
        ),
        rung(
            "episode starts in the middle of a rollout",
            seq_envs.make_problem("SeqCopy-v0", length=1, n_values=3),
            32_000,
            asks="say at the second and last step what was shown at the first",
            means="The reset is off by one: it comes a step late, after the first observation has been read, or a step "
            "early. Look at which `done` belongs to which observation, in playing and in learning.",
        ),
        rung(
            PLAYED_FROM,
            Fresh(shortest=2, longest=5),
            30_000,
            asks="say the value before this one, or at the first step that there is none",
            means="The state is not reset when an episode ends, so that episodes look like one without end. "
            "Look at playing and at learning: the update must reset where the rollout did.",
            mark=0.6,
        ),
        rung(
            "episodes of different lengths",
            Uneven(),
            32_000,
            asks="hold a value, in episodes of 2 steps or 10",
            means="Padding is learned from: the loss (or the advantages' mean) takes in steps after an episode's end, "
            "for want of a mask.",
        ),
        rung(
            "memory over 20 steps",
            Recall(length=rollout, lag=RECALLED),
            2000 * rollout,
            asks="say a value that was marked 20 steps ago",
            means="The gradient does not reach back through time: the state is detached at every step or every few "
            "steps, or the network is unrolled too short. If not, the forget gate begins too far shut: give it a bias "
            "of 1 or more. Agents that see a window must fail here, or wherever theirs ends.",
            mark=0.75,
        ),
        rung(
            "copy 3",
            seq_envs.make_problem("SeqCopy-v0", length=3, n_values=2),
            120_000,
            asks="see three values, then say them in order",
            means="It remembers one thing, and not several: too few units, too few updates, a learning rate or an "
            "entropy that does not settle; or a discount with which one answer pays for another.",
        ),
        rung(
            "independence of lanes over rollouts",
            Relay(rollout=rollout, asked=2),
            8000 * rollout,
            asks="say a value that was shown one or two rollouts ago",
            means="The states in which a minibatch begins are those of other lanes: observations were shuffled or cut "
            "into sequences, and the stored states were not, or not alike. Or they are zeros, so that nothing comes "
            "over from one rollout to the next.",
        ),
        rung(
            "lag longer than one rollout",
            Relay(rollout=rollout),
            6000 * rollout,
            asks="say a value that was shown in the rollout before",
            means="The states in which an update begins are stale: those of an earlier rollout, as with a buffer that "
            "keeps them for too long, or a copy made at the wrong time.",
        ),
    )
