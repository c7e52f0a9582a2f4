"""Findings about a reward table: steps at which no action is right, and observations that are shown twice."""

from __future__ import annotations

import numpy as np

from seq_envs.audit.findings import Finding, fault, note, ok
from seq_envs.audit.reward_table import RewardTable

_ALMOST_ALL = 0.9


def table_findings(table: RewardTable) -> list[Finding]:
    """What the rewards and observations of a table show."""
    return [*_unanswerable(table), *_doubled(table)]


def _unanswerable(table: RewardTable) -> list[Finding]:
    """Steps at which every action earns the reward of a wrong one, though a wrong one is punished elsewhere."""
    rewards = table.rewards[table.playing]
    best, worst = rewards.max(axis=1), rewards.min(axis=1)
    matters = best > worst
    if not matters.any():
        return [fault("rewards", "No action ever earns more than another.")]
    values, counts = np.unique(worst[matters], return_counts=True)
    wrong = float(values[counts.argmax()])
    lost = ~matters & np.isclose(best, wrong, rtol=1e-9, atol=0.0) if wrong < 0 else np.zeros_like(matters)
    found = []
    if lost.any():
        right = float(np.median(best[matters]))
        found.append(
            fault(
                "rewards",
                f"At {lost.mean():.1%} of the steps every action earns {wrong:.4g}, the reward of a wrong one, and "
                f"none earns {right:.4g}: these steps cannot be answered.",
            )
        )
    text = "every step" if matters.all() else f"{matters.mean():.1%} of the steps"
    return [*found, ok("rewards", f"Some actions earn more than others at {text}.")]


def _doubled(table: RewardTable) -> list[Finding]:
    """A step whose observation is always that of the step before, though other steps differ from the one before."""
    observations, both = table.observations, table.playing[:, 1:]
    if not both.any():
        return []
    same = (observations[:, 1:] == observations[:, :-1]).all(axis=2)
    everywhere = np.where(both, same, True).all(axis=0)
    # Observations that are rarely repeated elsewhere, and that vary between episodes, are expected to differ.
    varied = [step for step in np.flatnonzero(everywhere) if (observations[:, step] != observations[0, step]).any()]
    rarely = [step for step in range(both.shape[1]) if step not in varied and both[:, step].any()]
    repeats = [float(same[:, step][both[:, step]].mean()) for step in rarely]
    if not varied or (repeats and np.mean(repeats) > 1 - _ALMOST_ALL):
        return []
    shown = ", ".join(f"{step} and {step + 1}" for step in varied[:5])
    return [
        note("observations", f"In every episode, the observations of the steps {shown} are the same one, shown twice.")
    ]
