"""Wrong advantages are found by what the envs paid, and each known mistake is named; right ones never."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seq_agents.ladder import MakeEnvs, rungs
from seq_agents.ladder.advantages import LONGEST_ROLLOUT, PaidSteps, Row, what_is_wrong

from seq_envs.encodings import Array

LANES = 3


def played(seed: int, steps: int, *, truncates: bool = False, reset_steps: bool = False) -> PaidSteps:
    """Random rewards and ends of three lanes."""
    rng = np.random.default_rng(seed)
    paid, over = PaidSteps(), np.zeros(LANES, np.bool_)
    for _ in range(steps):
        ignored = over if reset_steps else np.zeros(LANES, np.bool_)
        over = (rng.random(LANES) < 0.3) & ~ignored
        truncated = over & truncates & (rng.random(LANES) < 0.5)
        rewards = np.where(ignored, 0.0, rng.normal(size=LANES))
        paid.add(Row(rewards, over & ~truncated, truncated, ignored), has_reset_steps=reset_steps)
    return paid


def by_definition(rows: Row, values: Array, last: Array, beyond: Array, gamma: float, decay: float) -> Array:
    """Each advantage as a sum over the rest of its episode, one lane and step at a time."""
    steps, lanes = values.shape
    found = np.zeros((steps, lanes))
    for lane in range(lanes):
        for start in range(steps):
            weight = 1.0
            for step in range(start, steps):
                following = values[step + 1, lane] if step + 1 < steps else last[lane]
                if rows.terminated[step, lane]:
                    following = 0.0
                if rows.truncated[step, lane]:
                    following = beyond[step, lane]
                found[start, lane] += weight * (rows.rewards[step, lane] + gamma * following - values[step, lane])
                if rows.terminated[step, lane] or rows.truncated[step, lane]:
                    break
                weight *= gamma * decay
    return found


SHARE = st.floats(0.0, 1.0)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), SHARE, SHARE, st.booleans(), st.booleans())
def test_right_advantages_are_right(
    seed: int, steps: int, gamma: float, decay: float, truncates: bool, reset_steps: bool
) -> None:
    rng = np.random.default_rng(seed)
    paid = played(seed, steps, truncates=truncates, reset_steps=reset_steps)
    values, last, beyond = rng.normal(size=(steps, LANES)), rng.normal(size=LANES), rng.normal(size=(steps, LANES))
    right = by_definition(paid.latest(steps), values, last, beyond, gamma, decay)
    assert what_is_wrong(right, values, last, paid, gamma, decay) == ""


@pytest.mark.parametrize("constant", [0.0, 1.0])
def test_a_critic_that_says_the_same_everywhere_is_not_accused(constant: float) -> None:
    """What follows a truncated episode cannot be told from what does not."""
    values, last = np.full((STEPS, LANES), constant), np.full(LANES, constant)
    right = by_definition(CUT_ROWS, values, last, values, 0.99, 0.95)
    assert what_is_wrong(right, values, last, CUT, 0.99, 0.95) == ""


STEPS = 40
PAID = played(1, STEPS)
CUT = played(2, STEPS, truncates=True)
VALUES, LAST, BEYOND = np.split(np.random.default_rng(3).normal(size=(2 * STEPS + 1, LANES)), [STEPS, STEPS + 1])
LAST = LAST[0]


def moved(ends: Array, by: int) -> Array:
    return np.pad(ends, ((1, 1), (0, 0)))[1 - by : 1 - by + STEPS]


def gae(rows: Row, values: Array, last: Array, *, ends_value: Array, ends_sum: Array) -> Array:
    """As a user writes it, with two masks."""
    found, later = np.zeros_like(values), np.zeros(LANES)
    for step in reversed(range(len(values))):
        following = last if step + 1 == len(values) else values[step + 1]
        difference = rows.rewards[step] + 0.9 * following * ~ends_value[step] - values[step]
        later = found[step] = difference + 0.9 * 0.8 * ~ends_sum[step] * later
    return found


def with_masks(rows: Row, over: Array, **changes: Any) -> Array:
    return gae(rows, VALUES, **{"last": LAST, "ends_value": over, "ends_sum": over, **changes})


ROWS = PAID.latest(STEPS)
OVER = ROWS.terminated
CUT_ROWS = CUT.latest(STEPS)
AGAIN_ROWS = CUT_ROWS._replace(rewards=CUT_ROWS.rewards + 0.9 * VALUES * CUT_ROWS.truncated)
BEYOND_ROWS = CUT_ROWS._replace(rewards=CUT_ROWS.rewards + 0.9 * BEYOND * CUT_ROWS.truncated)
CUT_OVER = CUT_ROWS.terminated | CUT_ROWS.truncated
NEVER = np.zeros_like(OVER)


@pytest.mark.parametrize(
    ("advantages", "paid", "said"),
    [
        (with_masks(ROWS, OVER), PAID, ""),
        (with_masks(ROWS, OVER, ends_sum=NEVER), PAID, "Advantages go on across"),
        (with_masks(ROWS, OVER, ends_value=NEVER), PAID, "The value of the next episode counts"),
        (with_masks(ROWS, NEVER), PAID, "Neither values nor advantages stop"),
        (with_masks(ROWS, moved(OVER, 1)), PAID, "one step too late"),
        (with_masks(ROWS, moved(OVER, -1)), PAID, "one step too early"),
        (with_masks(ROWS, OVER, last=np.zeros(LANES)), PAID, "after the rollout is wrong: it counts as 0."),
        (with_masks(ROWS, OVER, last=VALUES[-1]), PAID, "counts as the value of the rollout's last observation"),
        (with_masks(ROWS, OVER, last=VALUES[0]), PAID, "counts as the value of the rollout's first observation"),
        (with_masks(ROWS._replace(rewards=np.roll(ROWS.rewards, 1, 0)), OVER), PAID, "Rewards are one step late."),
        (with_masks(ROWS._replace(rewards=np.roll(ROWS.rewards, -1, 0)), OVER), PAID, "Rewards are one step early."),
        (-with_masks(ROWS, OVER), PAID, "are not those that follow from"),
        (np.full((STEPS, LANES), np.nan), PAID, "are not those that follow from"),
        (with_masks(BEYOND_ROWS, CUT_OVER), CUT, ""),
        (with_masks(AGAIN_ROWS, CUT_OVER), CUT, "the value of the observation before its last step, once more"),
        (with_masks(CUT_ROWS, CUT_OVER), CUT, "A truncated episode counts as terminated"),
        (with_masks(CUT_ROWS, CUT_OVER, ends_value=CUT_ROWS.terminated), CUT, "What follows a truncated episode is"),
    ],
)  # fmt: skip
def test_mistakes_are_named(advantages: Array, paid: PaidSteps, said: str) -> None:
    found = what_is_wrong(advantages, VALUES, LAST, paid, 0.9, 0.8)
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ([1.0, 2.0, 3.0, 4.0, 0.0], ""),
        ([0.0] * 5, "it counts as 0."),
        ([9.0, 9.0, 9.0, 9.0, 0.0], ""),
        ([5.0, 6.0, 7.0, 8.0, 0.0], "the value of the rollout's last observation"),
    ],
)
@pytest.mark.parametrize("lanes", [[*range(4)] * 4 + [4], [*range(4)] * 3 + [4]])
def test_values_after_the_rollout_that_no_critic_says(last: list[float], said: str, lanes: list[int]) -> None:
    """Advantages that follow from them are wrong, too. The last lane ends, so of 13 lanes too few go on."""
    ends = np.array([[False] * 5, [False] * 4 + [True]])[:, lanes]
    paid, values = PaidSteps(), np.array([[4.0, 3.0, 2.0, 1.0, 1.0], [5.0, 6.0, 7.0, 8.0, 9.0]])[:, lanes]
    for over in ends:
        paid.add(Row(np.ones(len(lanes)), over, np.zeros_like(over), np.zeros_like(over)), has_reset_steps=False)
    following = np.array(last)[lanes]
    found = by_definition(paid.latest(2), values, following, values, 0.9, 0.8)
    assert what_is_wrong(found, values, following, paid, 0.0, 0.8) != ""  # Advantages of another discount.
    finding = what_is_wrong(found, values, following, paid, 0.9, 0.8)
    assert finding == "" if len(lanes) < 16 or not said else said in finding


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_critic_that_has_learned_nothing_yet_may_say_the_same_after_the_rollout(value: float) -> None:
    paid, none = PaidSteps(), np.zeros(5, np.bool_)
    paid.add(Row(np.ones(5), none, none, none), has_reset_steps=False)
    paid.add(Row(np.ones(5), none, none, none), has_reset_steps=False)
    values, last = np.full((2, 5), value), np.full(5, value)
    right = by_definition(paid.latest(2), values, last, values, 0.9, 0.8)
    assert what_is_wrong(right, values, last, paid, 0.9, 0.8) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gamma": 1.5}, r"gamma must be in \[0, 1\], got 1.5"),
        ({"gae_lambda": -1}, r"gae_lambda must be in \[0, 1\], got -1"),
        ({"advantages": np.zeros(STEPS)}, r"advantages must have the shape \(T, lanes\), got \(40,\)"),
        ({"advantages": np.zeros((STEPS, 2))}, r"advantages must have the shape \(40, 3\), got \(40, 2\)"),
        ({"values": VALUES.T}, r"values must have the shape \(40, 3\), got \(3, 40\)"),
        ({"last_values": VALUES}, r"last_values must have the shape \(3,\), got \(40, 3\)"),
        ({"advantages": np.zeros((STEPS + 1, LANES))}, "of the latest 40 time steps or fewer, got 41"),
    ],
)
def test_wrong_input(changes: dict[str, Any], said: str) -> None:
    given = {"advantages": VALUES, "values": VALUES, "last_values": LAST, "gamma": 0.9, "gae_lambda": 0.8} | changes
    with pytest.raises(ValueError, match=said):
        what_is_wrong(played=PAID, **given)


def test_a_rollout_is_the_latest_part_of_what_was_played() -> None:
    paid = PaidSteps()
    for step in range(LONGEST_ROLLOUT + 5):
        paid.add(Row(np.full(2, step), *np.zeros((3, 2), np.bool_)), has_reset_steps=False)
    assert paid.latest(3).rewards[:, 0].tolist() == [LONGEST_ROLLOUT + 2, LONGEST_ROLLOUT + 3, LONGEST_ROLLOUT + 4]
    with pytest.raises(ValueError, match=f"latest {LONGEST_ROLLOUT} time steps"):
        paid.latest(LONGEST_ROLLOUT + 1)
    paid.add(Row(np.zeros(3), *np.zeros((3, 3), np.bool_)), has_reset_steps=False)
    assert len(paid.latest(1).rewards) == 1, "another number of lanes starts anew"


@pytest.mark.parametrize("mode", ["SameStep", "NextStep"])
def test_envs_record_what_they_return(mode: str) -> None:
    """The values of all observations are 0, so without decay the advantage is the reward."""
    rung = rungs(24)[0]
    make_envs = MakeEnvs(rung.problem, rung.decisive, 0)
    envs = make_envs(4, autoreset_mode=mode)
    envs.reset(seed=0)
    rewards = np.array([envs.step(np.ones(4, int))[1] for _ in range(11)])
    none = np.zeros_like(rewards)
    make_envs.compare_advantages(rewards[3:], none[3:], none[0], gamma=0.0, gae_lambda=0.0)
    assert make_envs.wrong_advantages == ""
    make_envs.compare_advantages(rewards[:8], none[3:], none[0], gamma=0.0, gae_lambda=0.0)
    assert make_envs.wrong_advantages
    make_envs.compare_advantages(rewards[3:], none[3:], none[0], gamma=0.0, gae_lambda=0.0)
    assert make_envs.wrong_advantages, "the first finding stays"
