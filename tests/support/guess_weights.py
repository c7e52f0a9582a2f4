"""Which problems can random weights solve? Writes `results/guessed.json`, which the pages of the problems show.

    python tests/support/guess_weights.py [ID ...]

Hochreiter and Schmidhuber (1996, "Bridging long time lags by weight guessing and Long Short-Term Memory") showed that
some benchmarks of memory are solved by guessing the weights of small recurrent networks, so that they tell little about
a learning rule. Here the networks are those of Elman: h <- tanh(W h + U x + b), and the answer is the largest of
V h + c, or the sign of each of them for an answer of several bits. All weights of a network are uniform in [-s, s].
"""

from __future__ import annotations

import json
import statistics
import sys
from itertools import cycle, product
from typing import Any

import numpy as np
from gymnasium import spaces
from paths import ROOT

import seq_envs
from seq_envs.encodings import Array

SHAPES = tuple(product((2, 3, 5), (1.0, 10.0, 100.0)))
"""The units of a network and the range of its weights, in turn."""
MOST = 300_000
"""Networks to guess."""
SEARCHES = 3
TOGETHER = 500
"""Networks that play at once."""
EPISODES = (5, 50, 1000)
"""A network plays more episodes if it is right on fewer."""
SOLVED = 0.99
"""The normalised score that counts as solved."""


def first_right(rng: np.random.Generator, problem: Any, count: int, units: int, scale: float, sets: Any) -> int | None:
    """The place of the first of `count` random networks that solves the problem; None if none does.

    Args:
        rng: the only source of randomness.
        problem: a problem with answers of one choice or of several bits.
        count: the number of networks.
        units: of each network.
        scale: of the weights.
        sets: data sets of growing sizes; a network plays the next one if it solves the one before.
    """
    outputs = _outputs(problem.action_space)
    inputs = sets[0].observations.shape[-1]
    sizes = [units * units, units * inputs, units, outputs * units, outputs]
    weights = [rng.uniform(-scale, scale, (count, size)).astype(np.float32) for size in sizes]
    left = np.arange(count)
    for data in sets:
        score = _accuracy(problem, [each[left] for each in weights], units, outputs, data)
        left = left[seq_envs.levels(problem).normalize(score) >= SOLVED]
        if not len(left):
            return None
    return int(left[0])


def _outputs(space: Any) -> int:
    """The outputs of a network: one for each answer, or for each bit of an answer."""
    return int(space.n) if isinstance(space, spaces.Discrete) else int(space.nvec.size)


def _accuracy(problem: Any, weights: list[Array], units: int, outputs: int, data: Any) -> Array:
    """(networks,): the mean grade of the answers to the scored steps of the episodes of a data set."""
    count = len(weights[0])
    recurrent, of_input, bias, readout, out_bias = weights
    recurrent, of_input = recurrent.reshape(count, units, units), of_input.reshape(count, units, -1)
    readout = readout.reshape(count, outputs, units)
    hidden = np.zeros((count, units, len(data.lengths)), np.float32)
    right, asked = np.zeros(count), 0
    for step in range(data.observations.shape[1]):
        seen = of_input @ data.observations[:, step].T
        hidden = np.tanh(recurrent @ hidden + seen + bias[..., None])
        scored = data.scored[:, step]
        if scored.any():
            raw = readout @ hidden[..., scored] + out_bias[..., None]
            one = isinstance(problem.action_space, spaces.Discrete)
            answers = raw.argmax(1) if one else (raw > 0).transpose(0, 2, 1).astype(np.int64)
            right += problem.grade(answers, data.targets[scored, step]).sum(axis=1)
            asked += int(scored.sum())
    return right / asked


def guessed(id: str) -> dict[str, Any] | None:
    """The median number of guesses over searches until a network solves the problem; None if answers are not bits."""
    problem = seq_envs.make_problem(id)
    space = problem.action_space
    if not isinstance(space, spaces.Discrete) and not (
        isinstance(space, spaces.MultiDiscrete) and (space.nvec == 2).all()
    ):
        return None
    found: list[float] = []
    for search in range(SEARCHES):
        rng = np.random.default_rng([search, len(id)])
        sets = [seq_envs.sample(problem, count, seed=1000 * search + count) for count in EPISODES]
        guesses = 0
        for units, scale in cycle(SHAPES):
            place = first_right(rng, problem, TOGETHER, units, scale, sets)
            if place is not None:
                found.append(guesses + place + 1)
                break
            guesses += TOGETHER
            if guesses >= MOST:
                found.append(float("inf"))
                break
        if found.count(float("inf")) > SEARCHES // 2:
            break
    median = statistics.median(found)
    return {"guesses": int(median) if np.isfinite(median) else None, "most": MOST}


def main() -> None:
    """Guess for the ids that are given, or for every base id."""
    path = ROOT / "results" / "guessed.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    bases = [id for id in seq_envs.ids() if not id.endswith(("Medium-v0", "Hard-v0", "Paper-v0"))]
    for id in sys.argv[1:] or bases:
        results[id] = guessed(id)
        print(id, results[id], flush=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        part.replace(path)


if __name__ == "__main__":
    main()
