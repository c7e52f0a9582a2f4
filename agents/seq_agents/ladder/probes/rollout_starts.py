"""Is the agent as good at the first step of a rollout as elsewhere?"""

from __future__ import annotations

from seq_agents.ladder.probe import Probe, Trained
from seq_agents.ladder.significance import disjoint, interval_of_answers


def _look(trained: Trained) -> str | None:
    at_starts, elsewhere = trained.make_envs.count.at_rollout_starts()
    if not trained.rung.any_phase or not at_starts[1] or not elsewhere[1]:
        return None
    first, rest = interval_of_answers(*at_starts), interval_of_answers(*elsewhere)
    if first[1] >= trained.rung.needed or rest[0] <= trained.rung.needed or not disjoint(first, rest):
        return ""
    right, questions = at_starts
    return (
        f"While learning, {right / questions:.3f} of the answers at the first step of a rollout were right "
        f"({first[0]:.2f}-{first[1]:.2f}), and {elsewhere[0] / elsewhere[1]:.3f} of the others."
    )


PROBE = Probe(
    name="state carried into a rollout",
    needs="vector envs of the ladder, and rollouts of the length given to `climb`",
    asks="answers at the first step of a rollout are as often right as others, on a rung where they are as hard",
    means="The state is lost or wrong where a rollout starts. Check that acting goes on from the state after the last "
    "step: it is not reset there, and not taken from padded sequences, where the state of a lane whose last sequence "
    "is shorter than others has also read the padding.",
    look=_look,
)
