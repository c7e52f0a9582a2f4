"""The episodes of many lanes, laid out so that a step of all lanes is a few slices or gathers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seq_envs import repeated
from seq_envs.encodings import Array
from seq_envs.prepared_rows import PreparedRows, Question
from seq_envs.problem import Episodes, Problem
from seq_envs.stream import Stream, block_episodes

_LANES_AT_ONCE = 64
"""Lanes whose blocks are drawn before they are laid out: few enough to stay in the processor's cache."""


class Lanes:
    """One block of episodes for each lane, step-major, and the position of each lane in it.

    A row is one time step: row `e * T + t` of a lane is step `t` of the lane's `e`-th episode in its block. The lanes
    are aligned while all of them are at the same row, as with episodes of equal length unless single lanes are reset:
    then `row` is an int and indexing with `here` is a slice. Otherwise `row` is (lanes,) and indexing gathers.
    A lane at the end of its block draws its next one, so the episodes of a lane do not depend on other lanes.

    In memory a row of all lanes lies side by side. Where lengths differ the rows of a lane do: lanes at different rows
    then read from as few places of memory as there are lanes, the same ones at the next step.
    """

    observations: Array
    """(rows, lanes, ...) raw."""
    targets: Array
    """(rows, lanes, *action_space.shape)."""
    scored: Array
    """(rows, lanes) bool."""
    lengths: Array
    """(episodes, lanes) int64."""

    def __init__(self, problem: Problem, lanes: int) -> None:
        self._problem = problem
        self._steps = problem.steps
        self._rows = block_episodes(problem) * problem.steps
        self._lanes = np.arange(lanes)
        self._streams: dict[int, Stream] = {}
        self._laid_out = self._by_lane = False
        self._prepared = PreparedRows(problem, lanes)
        self._code = problem.code
        self.row: int | Array = 0
        self._ends = self._lanes  # The row of the last step of each lane's episode, (lanes,), if they are not aligned.
        self._of_one_length = np.zeros(lanes, np.bool_)  # Lanes all of whose episodes have T steps.
        self._all_of_one_length = False

    @property
    def here(self) -> Any:
        """The index of the current row of every lane."""
        return self.row if isinstance(self.row, int) else (self.row, self._lanes)

    @property
    def step(self) -> int | Array:
        """The time step of each lane within its episode: int if the lanes are aligned, (lanes,) otherwise."""
        return self.row % self._steps

    def at_last_step(self) -> bool | Array:
        """Whether the current step is the last of its episode: bool if this holds for all lanes, (lanes,) otherwise."""
        if self._all_of_one_length and isinstance(self.row, int):
            return self.row % self._steps == self._steps - 1
        last: Array
        if isinstance(self.row, int):
            episode, step = divmod(self.row, self._steps)
            last = self.lengths[episode] == step + 1
        else:
            last = self.row == self._ends
        return last

    def observe(self, after: int = 0) -> Array:
        """The encoded observations (lanes, ...) `after` steps after the current ones, always a copy."""
        if isinstance(self.row, int):
            return self._prepared.observation(self, self.row + after)
        rows = np.minimum(self.row + after, self._rows - 1) if after else self.row
        return self._code.encode(self._gathered(self.observations, rows))

    def question(self) -> Question:
        """The targets of the current observations, and whether they are scored."""
        if isinstance(self.row, int):
            return self._prepared.question(self, self.row)
        targets = self._gathered(self.targets, self.row).astype(self._problem.answers.dtype)
        return Question(targets, self._gathered(self.scored, self.row))

    def _gathered(self, array: Array, rows: Array) -> Array:
        """The values (lanes, ...) of an array (rows, lanes, ...) at one row (lanes,) of each lane, a copy."""
        if repeated.is_repeated(array, axis=0):
            return np.array(array[0])
        # One index into the memory is faster than one for each axis.
        flat = array.swapaxes(0, 1) if self._by_lane else array
        places = rows + self._lanes * self._rows if self._by_lane else rows * len(self._lanes) + self._lanes
        gathered: Array = flat.reshape(-1, *array.shape[2:]).take(places, axis=0)
        return gathered

    def begin(self, generators: Mapping[int, np.random.Generator], lanes: Array) -> None:
        """Begin an episode in each of these `lanes`, (lanes,) bool: of a new stream where it has a generator."""
        for lane, generator in generators.items():
            self._streams[lane] = Stream(self._problem, generator)
        if len(generators) == len(self._lanes):
            self._fill(slice(None))
            self.row = 0
            return
        new = np.array(list(generators), np.int64)
        to_next = lanes.copy()
        to_next[new] = False
        self.advance(to_next, hold=~to_next)
        if new.size:
            rows = np.array(np.broadcast_to(self.row, lanes.shape))
            self._fill(new)
            rows[new] = 0
            self._disperse(rows)
        if not isinstance(self.row, int) and (self.row == self.row[0]).all():
            self.row = int(self.row[0])

    def advance(self, to_next: Array, hold: Array) -> None:
        """Move every lane by one row; lanes of `to_next` to their next episode instead, lanes of `hold` not at all.

        Both are (lanes,) bool; no lane is in both.
        """
        if isinstance(self.row, int):
            moving_on, holding = np.count_nonzero(to_next), np.count_nonzero(hold)
            if holding == hold.size:
                return
            if holding == 0 and moving_on == 0:
                self.advance_all()
                return
            if holding == 0 and moving_on == to_next.size:
                self.row = self.row // self._steps * self._steps + self._steps - 1
                self.advance_all()
                return
            self._disperse(np.full(hold.size, self.row))
        assert not isinstance(self.row, int)
        rows = self.row + ~hold
        moved_on = np.flatnonzero(to_next)
        rows[moved_on] = (self.row[moved_on] // self._steps + 1) * self._steps
        new = np.flatnonzero(rows > self._ends)
        if new.size:
            at_the_end = new[rows[new] == self._rows]
            if at_the_end.size:
                self._fill(at_the_end)
                rows[at_the_end] = 0
            self._ends[new] = self._ends_of(rows[new], new)
        self.row = rows

    def _disperse(self, rows: Array) -> None:
        """Put each lane at a row of its own, (lanes,)."""
        self.row = rows
        self._ends = self._ends_of(rows, self._lanes)

    def _ends_of(self, rows: Array, lanes: Array) -> Array:
        """The row of the last step of the episode that has this row, for some lanes: (n,), (n,) to (n,)."""
        episodes = rows // self._steps
        ends: Array = episodes * self._steps + self.lengths[episodes, lanes] - 1
        return ends

    def advance_all(self) -> None:
        """Move every lane, which are aligned, by one row."""
        assert isinstance(self.row, int)
        self.row += 1
        if self.row == self._rows:
            self._fill(slice(None))
            self.row = 0

    def episode(self) -> Episodes:
        """The episode that each lane plays, step-major: (T, lanes, ...), lengths (lanes,). Views, where possible."""
        first = self.row // self._steps * self._steps
        if isinstance(first, int):
            rows: Any = slice(first, first + self._steps)
            lengths = self.lengths[first // self._steps]
        else:
            rows = (first + np.arange(self._steps)[:, None], self._lanes)
            lengths = self.lengths[first // self._steps, self._lanes]
        return Episodes(self.observations[rows], self.targets[rows], self.scored[rows], lengths)

    def block(self, lane: int) -> tuple[Episodes, int]:
        """The block of one lane, and the number of the lane's current episode in it."""
        shape = (-1, self._steps)
        observations, targets, scored = (
            rows[:, lane].reshape(*shape, *rows.shape[2:]) for rows in (self.observations, self.targets, self.scored)
        )
        block = Episodes(observations, targets, scored, self.lengths[:, lane])
        return block, int(np.broadcast_to(self.row, self._lanes.shape)[lane]) // self._steps

    def _fill(self, lanes: slice | Array) -> None:
        """Draw the next block of these lanes and lay it out."""
        indices = self._lanes[lanes]
        for first in range(0, len(indices), _LANES_AT_ONCE):
            part = indices[first : first + _LANES_AT_ONCE]
            blocks = [self._streams[lane].block() for lane in part.tolist()]
            # Each (lanes, episodes, T, ...), but lengths (lanes, episodes).
            observations, targets, scored, lengths = map(repeated.stack, zip(*blocks, strict=True))
            if not self._laid_out:
                self._lay_out(observations, targets, ragged=bool((lengths < self._steps).any()))
            if repeated.is_repeated(self.targets, axis=0) and not repeated.is_repeated(targets, axis=2):
                self.targets, once = self._empty(self.targets.shape[2:], self.targets.dtype), self.targets
                self.targets[...] = once
            where = slice(part[0], part[-1] + 1) if isinstance(lanes, slice) else part
            for rows, drawn in ((self.observations, observations), (self.targets, targets), (self.scored, scored)):
                laid_out = drawn.reshape(len(part), self._rows, *drawn.shape[3:]).swapaxes(0, 1)
                repeated.write(rows, where, laid_out)
            self.lengths[:, where] = lengths.T
            self._of_one_length[where] = (lengths == self._steps).all(axis=1)
        self._all_of_one_length = bool(self._of_one_length.all())
        self._prepared.clear()

    def _lay_out(self, observations: Array, targets: Array, ragged: bool) -> None:
        self._by_lane = ragged
        self.observations = self._empty(observations.shape[3:], observations.dtype)
        # Targets can be stored once only if the block is a single episode: different episodes have different targets.
        if repeated.is_repeated(targets, axis=2) and targets.shape[1] == 1:
            shape = (self._rows, len(self._lanes), *targets.shape[3:])
            self.targets = repeated.empty(shape, targets.dtype, repeated=True)
        else:
            self.targets = self._empty(targets.shape[3:], targets.dtype)
        self.scored = self._empty((), np.dtype(np.bool_))
        self.lengths = np.empty((self._rows // self._steps, len(self._lanes)), np.int64)
        self._laid_out = True

    def _empty(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An uninitialised array (rows, lanes, *shape)."""
        if self._by_lane:
            return np.empty((len(self._lanes), self._rows, *shape), dtype).swapaxes(0, 1)
        return np.empty((self._rows, len(self._lanes), *shape), dtype)
