"""What a trained agent's state holds along an episode, and which past step an answer came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import seq_envs
from seq_agents.experiments.files import write_whole
from seq_agents.inspection.credit import Credit, credit, too_long
from seq_agents.inspection.observed import observed
from seq_agents.inspection.probe import Probe, probe
from seq_agents.inspection.state_map import Panel, state_map
from seq_agents.learners.learner import Learner
from seq_agents.networks.view import NetworkView, Observations, each_part
from seq_agents.watch.watched import Watched, play
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.parameters import Integer
from seq_envs.policies import Policy
from seq_envs.seeds import STREAMS_OF_A_SEED
from seq_envs.transcript import TimeStep


@dataclass(frozen=True, eq=False)
class Inspection:
    """The result of `inspect`: `print` it, leave it at the end of a notebook cell, or save it."""

    name: str
    """Of the agent."""
    played: Watched
    """An episode, and the answers of the agent."""
    panels: Sequence[Panel]
    """The state along this episode; empty if the network keeps none."""
    probe: Probe | None
    """None if the network keeps no state."""
    credits: Sequence[Credit]
    """The credit of answers, then of values if there is a critic, by each method; the drawn episode is the first one.
    Empty if episodes are too long."""
    notes: Sequence[str]
    """What is left out, and why, in sentences."""
    options: EnvOptions = NO_OPTIONS
    """Of the environment that the agent played in."""

    def credit_of(self, of: str, method: str, part: str = "observation") -> Credit | None:
        """The credit of "answer" or "value" by "occlusion" or "gradient"; None if there is none.

        Args:
            of, method: see `Credit`.
            part: of an agent with feedback, what occlusion replaces: "observation", "action" or "reward".
        """
        wanted = (of, method, part if method == "occlusion" and self.options.feedback else "")
        return next((found for found in self.credits if (found.of, found.method, found.part) == wanted), None)

    @property
    def columns(self) -> Sequence[TimeStep]:
        """The time steps of the episode, with the answers of the agent."""
        return self.played.transcript(self.name, self.played.steps, self.played.steps).columns

    def __repr__(self) -> str:
        parts = [repr(self.probe)] if self.probe is not None else []
        return (
            f"<Inspection of {self.name}: {len(self.panels)} panels, {', '.join([*parts, *map(repr, self.credits)])}>"
        )

    def __str__(self) -> str:
        from seq_agents.inspection.text import text_of

        return text_of(self)

    def _repr_html_(self) -> str:
        from seq_agents.inspection.page import in_notebook

        return in_notebook(self)

    def save_html(self, path: str | Path) -> None:
        """Write a page that needs no other file and no network, whole or not at all.

        Raises:
            OSError: the file cannot be written.
        """
        from seq_agents.inspection.page import page

        write_whole(Path(path), page(self).encode())

    def save_figure(self, path: str | Path) -> None:
        """Write a figure, whole or not at all, in the format that the name of the file ends with.

        Raises:
            ValueError: there is no such format.
            OSError: the file cannot be written.
        """
        from seq_agents.inspection.figure import save

        save(self, Path(path))


def inspect(
    agent: Learner | Policy,
    problem: seq_envs.Problem | str | None = None,
    *,
    untrained: Learner | Policy | None = None,
    seed: int = 0,
    name: str = "the agent",
    options: EnvOptions | None = None,
) -> Inspection:
    """Look at the network of an agent: its state along an episode, what can be read from it, and credit.

    An agent with feedback plays the episodes itself, and its network reads what it observed then: its own previous
    actions and rewards are recorded. The network before its training reads the same records, so that it differs from
    the trained one in nothing but its weights.

    Args:
        agent: a learner; or a policy with a method `network_view()`, such as `Sb3Policy(model)`, with its problem.
        problem: the problem, or its id; None: that of the learner.
        untrained: the same agent before its training, as a control; None: that of the learner, none for a policy.
        seed: of the drawn episode, which is the first one of `seq_envs.sample` with this seed, and of all others, which
            training never plays: 0 ... 2**32 - 1.
        name: of the agent, for a heading.
        options: of the environment that the agent plays in, to the end of each episode; None: those of the learner, the
            defaults for a policy.

    Raises:
        ValueError: the agent has no network to look at, or one with NaN or infinity; a policy has no problem; or the
            seed is out of range.
    """
    seed = Integer(0, STREAMS_OF_A_SEED - 1).check("seed", seed)
    view = view_of(agent)
    if isinstance(agent, Learner):
        problem = agent.problem if problem is None else problem
        untrained = agent.untrained_on(agent.problem) if untrained is None else untrained
        options = agent.options if options is None else options
    if problem is None:
        raise ValueError("problem must be given for a policy, got None")
    problem, options = seq_envs.make_problem(problem), options or NO_OPTIONS
    # Before the agent plays, which a diverged one may not be able to.
    _require_finite(view, seq_envs.sample(problem, 1, seed, pay=options.pay, feedback=options.feedback).observations)
    policy = agent.policy() if isinstance(agent, Learner) else agent
    played = play(problem, {name: policy}, seed, options)
    observe = partial(observed, problem, policy, options)
    panels = state_map(view, each_part(lambda part: part[:, : played.steps], observe(played.episode)))
    found = probe(problem, view, None if untrained is None else view_of(untrained), seed, observe)
    notes = (
        [] if panels else ["The network keeps no state from step to step, so there is no state to draw or to probe."]
    )
    credits: Sequence[Credit] = ()
    if refusal := too_long(problem):
        notes.append(f"{refusal[0].upper()}{refusal[1:]}.")
    else:
        credits = credit(problem, view, played.episode, seed, observe)
    if credits and credits[0].sources is None:
        notes.append(f"{type(problem).__name__} does not state which steps a right answer depends on.")
    return Inspection(name, played, panels, found, credits, notes, options)


def _require_finite(view: NetworkView, observations: Observations) -> None:
    """Refuse a network whose scores or states along an episode (1, T, ...) are not finite.

    Raises:
        ValueError: they are not.
    """
    features = view.features(observations)
    activity = view.states(features, range(features.shape[1]))
    states = () if activity is None else activity.state.values()
    for what, numbers in [("scores", view.read(features).scores), *(("state", part) for part in states)]:
        if not numbers.isfinite().all():
            raise ValueError(f"agent must have a network with finite numbers, got {what} with NaN or infinity")


def view_of(agent: Any) -> NetworkView:
    """The view of an agent's network.

    Raises:
        ValueError: it has none.
    """
    look = getattr(agent, "network_view", None)
    view: NetworkView | None = look() if callable(look) else None
    if view is None:
        raise ValueError(
            f"agent must have a network to look at: a learner of this package with one, or a policy with a method "
            f"network_view() (for a Stable-Baselines3 model, seq_agents.sb3.Sb3Policy(model)), got {agent!r}"
        )
    return view
