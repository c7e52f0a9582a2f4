"""Shapes, dtypes, spaces and encodings of whole episodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector.utils import batch_space

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array, Encoding, SymbolEncoding
from seq_envs.problem import Episodes, Problem
from seq_envs.testing.contract import ContractError, require

_EPISODES = 200
_FEW = 7
_MOST_SYMBOLS = 10_000


def check_shapes(problem: Problem) -> None:
    """Observations and targets lie in their spaces, and nothing is asked after an episode's end."""
    _check_parts(problem)
    drawn = problem.sample(np.random.default_rng(0), _FEW)
    require(isinstance(drawn, Episodes), f"sample() must return Episodes, got {type(drawn).__name__}")
    for name, array in drawn._asdict().items():
        require(
            isinstance(array, np.ndarray), f"sample() must return arrays, but its {name} are {type(array).__name__}"
        )
    require(
        all(len(array) == _FEW for array in drawn),
        f"sample() must return as many episodes as it is asked for: asked for {_FEW}, got "
        f"{[len(array) for array in drawn]} observations, targets, scored and lengths",
    )
    raw = raw_episodes(problem, _EPISODES, seed=0)
    _check_arrays(problem, raw)
    _check_symbols(problem.code, raw.observations)
    inside = np.arange(problem.steps) < raw.lengths[:, None]
    require(not raw.scored[~inside].any(), "a step after the end of its episode is scored")
    require(raw.scored.any(axis=1).all(), "an episode has no scored step: nothing can be earned in it")
    encoded = problem.code.encode(raw.observations)
    _check_in(problem.observation_space, encoded[inside], "observation")
    targets = raw.targets.astype(problem.action_space.dtype)
    _check_in(problem.action_space, targets[raw.scored], "target")
    graded = problem.grade(targets, raw.targets)
    require(
        isinstance(graded, np.ndarray) and graded.dtype == np.float64 and graded.shape == raw.scored.shape,
        f"grade() must give float64 of shape (B, T) = {raw.scored.shape}, got {getattr(graded, 'dtype', type(graded))} "
        f"of {np.shape(graded)}",
    )
    require(np.all(graded[raw.scored] == 1), "the right answer is not graded as right")
    _check_blank(problem)
    decoded, original = problem.code.decode(encoded)[inside], raw.observations[inside]
    kinds = "" if decoded.dtype == original.dtype else f": it makes {decoded.dtype} of {original.dtype}"
    require(np.array_equal(decoded, original), f"decode() does not undo encode(){kinds}")
    drawn_as = problem.code.draw(raw.observations[0, 0])
    require(isinstance(drawn_as, str), f"draw() of an encoding must return a text, got {drawn_as!r}")


def _check_parts(problem: Problem) -> None:
    """What all else is made of."""
    steps, code, space = problem.steps, problem.code, problem.action_space
    require(type(steps) is int and steps >= 1, f"steps must be an int >= 1, got {steps!r}")
    require(isinstance(code, Encoding), f"code must be an Encoding, got {code!r}: is it a property?")
    require(isinstance(space, spaces.Space), f"action_space must be a space, got {space!r}: is it a property?")
    try:
        assert problem.answers
    except TypeError as wrong:
        raise ContractError(str(wrong)) from None
    blank, shown = code.blank, problem.observation_space
    require(blank in shown, f"blank must be an observation, in {shown}, got {blank!r}")


def _check_arrays(problem: Problem, raw: Episodes) -> None:
    require(raw.observations.ndim >= 2, f"observations must have shape (B, T, ...), got {raw.observations.shape}")
    batch, steps = raw.observations.shape[:2]
    shape = problem.action_space.shape or ()
    require(steps == problem.steps, f"sample() drew episodes of {steps} steps, but steps says {problem.steps}")
    require(
        raw.targets.shape == (batch, steps, *shape),
        f"targets must have shape (B, T, *action_space.shape) = {(batch, steps, *shape)}, got {raw.targets.shape}",
    )
    require(
        raw.scored.shape == (batch, steps) and raw.scored.dtype == np.bool_,
        f"scored must be bool of shape (B, T) = {(batch, steps)}, got {raw.scored.dtype} of {raw.scored.shape}",
    )
    numbers, kinds = ("real", "f") if isinstance(problem.action_space, spaces.Box) else ("whole", "iu")
    require(
        raw.targets.dtype.kind in kinds,
        f"targets must be {numbers} numbers, as the answers in {problem.action_space} are, got {raw.targets.dtype}",
    )
    require(
        raw.lengths.shape == (batch,)
        and raw.lengths.dtype.kind in "iu"
        and np.all((raw.lengths >= 1) & (raw.lengths <= steps)),
        f"lengths must be whole numbers of shape (B,) = {(batch,)} in 1 ... {steps}, got {raw.lengths.dtype} of "
        f"{raw.lengths.shape} in {raw.lengths.min()} ... {raw.lengths.max()}",
    )


def _check_symbols(code: Encoding, observations: Array) -> None:
    """Raw observations are symbols of the alphabet, if there is one."""
    if isinstance(code, SymbolEncoding):
        low, high, size = observations.min(), observations.max(), code.alphabet.size
        require(
            observations.dtype.kind in "iu" and low >= 0 and high < size,
            f"observations, what stands after an episode's end too, must be symbols of the alphabet, whole numbers in "
            f"0 ... {size - 1}, got {observations.dtype} in {low} ... {high}",
        )


def _check_in(space: spaces.Space[Any], members: Array, name: str) -> None:
    if members not in batch_space(space, len(members)):
        outside = next(member for member in members if member not in space)
        raise ContractError(f"{name} {outside} is not in its space {space}")


def _check_blank(problem: Problem) -> None:
    """The blank symbol, where the alphabet has one, is no value, and is shown as nothing else is."""
    code = problem.code
    if not isinstance(code, SymbolEncoding) or code.alphabet.blank is None:
        return
    alphabet, blank, shown_blank = code.alphabet, code.alphabet.blank, code.blank
    require(
        alphabet.values <= blank < alphabet.size,
        f"blank is symbol {blank}, which is also a value: it must be one of the cues, "
        f"{alphabet.values} ... {alphabet.size - 1}",
    )
    for symbol in range(min(alphabet.size, _MOST_SYMBOLS)):
        shown = code.encode(np.array([symbol], alphabet.dtype))[0]
        require(
            symbol == blank or not np.array_equal(shown, shown_blank),
            f"blank is shown as symbol {symbol} is: {shown_blank}",
        )
