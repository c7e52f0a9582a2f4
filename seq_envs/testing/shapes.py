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
    """Observations and targets lie in their spaces, and no step after an episode's end is scored."""
    _check_parts(problem)
    drawn = problem.sample(np.random.default_rng(0), _FEW)
    require(isinstance(drawn, Episodes), f"sample() must return Episodes, got {type(drawn).__name__}")
    for name, array in drawn._asdict().items():
        require(
            isinstance(array, np.ndarray), f"sample() must return arrays, but its {name} are {type(array).__name__}"
        )
    require(
        all(len(array) == _FEW for array in drawn),
        f"sample() must return batch={_FEW} episodes, got {[len(array) for array in drawn]} observations, targets, "
        "scored and lengths",
    )
    raw = raw_episodes(problem, _EPISODES, seed=0)
    _check_arrays(problem, raw)
    _check_symbols(problem.code, raw.observations)
    inside = np.arange(problem.steps) < raw.lengths[:, None]
    require(not raw.scored[~inside].any(), "a step after the end of its episode is scored")
    require(raw.scored.any(axis=1).all(), "an episode has no scored step: each episode needs at least one")
    encoded = problem.code.encode(raw.observations)
    _check_in(problem.observation_space, encoded[inside], "observation")
    targets = raw.targets.astype(problem.action_space.dtype)
    _check_in(problem.action_space, targets[raw.scored], "target")
    graded = problem.grade(targets, raw.targets)
    require(
        isinstance(graded, np.ndarray) and graded.dtype == np.float64 and graded.shape == raw.scored.shape,
        f"grade() must return float64 of shape (B, T) = {raw.scored.shape}, got "
        f"{getattr(graded, 'dtype', type(graded))} of {np.shape(graded)}",
    )
    require(np.all(graded[raw.scored] == 1), "grade() must return 1 for the right answer, but does not")
    _check_blank(problem)
    decoded, original = problem.code.decode(encoded)[inside], raw.observations[inside]
    types = (
        "" if decoded.dtype == original.dtype else f": it returns {decoded.dtype}, but the input is {original.dtype}"
    )
    require(np.array_equal(decoded, original), f"decode() does not undo encode(){types}")
    text = problem.code.draw(raw.observations[0, 0])
    require(isinstance(text, str), f"draw() of an encoding must return a str, got {text!r}")


def _check_parts(problem: Problem) -> None:
    """The properties that all other checks use: `steps`, `code` and `action_space`."""
    steps, code, space = problem.steps, problem.code, problem.action_space
    require(type(steps) is int and steps >= 1, f"steps must be an int >= 1, got {steps!r}")
    require(isinstance(code, Encoding), f"code must be an Encoding, got {code!r}: is it a property?")
    require(isinstance(space, spaces.Space), f"action_space must be a space, got {space!r}: is it a property?")
    try:
        assert problem.answers
    except TypeError as error:
        raise ContractError(str(error)) from None
    blank, space = code.blank, problem.observation_space
    require(blank in space, f"blank must be in the observation space {space}, got {blank!r}")


def _check_arrays(problem: Problem, raw: Episodes) -> None:
    require(raw.observations.ndim >= 2, f"observations must have shape (B, T, ...), got {raw.observations.shape}")
    batch, steps = raw.observations.shape[:2]
    shape = problem.action_space.shape or ()
    require(steps == problem.steps, f"sample() must return T = `steps` = {problem.steps} time steps, got {steps}")
    require(
        raw.targets.shape == (batch, steps, *shape),
        f"targets must have shape (B, T, *action_space.shape) = {(batch, steps, *shape)}, got {raw.targets.shape}",
    )
    require(
        raw.scored.shape == (batch, steps) and raw.scored.dtype == np.bool_,
        f"scored must be bool of shape (B, T) = {(batch, steps)}, got {raw.scored.dtype} of {raw.scored.shape}",
    )
    numbers, dtype_kinds = ("floats", "f") if isinstance(problem.action_space, spaces.Box) else ("integers", "iu")
    require(
        raw.targets.dtype.kind in dtype_kinds,
        f"targets must be {numbers}, as the action space {problem.action_space} holds, got {raw.targets.dtype}",
    )
    require(
        raw.lengths.shape == (batch,)
        and raw.lengths.dtype.kind in "iu"
        and np.all((raw.lengths >= 1) & (raw.lengths <= steps)),
        f"lengths must be integers of shape (B,) = {(batch,)} in 1 ... {steps}, got {raw.lengths.dtype} of "
        f"{raw.lengths.shape} in {raw.lengths.min()} ... {raw.lengths.max()}",
    )


def _check_symbols(code: Encoding, observations: Array) -> None:
    """Raw observations are symbols of the alphabet, if the encoding has one."""
    if isinstance(code, SymbolEncoding):
        low, high, size = observations.min(), observations.max(), code.alphabet.size
        require(
            observations.dtype.kind in "iu" and low >= 0 and high < size,
            f"observations, including those after an episode's end, must be symbols of the alphabet, integers in "
            f"0 ... {size - 1}, got {observations.dtype} in {low} ... {high}",
        )


def _check_in(space: spaces.Space[Any], members: Array, name: str) -> None:
    if members not in batch_space(space, len(members)):
        outside = next(member for member in members if member not in space)
        raise ContractError(f"{name} {outside} is not in its space {space}")


def _check_blank(problem: Problem) -> None:
    """The blank symbol, if the alphabet has one, is not a value, and no other symbol has the same encoding."""
    code = problem.code
    if not isinstance(code, SymbolEncoding) or code.alphabet.blank is None:
        return
    alphabet, blank, encoded_blank = code.alphabet, code.alphabet.blank, code.blank
    require(
        alphabet.values <= blank < alphabet.size,
        f"blank is symbol {blank}, which is also a value: it must be one of the cues, "
        f"{alphabet.values} ... {alphabet.size - 1}",
    )
    for symbol in range(min(alphabet.size, _MOST_SYMBOLS)):
        encoded = code.encode(np.array([symbol], alphabet.dtype))[0]
        require(
            symbol == blank or not np.array_equal(encoded, encoded_blank),
            f"blank and symbol {symbol} have the same encoding: {encoded_blank}",
        )
