"""The problems: hand-written cases, the parameters of every id, grades, and the distributions of episodes.

`test_oracle.py` compares all other settings with an oracle.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gymnasium
import numpy as np
import pytest
from oracle import single
from oracle_checks import assert_agrees, oracle_of
from spaces_of_settings import EVERY_CHOICE, TUTORIAL_IDS, name

import seq_envs
from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet

_ = None  # A step that is not scored.

# fmt: off
PRESETS: dict[str, dict[str, Any]] = {
    "SeqNext-v0":           {"length": 10},
    "SeqMemorize-v0":       {"length": 5},
    "SeqEcho-v0":           {"length": 10, "lag": 1},
    "SeqCopy-v0":           {"length": 5},
    "SeqClassify-v0":       {"length": 10},
    "SeqNextMedium-v0":     {"length": 20, "max_step": 3},
    "SeqMemorizeMedium-v0": {"length": 20, "framing": "many_to_one"},
    "SeqEchoMedium-v0":     {"length": 20, "lag": 4},
    "SeqCopyMedium-v0":     {"length": 10},
    "SeqClassifyMedium-v0": {"length": 25},
    "SeqNextHard-v0":       {"length": 50, "max_step": 5},
    "SeqMemorizeHard-v0":   {"length": 100, "framing": "many_to_one", "distractors": "random"},
    "SeqEchoHard-v0":       {"length": 50, "lag": 16},
    "SeqCopyHard-v0":       {"length": 20},
    "SeqClassifyHard-v0":   {"length": 100},
}
"""The documented parameters of every id."""

CASES: list[tuple[str, dict[str, Any], list[int], list[Any]]] = [
    ("SeqNext-v0", {"length": 4}, [0, 1, 2], [1, 2, 3]),
    ("SeqNext-v0", {"length": 7, "max_step": 2}, [0, 2, 4], [_, 4, 6]),
    ("SeqNext-v0", {"length": 7, "max_step": 2}, [3, 4, 5], [_, 5, 6]),
    ("SeqNext-v0", {"length": 6, "framing": "many_to_one", "window": 2}, [2, 3], [_, 4]),
    ("SeqNext-v0", {"length": 6, "framing": "many_to_one", "window": 2, "max_step": 2}, [1, 3], [_, 5]),
    ("SeqMemorize-v0", {}, [3, 0, 1, 2], [0, 1, 2, 3]),
    ("SeqMemorize-v0", {}, [4, 0, 1, 2], [0, 1, 2, 4]),
    ("SeqMemorize-v0", {"n_sequences": 3}, [5, 0, 1, 2], [0, 1, 2, 5]),
    ("SeqMemorize-v0", {"overlap": True}, [3, 1, 2, 3], [1, 2, 3, 3]),
    ("SeqMemorize-v0", {"overlap": True}, [4, 1, 2, 3], [1, 2, 3, 4]),
    ("SeqMemorize-v0", {"framing": "many_to_one"}, [4, 0, 1, 2], [_, _, _, 4]),
    ("SeqMemorize-v0", {"length": 4, "distractors": "random"}, [3, 1, 1], [_, _, 3]),
    ("SeqMemorize-v0", {"length": 4, "distractors": "random", "overlap": True}, [3, 2, 1], [_, _, 3]),
    ("SeqEcho-v0", {"length": 4, "n_values": 3}, [2, 0, 1, 1], [_, 2, 0, 1]),
    ("SeqEcho-v0", {"length": 4, "n_values": 3, "lag": 2}, [2, 0, 1, 1], [_, _, 2, 0]),
    ("SeqEcho-v0", {"length": 4, "n_values": 3, "lag": 0}, [2, 0, 1, 1], [2, 0, 1, 1]),
    ("SeqEcho-v0", {"length": 4, "n_values": 3, "lag": 3, "framing": "many_to_one"}, [2, 0, 1, 1], [_, _, _, 2]),
    ("SeqEcho-v0", {"length": 4, "n_values": 3, "lag": 0, "framing": "many_to_one"}, [2, 0, 1, 0], [_, _, _, 0]),
    # With 3 values, 3 is the blank and 4 is go.
    ("SeqCopy-v0", {"length": 3, "n_values": 3}, [2, 0, 1, 4, 4, 4], [_, _, _, 2, 0, 1]),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "delay": 2}, [2, 0, 1, 3, 3, 4, 4, 4], [_, _, _, _, _, 2, 0, 1]),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "reverse": True}, [2, 0, 1, 4, 4, 4], [_, _, _, 1, 0, 2]),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "output_length": 2}, [2, 0, 1, 4, 4], [_, _, _, 2, 0]),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "output_length": 2, "offset": 1}, [2, 0, 1, 4, 4], [_, _, _, 0, 1]),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "output_length": 2, "offset": 1, "reverse": True, "delay": 1},
     [2, 0, 1, 3, 4, 4], [_, _, _, _, 1, 0]),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "framing": "many_to_one"}, [2, 0, 1], [_, _, [2, 0, 1]]),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "framing": "many_to_one", "output_length": 2, "reverse": True},
     [2, 0, 1], [_, _, [0, 2]]),
    ("SeqCopy-v0", {"length": 3, "n_values": 3, "framing": "one_to_many"}, [2, 0, 1], [2, 0, 1]),
]
"""Parameters, the symbols of one episode, and its right answers."""
# fmt: on


@pytest.mark.parametrize(("id", "choice"), EVERY_CHOICE, ids=name)
def test_preset_has_the_promised_parameters(id: str, choice: dict[str, Any]) -> None:
    assert_agrees(seq_envs.make_problem(id, **choice), oracle_of(id, PRESETS[id] | choice), 20, seed=0)


@pytest.mark.parametrize("id", TUTORIAL_IDS)
def test_preset_without_parameters(id: str) -> None:
    base = seq_envs.MENU[id][0].__name__ + "-v0"
    problem = seq_envs.make_problem(id)
    assert problem == seq_envs.make_problem(base, **PRESETS[id])
    assert_agrees(problem, oracle_of(id, PRESETS[id]), 20, seed=0)
    tolerance = getattr(problem, "tolerance", None)
    assert tolerance is None or tolerance == 0.5 / PRESETS[id]["length"]


def test_presets_are_all_there() -> None:
    assert seq_envs.ids()[:15] == TUTORIAL_IDS
    assert set(TUTORIAL_IDS) == set(PRESETS)


@pytest.mark.parametrize(("id", "parameters", "observed", "answers"), CASES)
def test_by_hand(id: str, parameters: dict[str, Any], observed: list[int], answers: list[Any]) -> None:
    problem = seq_envs.make_problem(id, **parameters, encoding="discrete")
    oracle = oracle_of(id, parameters)
    data = seq_envs.sample(problem, 3000)
    assert observed in data.observations.tolist()
    found = data.observations.tolist().index(observed)
    scored = [step for step, answer in enumerate(answers) if answer is not None]
    assert np.flatnonzero(data.scored[found]).tolist() == scored == oracle.scored
    for step in scored:
        assert data.targets[found, step].tolist() == answers[step]
        assert problem.solve(np.array([observed[: step + 1]]))[0].tolist() == answers[step]
        if id != "SeqNext-v0":  # The oracle of SeqNext answers with values.
            assert oracle.answer(observed, step) == answers[step]


@pytest.mark.parametrize(
    ("overlap", "sequences"),
    [(False, {(3, 0, 1, 2, 3), (4, 0, 1, 2, 4)}), (True, {(3, 1, 2, 3, 3), (4, 1, 2, 3, 4)})],
)
def test_the_pairs_of_the_tutorial(overlap: bool, sequences: set[tuple[int, ...]]) -> None:
    data = seq_envs.sample("SeqMemorize-v0", overlap=overlap, encoding="discrete")
    assert {(*x, y[-1]) for x, y in zip(data.observations.tolist(), data.targets.tolist(), strict=True)} == sequences


def test_the_sequence_of_the_tutorial() -> None:
    data = seq_envs.sample("SeqNext-v0", 1)
    assert data.observations[0].ravel().tolist() == [single(x) for x in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)]
    assert data.targets[0].ravel().tolist() == [single(x) for x in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)]


class FixedDraws:
    """A replacement for a random generator, with known draws."""

    def __init__(self, *rows: list[float]) -> None:
        self.rows = rows

    def random(self, size: tuple[int, ...], dtype: Any) -> Any:
        return np.array(self.rows, dtype).reshape(size)


@pytest.mark.parametrize("framing", ["one_to_one", "many_to_one"])
def test_classify_flips_when_the_sum_reaches_the_threshold(framing: str) -> None:
    problem = seq_envs.SeqClassify(length=4, threshold=0.25, framing=framing)
    values = [[0.25, 0.5, 0.25, 0.0], [0.5, 0.25, 0.125, 0.0625]]  # Sums .25 .75 1 1 and .5 .75 .875 .9375.
    labels = [[0, 0, 1, 1], [0, 0, 0, 0]]
    episodes = problem.sample(FixedDraws(*values), 2)
    assert episodes.observations.tolist() == values
    assert episodes.targets.tolist() == labels
    for step in range(4):
        history = np.array(values, np.float32)[:, : step + 1]
        assert problem.solve(history).tolist() == [row[step] for row in labels]


@pytest.mark.parametrize(
    ("encoding", "observed"),
    [
        ("discrete", [1, 2, 3, 4]),
        ("one_hot", [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]),
        ("normalized", [[0.5, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    ],
)
def test_encodings_by_hand(encoding: str, observed: list[Any]) -> None:
    """The values 1 and 2 of 3, blank and go."""
    problem = seq_envs.SeqCopy(n_values=3, encoding=encoding)
    raw = np.array([1, 2, 3, 4])
    assert problem.code.encode(raw).tolist() == observed
    assert problem.code.decode(problem.code.encode(raw)).tolist() == raw.tolist()


@pytest.mark.parametrize("encoding", SYMBOL_ENCODINGS)
def test_an_alphabet_may_have_one_value(encoding: str) -> None:
    code = SYMBOL_ENCODINGS[encoding](Alphabet(1, cues=("_", ">"), blank=1))
    symbols = np.arange(3, dtype=np.uint8)
    observed = code.encode(symbols)
    assert all(observation in code.space for observation in observed)
    assert len(np.unique(observed, axis=0)) == 3
    assert code.decode(observed).tolist() == [0, 1, 2]


# Grades.


@pytest.mark.parametrize(
    ("problem", "action", "target", "grade"),
    [
        (seq_envs.SeqEcho(), 3, 3, 1.0),
        (seq_envs.SeqEcho(), 3, 4, 0.0),
        (seq_envs.SeqCopy(framing="many_to_one", output_length=4), [1, 2, 3, 4], [1, 2, 3, 4], 1.0),
        (seq_envs.SeqCopy(framing="many_to_one", output_length=4), [1, 2, 4, 3], [1, 2, 3, 4], 0.5),
        (seq_envs.SeqCopy(framing="many_to_one", output_length=4), [2, 3, 4, 5], [1, 2, 3, 4], 0.0),
        (seq_envs.SeqNext(length=8), [0.5], [0.5], 1.0),
        (seq_envs.SeqNext(length=8), [0.5625], [0.5], 1.0),  # Off by the default tolerance 1/16: the bound is in.
        (seq_envs.SeqNext(length=8), [0.4375], [0.5], 1.0),
        (seq_envs.SeqNext(length=8), [0.56251], [0.5], 0.0),
        (seq_envs.SeqNext(length=8), [0.43749], [0.5], 0.0),
        (seq_envs.SeqNext(length=8, tolerance=0.125), [0.625], [0.5], 1.0),
        (seq_envs.SeqNext(length=8, tolerance=0.125), [0.62501], [0.5], 0.0),
        (seq_envs.SeqNext(length=8, encoding="one_hot"), 4, 5, 0.0),
    ],
    ids=str,
)
def test_grades(problem: seq_envs.Problem, action: Any, target: Any, grade: float) -> None:
    pair = np.array(action, problem.action_space.dtype), np.array(target, problem.action_space.dtype)
    assert problem.grade(*pair) == grade
    many = problem.grade(*(np.stack([array] * 6).reshape(2, 3, *array.shape) for array in pair))
    assert many.tolist() == [[grade] * 3] * 2


@pytest.mark.parametrize(
    ("parameters", "wrong_places", "reward"),
    [({"output_length": 4}, 0, 1.0), ({"output_length": 4}, 1, 0.75), ({"output_length": 4}, 4, 0.0)],
)
def test_reward_of_a_whole_answer(parameters: dict[str, Any], wrong_places: int, reward: float) -> None:
    parameters = {"framing": "many_to_one", "encoding": "discrete", **parameters}
    env = gymnasium.make("SeqCopy-v0", **parameters)
    observed = [env.reset(seed=1)[0]]
    observed += [env.step([0, 0, 0, 0])[0] for _ in range(4)]
    answer = [(value + (place < wrong_places)) % 10 for place, value in enumerate(observed[:4])]
    assert env.step(answer)[1:3] == (reward, True)


# Distributions. Seeds are fixed, and the bounds are at least 6 standard deviations.


def assert_uniform(draws: Iterable[Any], cells: int) -> None:
    """The draws are as evenly distributed over `cells` values as independent draws are: not less, and not more."""
    _, counts = np.unique(np.asarray(draws), return_counts=True, axis=0)
    expected = counts.sum() / cells
    assert expected >= 20, "too few draws to tell"
    chi_square = ((counts - expected) ** 2 / expected).sum() + (cells - len(counts)) * expected
    freedom = cells - 1
    assert chi_square < freedom + 6 * np.sqrt(2 * freedom) + 20
    assert chi_square > freedom - 6 * np.sqrt(2 * freedom)


# fmt: off
UNIFORM: list[tuple[str, dict[str, Any], int, int]] = [
    ("SeqEcho-v0", {"length": 4, "n_values": 3}, 4, 3**4),
    ("SeqEcho-v0", {"length": 8, "n_values": 2, "lag": 3, "framing": "many_to_one"}, 8, 2**8),
    ("SeqEcho-v0", {"length": 2, "n_values": 10}, 2, 10**2),
    ("SeqEcho-v0", {"length": 1, "n_values": 300, "lag": 0}, 1, 300),
    ("SeqCopy-v0", {"length": 4, "n_values": 3, "delay": 1}, 4, 3**4),
    ("SeqCopy-v0", {"length": 4, "n_values": 3, "framing": "many_to_one"}, 4, 3**4),
    ("SeqCopy-v0", {"length": 4, "n_values": 3, "framing": "one_to_many"}, 4, 3**4),
    ("SeqCopy-v0", {"length": 1, "n_values": 255}, 1, 255),
    ("SeqMemorize-v0", {"n_sequences": 5}, 1, 5),
    ("SeqMemorize-v0", {"overlap": True}, 1, 2),
    ("SeqMemorize-v0", {"n_sequences": 3, "distractors": "random"}, 4, 3 * 3**3),
    ("SeqMemorize-v0", {"overlap": True, "distractors": "random", "framing": "many_to_one"}, 4, 2 * 3**3),
    ("SeqNext-v0", {"length": 12, "framing": "many_to_one"}, 1, 9),
]
"""Parameters, how many symbols of an episode are random, and the number of outcomes."""
# fmt: on


@pytest.mark.parametrize(("id", "parameters", "drawn", "outcomes"), UNIFORM, ids=name)
def test_episodes_are_uniform_and_independent(id: str, parameters: dict[str, Any], drawn: int, outcomes: int) -> None:
    """All outcomes are equally likely, so the steps of an episode are independent; consecutive episodes are too."""
    observed = seq_envs.sample(id, 20_000, seed=3, encoding="discrete", **parameters).observations[:, :drawn]
    assert_uniform(observed, outcomes)
    number = np.unique(observed, axis=0, return_inverse=True)[1].ravel()
    first, second = number.reshape(-1, 2).T
    assert_uniform((second - first) % outcomes, outcomes)


def test_neighbouring_seeds_are_independent() -> None:
    samples = [seq_envs.sample("SeqEcho-v0", 1, seed=seed, encoding="discrete") for seed in range(1000)]
    first = np.array([sample.observations[0, 0] for sample in samples])
    assert_uniform(first, 10)
    assert_uniform((first[1:] - first[:-1]) % 10, 10)


def test_values_of_classify_are_uniform_and_independent() -> None:
    values = seq_envs.sample("SeqClassify-v0", 40_000, length=4).observations[..., 0]
    assert_uniform((values * 200).astype(int).ravel(), 200)
    assert_uniform((values * 3).astype(int), 3**4)
    assert values.min() >= 0.0
    assert values.max() < 1.0
    assert len(np.unique(values)) > 0.99 * values.size  # 24 random bits, not fewer.


@pytest.mark.parametrize("window", [None, 2])
def test_spacing_and_start_are_uniform(window: int | None) -> None:
    framing: dict[str, Any] = {} if window is None else {"framing": "many_to_one", "window": window}
    parameters = {"length": 17, "max_step": 3, "encoding": "discrete", **framing}
    observed = seq_envs.sample("SeqNext-v0", 30_000, **parameters).observations
    spacing = observed[:, 1] - observed[:, 0]
    assert_uniform(spacing, 3)
    for k in (1, 2, 3):
        assert_uniform(observed[spacing == k, 0], 17 - k * observed.shape[1])


def test_draws_are_with_replacement() -> None:
    """Without replacement, earlier values would predict later ones."""
    observed = seq_envs.sample("SeqCopy-v0", 20_000, encoding="discrete").observations[:, :5]
    all_different = np.mean([len(set(row)) == 5 for row in observed.tolist()])
    assert abs(all_different - 10 * 9 * 8 * 7 * 6 / 10**5) < 0.02
