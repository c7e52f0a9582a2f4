"""`check_problem`: the contract that every problem must keep; and `audit`, for any environment."""

from __future__ import annotations

from seq_envs.audit import audit as audit
from seq_envs.env import SequenceEnv
from seq_envs.parameters import Integer, Real
from seq_envs.problem import Problem
from seq_envs.registration import make_problem
from seq_envs.testing.contract import ContractError as ContractError
from seq_envs.testing.declarations import check_declarations
from seq_envs.testing.draws import check_draws
from seq_envs.testing.leaks import check_lag, check_lag_matters, check_leaks
from seq_envs.testing.many import check_many
from seq_envs.testing.options_view import check_options
from seq_envs.testing.refusals import check_refusals
from seq_envs.testing.scalar_view import check_scalar_view
from seq_envs.testing.scores import check_scores
from seq_envs.testing.shapes import check_shapes
from seq_envs.testing.solve_and_guess import check_solve_and_guess
from seq_envs.testing.stated_sources import check_sources
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
    """Check that a problem keeps its contract. It takes some seconds.

    - Types, shapes and spaces: methods return the documented types, observations and targets lie in their spaces, and
      the blank differs from all other symbols.
    - Draws: the same seed gives the same episodes and another seed others, no global random state changes, and
      episodes are independent.
    - Answers: `solve` and `guess` return valid answers, and `solve` depends only on the history.
    - Levels: the best constant answer, the memoryless policy and the optimal policy reach the stated levels.
    - Lag: if the problem has a parameter `lag`, the observation of `lag` steps ago determines the answers, and those of
      `lag - 1` and `lag + 1` steps ago do not.
    - Leaks: a memoryless policy learned from data, with the current observation and the time step, or with its previous
      action and reward as well, does not beat the memoryless level, except as `problem.leaks` states.
    - Sources: an answer changes with the observations at the steps that `sources` states, and with no others. This
      exchanges observations between episodes, so `solve` must accept such histories.
    - Views: the env, the vector env (in every autoreset mode) and the data set have the same episodes. Only right
      answers on scored steps are rewarded, `info` has only the documented keys, and the caller may change every array
      that is returned. Invalid actions and steps after the end are refused, and `options` have no effect.
    - Options: with `pay`, `feedback` and `max_episode_steps` the three views still agree.
    - Sizes: large batches and many lanes hold the same kind of episodes as small ones.

    Args:
        problem: an id or a Problem.
        episodes: how many episodes the reference policies play, at least 1.
        memoryless: the best accuracy of a memoryless policy, derived by hand, for a problem without `known_levels`:
            an estimate from data cannot tell a leak from a problem that is easy without memory. None: the estimate of
            `levels`.
        env, vector_env: classes to check instead of this package's own.

    Raises:
        ContractError: the problem breaks its contract; the message names the cause.
        ValueError: `episodes` or `memoryless` is out of range.
    """
    problem = make_problem(problem)
    episodes = Integer(1).check("episodes", episodes)
    if memoryless is not None:
        memoryless = Real(0, 1, from_above=True).check("memoryless", memoryless)
    check_declarations(problem)
    check_shapes(problem)
    check_draws(problem)
    check_solve_and_guess(problem)
    check_scalar_view(problem, env)
    check_refusals(problem, env)
    check_vector_view(problem, vector_env)
    check_options(problem, env, vector_env)
    check_lag(problem)
    check_leaks(problem, memoryless)
    check_scores(problem, episodes)
    check_lag_matters(problem)
    check_many(problem, vector_env)  # After the others, whose messages are simpler where small batches are wrong too.
    check_sources(problem)
