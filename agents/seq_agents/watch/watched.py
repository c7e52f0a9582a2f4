"""One episode, played by one or several policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import seq_envs
from seq_agents.experiments.files import write_whole
from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.parameters import Integer, Real
from seq_envs.policies import Policy, require_policy
from seq_envs.problem import Episodes
from seq_envs.transcript import Transcript, draw_text

SPEED = Real(0.1, 50.0)
"""Time steps in a second. Browsers do not show the frames of an animation faster."""


@dataclass(frozen=True, eq=False)
class Watched:
    """An episode and the answers that policies gave: `print` it, leave it at the end of a notebook cell, or save it."""

    problem: seq_envs.Problem
    episode: Episodes
    """The only episode of a batch of one, before encoding."""
    answers: Mapping[str, Array]
    """By the name of a policy, its answers (T, *action_space.shape) to the T time steps of the episode."""
    options: EnvOptions = NO_OPTIONS
    """Of the environment, without a step limit, since episodes are played to the end."""

    @property
    def played_in(self) -> str:
        """The problem, and the options of the environment that differ from their defaults."""
        return f"{self.problem}{f' with {self.options}' if self.options.chosen() else ''}"

    @property
    def steps(self) -> int:
        """The time steps of the episode."""
        return int(self.episode.lengths[0])

    def transcript(self, name: str, played: int, most: int | None = None) -> Transcript:
        """The episode as a policy has played it so far.

        Args:
            name: of the policy.
            played: the time steps that it has answered.
            most: the latest time steps to keep; None: as many as fit a line of text.
        """
        scored = self.episode.scored[0, :played]
        given, right = self.answers[name][:played][scored], self.episode.targets[0, :played][scored]
        earned = float(np.sum(self.problem.grade(given, right))) if len(given) else 0.0
        transcript = Transcript.of_episode(
            self.problem, self.episode, 0, list(self.answers[name][:played]), played < self.steps, earned,
            *(() if most is None else (most,)),
        )  # fmt: skip
        return transcript._replace(title=f"{name}: right {earned:g} of {np.count_nonzero(scored)}")

    def text(self, played: int) -> str:
        """The episode after so many time steps as text: for each policy, input over answer over truth over marks."""
        return "\n\n".join(draw_text(self.transcript(name, played)) for name in self.answers)

    def __str__(self) -> str:
        return self.text(self.steps)

    def save_gif(self, path: str | Path, steps_per_second: float = 4.0) -> None:
        """Write an animation, a frame for each time step, whole or not at all.

        Raises:
            ValueError: the episode is too long for an animation, or `steps_per_second` is not in `SPEED`.
            OSError: the file cannot be written.
        """
        from seq_agents.watch.gif import gif

        write_whole(Path(path), gif(self, SPEED.check("steps_per_second", steps_per_second)))

    def save_html(self, path: str | Path, steps_per_second: float = 4.0) -> None:
        """Write a page that needs no other file and no network, whole or not at all.

        Raises:
            ValueError: `steps_per_second` is not in `SPEED`.
            OSError: the file cannot be written.
        """
        from seq_agents.watch.page import page

        write_whole(Path(path), page(self, SPEED.check("steps_per_second", steps_per_second)).encode())

    def _repr_html_(self) -> str:
        from seq_agents.watch.page import in_notebook

        return in_notebook(self)


def play(
    problem: seq_envs.Problem | str,
    policies: Mapping[str, Policy],
    seed: int = 0,
    options: EnvOptions = NO_OPTIONS,
) -> Watched:
    """Let policies play the same episode, the first one of stream `seed`, step by step.

    >>> print(play("SeqMemorize-v0", {"the best policy": seq_envs.policies.optimal("SeqMemorize-v0")}))
    the best policy: right 4 of 4
    step   0 1 2 3
    input  4 0 1 2
    answer 0 1 2 4
    truth  0 1 2 4
           ✓ ✓ ✓ ✓

    Args:
        problem: the problem, or its id.
        policies: by name, at least one; see `seq_envs.policies.Policy`.
        seed: of the episode, which `seq_envs.sample` draws first with this seed.
        options: of the environment. What a policy observes of its past depends on them; episodes are played to the end.

    Raises:
        ValueError: a wrong seed, or no policy.
        TypeError: a policy lacks a method.
        seq_envs.ActionError: an answer is not in the action space.
    """
    problem = seq_envs.make_problem(problem)
    seed = Integer(0).check("seed", seed)
    if not policies:
        raise ValueError(f"policies must hold at least one policy by its name, got {policies!r}")
    for policy in policies.values():
        require_policy(policy)
    episode = raw_episodes(problem, 1, seed)
    answers = {name: _answers(problem, policy, seed, options) for name, policy in policies.items()}
    return Watched(problem, episode, answers, replace(options, max_episode_steps=None))


def _answers(problem: seq_envs.Problem, policy: Policy, seed: int, options: EnvOptions) -> Array:
    """The answers (T, *action_space.shape) of a policy to the first episode of a stream."""
    envs = seq_envs.SequenceVectorEnv(problem, pay=options.pay, feedback=options.feedback, autoreset_mode="Disabled")
    (observations, _), state, answers, over = envs.reset(seed=seed), policy.initial_state(1), [], False
    while not over:
        answer, state = policy.act(observations, state)
        answers.append(np.array(problem.answers.read_actions(answer, 1)[0]))
        observations, _, (over,), _, _ = envs.step(answer)
    return np.stack(answers)
