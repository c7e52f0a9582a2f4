"""Golden files: tests/golden/ID.txt records the episodes, spaces and grades of an id.

    python tests/support/golden.py          writes the files of ids that have none; it never changes an existing file

A published result such as "SeqEcho-v0, accuracy 0.98" must stay reproducible, so the episodes and grades of an id never
change. A change needs a new version of the id, with a new file. Delete a file only if its id is no longer registered,
or was never published.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from paths import ROOT

import seq_envs
from seq_envs.dataset import raw_episodes
from seq_envs.parameters import Choice

FOLDER = ROOT / "tests" / "golden"
SEEDS = (0, 1, 2**40)
EPISODES = 500
"""Episodes of each seed that are sampled: several blocks of every id."""
MOST_NUMBERS = 20_000_000
"""The most numbers in the observations that are sampled."""
MOST_DRAWN = 2000
"""The most time steps of a problem whose episode is drawn: longer drawings take more room than all the rest."""
PLAYED = 5
"""Episodes of each seed that are played in an env, for its rewards."""


def text_of(id: str) -> str:
    """The content of an id's file."""
    return "\n".join(_lines(id)) + "\n"


def _lines(id: str) -> Iterator[str]:
    yield f"{id}: what it plays. This never changes; something else is another version of the id."
    framings, encodings = (_options(id, name) for name in ("framing", "encoding"))
    for framing in framings:
        yield f"\nframing {framing}: the first episode of seed 0\n"
        if seq_envs.make_problem(id, framing=framing).steps <= MOST_DRAWN:
            yield from (line.rstrip() for line in seq_envs.draw(id, seed=0, framing=framing).splitlines())
        first = raw_episodes(seq_envs.make_problem(id, framing=framing), 1, 0)
        yield "\nits input, and its truth where scored, in full\n"
        yield _numbers(first.observations[0])
        yield _numbers(first.targets[0][first.scored[0]])
        for encoding in encodings:
            problem = seq_envs.make_problem(id, framing=framing, encoding=encoding)
            yield f"\nframing {framing}, encoding {encoding}\n"
            yield f"shown    {_space(problem.observation_space)}"
            yield f"answers  {_space(problem.action_space)}"
            episodes = _episodes(problem)
            for seed in SEEDS:
                yield f"sha256 of {episodes} episodes of seed {seed}:  {_digest(*_canonical(problem, episodes, seed))}"
            yield f"sha256 of {PLAYED} played of each seed:  {_digest(*(_played(problem, seed) for seed in SEEDS))}"


def _options(id: str, name: str) -> tuple[str, ...]:
    fields = {field.name: field.metadata["domain"] for field in dataclasses.fields(seq_envs.make_problem(id))}
    domain = fields[name]
    assert isinstance(domain, Choice)
    return domain.options


def _space(space: gymnasium.Space[Any]) -> str:
    """A space as text that does not depend on the version of Gymnasium."""
    if isinstance(space, gymnasium.spaces.Discrete):
        return f"Discrete {space.n} from {space.start}"
    if isinstance(space, gymnasium.spaces.MultiDiscrete):
        return f"MultiDiscrete {space.nvec.tolist()}"
    assert isinstance(space, gymnasium.spaces.Box)
    return f"Box {space.low.min():g} to {space.high.max():g}, shape {space.shape}, {space.dtype.name}"


def _numbers(array: np.ndarray[Any, Any]) -> str:
    """Every number as text that can be read back: nine digits distinguish all float32 numbers."""
    return " ".join(f"{number:.9g}" if array.dtype.kind == "f" else f"{number}" for number in array.ravel().tolist())


def _episodes(problem: seq_envs.Problem) -> int:
    """`EPISODES`, or fewer if they have too many numbers, but at least 5."""
    numbers = problem.steps * int(np.prod(problem.observation_space.shape or ()))
    return max(5, min(EPISODES, MOST_NUMBERS // numbers))


def _canonical(problem: seq_envs.Problem, episodes: int, seed: int) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays of a seed's first episodes, without targets that are not scored, which are arbitrary."""
    observations, targets, scored, lengths = seq_envs.sample(problem, episodes, seed=seed)
    yield from (observations, targets[scored], scored, lengths)


def _played(problem: seq_envs.Problem, seed: int) -> np.ndarray[Any, Any]:
    """Rewards, ends, successes and accuracies of episodes in which some answers are right, some nearly and some not."""
    env = seq_envs.SequenceEnv(problem, reveal=True)
    data = seq_envs.sample(problem, PLAYED, seed=seed)
    results = []
    for episode in range(PLAYED):
        env.reset(seed=seed if episode == 0 else None)
        for step in range(int(data.lengths[episode])):
            answer = data.targets[episode, step]
            answer = _spoiled(answer, problem, step + episode) if data.scored[episode, step] else np.zeros_like(answer)
            _, reward, terminated, truncated, info = env.step(answer)
            ending = [info["is_success"], info["accuracy"]] if terminated else [-1, -1]
            results.append([reward, terminated, truncated, *ending])
    return np.array(results, np.float64)


def _spoiled(answer: Any, problem: seq_envs.Problem, how_much: int) -> Any:
    """A wrong version of an answer: `how_much` modulo 4 is how wrong it is, and 0 leaves it right."""
    how_much %= 4
    if isinstance(problem.action_space, gymnasium.spaces.Discrete):
        return (answer + how_much // 2) % problem.action_space.n
    if isinstance(problem.action_space, gymnasium.spaces.MultiDiscrete):
        wrong = np.arange(len(answer)) < how_much
        return np.where(wrong, (answer + 1) % problem.action_space.nvec, answer)
    return np.clip(answer + np.float32(0.015625 * how_much), problem.action_space.low, problem.action_space.high)


def _digest(*arrays: np.ndarray[Any, Any]) -> str:
    """A digest of shapes, dtypes and numbers, the same on every machine whatever its byte order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.kind}{array.dtype.itemsize}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def write(folder: Path, ids: list[str]) -> list[str]:
    """Write the missing files. Returns the ids whose file differs from the current content; those are not changed."""
    folder.mkdir(exist_ok=True)
    changed = []
    for id in ids:
        path = folder / f"{id}.txt"
        if not path.exists():
            path.write_text(text_of(id), encoding="utf-8", newline="\n")
            print(f"{path}: written")
        elif path.read_text(encoding="utf-8") != text_of(id):
            changed.append(id)
    return changed


def main() -> None:
    changed = write(FOLDER, list(seq_envs.MENU))
    if changed:
        sys.exit(
            f"{', '.join(changed)}: the content differs from the file in {FOLDER}, which was not changed. The episodes "
            "and grades of an id never change: give the id a new version, for which a new file is written."
        )


if __name__ == "__main__":
    main()
