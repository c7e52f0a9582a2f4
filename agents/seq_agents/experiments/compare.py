"""One problem, learned from rewards and from right answers, beside a control without memory: one table, one metric."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import seq_envs
from seq_agents.agents import make_learner
from seq_agents.cli.progress import Bars
from seq_agents.cli.result_table import Result

COMPARED = ("recurrent-ppo", "lstm", "ppo")
WHO = """\
recurrent-ppo learns from rewards, lstm from the right answers;
ppo learns from rewards without memory: it is the control."""


def compare(
    id_or_problem: str | seq_envs.Problem,
    seed: int = 0,
    episodes: int = 10_000,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    **parameters: Any,
) -> dict[str, Result]:
    """Train each agent on a problem and evaluate it on fresh episodes; progress bars go to stderr.

    `settings`: by agent, in place of the tuned ones.
    """
    results = {}
    with Bars() as bars:
        for agent in COMPARED:
            learner = make_learner(agent, id_or_problem, seed, (settings or {}).get(agent), **parameters)
            start = time.perf_counter()
            learner.learn(bars.add(agent))
            seconds = time.perf_counter() - start
            results[agent] = Result(seq_envs.evaluate(learner.policy(), id_or_problem, episodes, **parameters), seconds)
    return results
