"""The streams of training, evaluation and estimation. The stream of a seed must not change."""

from __future__ import annotations

import itertools

import pytest

from seq_envs import seeds

LARGEST = 2**32 - 1
"""The largest seed, number of a training stream, and lane of an evaluation."""


@pytest.mark.parametrize(
    ("stream", "number"),
    [
        (seeds.training_stream(0, 0), 0),
        (seeds.training_stream(0, LARGEST), 2**32 - 1),
        (seeds.training_stream(1, 0), 2**32),
        (seeds.training_stream(7, 5), 7 * 2**32 + 5),
        (seeds.training_stream(LARGEST, LARGEST), 2**64 - 1),
        (seeds.evaluation_stream(0, 0), 2**64),
        (seeds.evaluation_stream(0, LARGEST), 2**64 + 2**32 - 1),
        (seeds.evaluation_stream(1, 0), 2**64 + 2**32),
        (seeds.evaluation_stream(7, 5), 2**64 + 7 * 2**32 + 5),
        (seeds.evaluation_stream(LARGEST, LARGEST), 2**65 - 1),
        (seeds.LEARNED_STREAM, 2**65),
        (seeds.JUDGED_STREAM, 2**65 + 1),
        (seeds.SIMULATED_STREAM, 2**65 + 2),
        (seeds.inspection_stream(0, 0), 2**66),
        (seeds.inspection_stream(7, 5), 2**66 + 7 * 2**32 + 5),
        (seeds.inspection_stream(LARGEST, LARGEST), 2**66 + 2**64 - 1),
        (seeds.EXAMPLE_STREAM, 2**67),
    ],
)
def test_stream(stream: int, number: int) -> None:
    assert stream == number


def test_no_two_uses_share_a_stream() -> None:
    corners = list(itertools.product((0, 1, 2**16, LARGEST), repeat=2))
    streams = [
        *(seeds.training_stream(seed, number) for seed, number in corners),
        *(seeds.evaluation_stream(seed, lane) for seed, lane in corners),
        *(seeds.inspection_stream(seed, number) for seed, number in corners),
        seeds.LEARNED_STREAM, seeds.JUDGED_STREAM, seeds.SIMULATED_STREAM, seeds.EXAMPLE_STREAM,
    ]  # fmt: skip
    assert len({*streams}) == len(streams)


def test_training_never_plays_a_held_out_stream() -> None:
    assert seeds.training_stream(LARGEST, LARGEST) < seeds.HELD_OUT <= seeds.evaluation_stream(0, 0)
