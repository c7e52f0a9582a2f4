"""The last rung: a policy of an earlier rung, played in ways that reveal how it keeps its state."""

from __future__ import annotations

import time

import seq_envs
from seq_agents.ladder.calling import Failed, call
from seq_agents.ladder.judging import EPISODES
from seq_agents.ladder.results import RungResult
from seq_agents.ladder.rung import LAST_MEANS, LAST_NAME, Rung
from seq_agents.ladder.significance import disjoint
from seq_agents.ladder.state_probes import Interleaved, leave_unfinished
from seq_envs.policies import Policy


def play_last(rung: Rung, policy: Policy | None, seed: int, limit: float | None) -> RungResult:
    """The result of the last rung, for the policy of the rung that is `played_last`."""
    start = time.perf_counter()
    if policy is None:
        note = f"There is no policy of {rung.name!r} to evaluate."
        return RungResult(LAST_NAME, False, note, note=note)
    try:
        first, again, interleaved = call("evaluation", lambda: _plays(rung, policy, seed), limit)
    except Failed as failed:
        return RungResult(LAST_NAME, False, LAST_MEANS, note=failed.note)
    findings = []
    if disjoint(first.accuracy_interval, again.accuracy_interval):
        findings.append(
            f"After episodes that were left unfinished, the accuracy is {again.accuracy:.3f}; before, "
            f"{first.accuracy:.3f}."
        )
    if disjoint(again.accuracy_interval, interleaved.accuracy_interval):
        findings.append(
            f"With other episodes played between its steps, the accuracy is {interleaved.accuracy:.3f}; without, "
            f"{again.accuracy:.3f}."
        )
    passed = not findings and first.accuracy >= rung.needed
    seconds = time.perf_counter() - start
    return RungResult(LAST_NAME, passed, LAST_MEANS, rung.needed, None, first, " ".join(findings), seconds)


def _plays(
    rung: Rung, policy: Policy, seed: int
) -> tuple[seq_envs.Evaluation, seq_envs.Evaluation, seq_envs.Evaluation]:
    """Evaluations: as usual, after episodes that were left unfinished, and with others between the steps."""
    first = seq_envs.evaluate(policy, rung.decisive, EPISODES, seed)
    leave_unfinished(policy, rung.decisive, EPISODES)
    again = seq_envs.evaluate(policy, rung.decisive, EPISODES, seed)
    return first, again, seq_envs.evaluate(Interleaved(policy), rung.decisive, EPISODES, seed)
