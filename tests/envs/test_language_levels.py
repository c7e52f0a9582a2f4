"""The levels of SeqBinaryAdd and SeqStack against those over every episode, with its probability."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from definitions import definition_of

import seq_envs
from seq_envs.level import Level

Weighted = tuple[list[Any], Fraction]
"""The inputs of an episode, and its probability."""


def every_addition(length: int, framing: str) -> Iterator[Weighted]:
    numbers = list(product((0, 1), repeat=length))
    for first, second in product(numbers, numbers):
        if framing == "one_to_one":
            inputs: list[Any] = [*map(list, zip(first, second, strict=True)), [0, 0]]
        else:
            inputs = [*first, 2, *second] + [3] * (length + 1)
        yield inputs, Fraction(1, len(numbers) ** 2)


def every_stack(length: int, n_values: int) -> Iterator[Weighted]:
    definition = definition_of("SeqStack-v0")
    for at_first in range(1, max(length, 2)):
        symbols = [range(n_values)] * at_first + [range(n_values, 2 * n_values + 1)] * (length - at_first)
        count = n_values**at_first * (n_values + 1) ** (length - at_first)
        for drawn in product(*symbols):
            unloaded = definition.answers(list(drawn), n_values=n_values)
            cues = sum(answer is not None for answer in unloaded)
            yield [*drawn, *[2 * n_values + 1] * cues], Fraction(1, count * max(length - 1, 1))


def levels_over(id: str, episodes: list[Weighted], **settings: Any) -> tuple[Fraction, Fraction, Fraction]:
    """The accuracy of the best constant answer, and both scores of the best answer to each step and observation."""
    constant: Counter[Any] = Counter()
    by_step: dict[Any, Counter[Any]] = defaultdict(Counter)
    questions = Fraction(0)
    answered = []
    for inputs, probability in episodes:
        asked = [
            (step, repr(inputs[step]), answer)
            for step, answer in enumerate(definition_of(id).answers(inputs, **settings))
            if answer is not None
        ]
        answered.append((asked, probability))
        for step, shown, answer in asked:
            constant[answer] += probability  # type: ignore[assignment]
            by_step[step, shown][answer] += probability  # type: ignore[assignment]
            questions += probability
    best = {where: min(answers, key=lambda answer: (-answers[answer], answer)) for where, answers in by_step.items()}
    right = sum(by_step[where][answer] for where, answer in best.items())
    exact = sum(
        weight for asked, weight in answered if all(best[step, shown] == answer for step, shown, answer in asked)
    )
    return Fraction(max(constant.values())) / questions, Fraction(right) / questions, Fraction(exact)


def assert_level(stated: Level, accuracy: Fraction, exact: Fraction | None = None) -> None:
    assert stated.accuracy == pytest.approx(float(accuracy))
    assert stated.accuracy_error == 0.0
    assert exact is None or stated.exact_match == pytest.approx(float(exact))


@pytest.mark.parametrize("framing", ["one_to_one", "many_to_many"])
@pytest.mark.parametrize("lengths", [(1, 1), (3, 3), (1, 3), (2, 5)])
def test_binary_add(framing: str, lengths: tuple[int, int]) -> None:
    span = range(lengths[0], lengths[1] + 1)
    episodes = [(inputs, weight / len(span)) for length in span for inputs, weight in every_addition(length, framing)]
    chance, memoryless, exact = levels_over("SeqBinaryAdd-v0", episodes, framing=framing)
    stated = seq_envs.levels("SeqBinaryAdd-v0", length=lengths, framing=framing)
    assert_level(stated.chance, chance, Fraction(sum(Fraction(1, 4**length) for length in span)) / len(span))
    assert_level(stated.memoryless, memoryless, exact)


@pytest.mark.parametrize(
    ("lengths", "n_values"), [((1, 1), 2), ((2, 2), 2), ((3, 3), 5), ((6, 6), 2), ((1, 5), 2), ((2, 4), 3)]
)
def test_stack(lengths: tuple[int, int], n_values: int) -> None:
    span = range(lengths[0], lengths[1] + 1)
    episodes = [(inputs, weight / len(span)) for length in span for inputs, weight in every_stack(length, n_values)]
    chance, memoryless, exact = levels_over("SeqStack-v0", episodes, n_values=n_values)
    stated = seq_envs.levels("SeqStack-v0", length=lengths, n_values=n_values)
    assert_level(stated.chance, chance)
    assert_level(stated.memoryless, memoryless, exact)
