"""The contract that any problem must pass, yours too: `check_problem`."""

from __future__ import annotations

from seq_envs.env import SequenceEnv
from seq_envs.parameters import Integer, Real
from seq_envs.problem import Problem
from seq_envs.registration import make_problem
from seq_envs.testing.contract import ContractError as ContractError
from seq_envs.testing.draws import check_draws
from seq_envs.testing.leaks import check_lag, check_lag_matters, check_leaks
from seq_envs.testing.players import check_players
from seq_envs.testing.scalar_view import check_scalar_view
from seq_envs.testing.scores import check_scores
from seq_envs.testing.shapes import check_shapes
from seq_envs.testing.statements import check_statements
from seq_envs.testing.vector_view import check_vector_view
from seq_envs.vector_env import SequenceVectorEnv


def check_problem(
    problem: str | Problem,
    episodes: int = 2000,
    *,
    memoryless: float | None = None,
    env: type[SequenceEnv] = SequenceEnv,
    vector_env: type[SequenceVectorEnv] = SequenceVectorEnv,
) -> None:
    """Check what a problem promises; some seconds.

    - Kinds, shapes and spaces: what the problem returns is what it should be, observations and targets lie in their
      spaces, blank is no other symbol.
    - Draws: a seed repeats, another seed differs, no global random state is touched, episodes are independent.
    - Players: `solve` and `guess` give answers, and `solve` knows the history and nothing else.
    - Scores: the optimal and the memoryless player get what their levels say.
    - Lag: where the problem has a parameter `lag`, the observation of so many steps ago tells the answers, and neither
      the one before it nor the one after it does.
    - Leaks: a player without memory that learns from data, from the current observation and the clock, or from its
      previous action and reward as well, does not beat the memoryless level; but for what `problem.leaks` states.
    - Views: env, vector env (in every autoreset mode) and data set play the same episodes, pay for right answers on
      scored steps and for nothing else, tell nothing in `info` but what `reveal` asks for, and hand out arrays that are
      the caller's own.

    Args:
        problem: an id or a Problem.
        episodes: how many the reference players play, at least 1.
        memoryless: the accuracy that you hold a player without memory to get at best, for a problem that has no
            `known_levels`: what is learned from data cannot be told from a leak by itself. None: as `levels` says.
        env, vector_env: classes to check in the place of this package's own.

    Raises:
        ContractError: with a sentence that names the cause.
        ValueError: `episodes` or `memoryless` is out of range.
    """
    problem = make_problem(problem)
    episodes = Integer(1).check("episodes", episodes)
    if memoryless is not None:
        memoryless = Real(0, 1, from_above=True).check("memoryless", memoryless)
    check_statements(problem)
    check_shapes(problem)
    check_draws(problem)
    check_players(problem)
    check_lag(problem)
    check_leaks(problem, memoryless)
    check_scores(problem, episodes)
    check_lag_matters(problem)
    check_scalar_view(problem, env)
    check_vector_view(problem, vector_env)
