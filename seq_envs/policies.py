"""The protocol of a policy, and reference policies for every problem: random, memoryless, optimal."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array
from seq_envs.estimation.memoryless import memoryless_guess
from seq_envs.feedback import without_feedback
from seq_envs.parameters import Integer
from seq_envs.problem import Problem
from seq_envs.registration import make_problem


class Policy(Protocol):
    """The two methods that `seq_envs.evaluate` calls. A recurrent network in ten lines:

        class MyPolicy:
            def __init__(self, network):
                self.network = network

            def initial_state(self, batch_size):
                return torch.zeros(1, batch_size, 64), torch.zeros(1, batch_size, 64)

            @torch.no_grad()
            def act(self, observations, state):
                logits, state = self.network(torch.as_tensor(observations)[None], state)
                return logits[0].argmax(-1).numpy(), state

    A memoryless policy returns None as its state.
    """

    def initial_state(self, batch_size: int) -> Any:
        """The state before the first step of a batch of `batch_size` new episodes."""
        ...

    def act(self, observations: Any, state: Any) -> tuple[Array, Any]:
        """Answers (batch, *action shape) to observations (batch, *observation shape), and the next state.

        In an env with `feedback`, observations are a dict of such arrays.
        """
        ...


def require_policy(policy: Any) -> None:
    """Refuse what has not both methods of a policy.

    Raises:
        TypeError: a method is missing, or `policy` is a class.
    """
    if isinstance(policy, type) or not (hasattr(policy, "initial_state") and hasattr(policy, "act")):
        raise TypeError(
            "policy must have initial_state(batch_size) and act(observations, state), see seq_envs.policies.Policy "
            f"(for a Stable-Baselines3 model, seq_agents.sb3.Sb3Policy(model)), got {policy!r}"
        )


def random(problem: str | Problem, seed: int = 0) -> Policy:
    """Answers drawn uniformly from the action space."""
    return _Random(make_problem(problem), Integer(0).check("seed", seed))


def memoryless(problem: str | Problem) -> Policy:
    """The most accurate answers from the current observation and the time step alone."""
    return _Memoryless(make_problem(problem))


def optimal(problem: str | Problem) -> Policy:
    """The best answers from all observations so far, by `Problem.solve`: they prove that a problem can be solved.

    The policy keeps all observations, and a step takes as long as `solve`.
    """
    return _Optimal(make_problem(problem))


class _OfProblem:
    """A policy of one problem."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def __repr__(self) -> str:
        return f"<{type(self).__name__.strip('_').lower()} policy of {self._problem}>"


class _Random(_OfProblem):
    def __init__(self, problem: Problem, seed: int) -> None:
        super().__init__(problem)
        self._space = problem.action_space
        self._rng = np.random.default_rng(seed)

    def initial_state(self, batch_size: int) -> None:
        return None

    def act(self, observations: Any, state: None) -> tuple[Array, None]:
        space, batch = self._space, len(without_feedback(observations))
        if isinstance(space, spaces.Discrete):
            return self._rng.integers(space.n, size=batch), None
        if isinstance(space, spaces.MultiDiscrete):
            return self._rng.integers(space.nvec, size=(batch, *space.shape)), None
        assert isinstance(space, spaces.Box)
        return self._rng.uniform(space.low, space.high, (batch, *space.shape)).astype(space.dtype), None


class _Memoryless(_OfProblem):
    """The state is the time step."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self._guess = memoryless_guess(problem)

    def initial_state(self, batch_size: int) -> int:
        return 0

    def act(self, observations: Any, state: int) -> tuple[Array, int]:
        answers = self._guess(self._problem.code.decode(without_feedback(observations)), state)
        return answers.astype(self._problem.action_space.dtype), state + 1


class _Optimal(_OfProblem):
    """The state is the time step and the raw observations so far, (batch, T, ...), filled in place."""

    def initial_state(self, batch_size: int) -> tuple[int, Array | None]:
        return 0, None

    def act(self, observations: Any, state: tuple[int, Array | None]) -> tuple[Array, tuple[int, Array | None]]:
        step, history = state
        raw = self._problem.code.decode(without_feedback(observations))
        if history is None:
            history = np.zeros((len(raw), self._problem.steps, *raw.shape[1:]), raw.dtype)
        history[:, step] = raw
        answers = np.asarray(self._problem.solve(history[:, : step + 1])).astype(self._problem.answers.dtype)
        answers = np.where(self._problem.answers.inside(answers), answers, 0)  # Arbitrary where not scored.
        return answers.astype(self._problem.action_space.dtype), (step + 1, history)
