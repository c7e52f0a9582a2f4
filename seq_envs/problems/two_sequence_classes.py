"""The two classes of SeqTwoSequence: noisy inputs, noisy targets, and what the inputs tell."""

from __future__ import annotations

from math import sqrt

import numpy as np

from seq_envs.encodings import Array

VARIANCE = 0.2
"""Of the noise in inputs."""
LARGEST = 4.0
"""The largest input: an informative input exceeds it with a probability of 1e-11."""
MIDDLE, HALF = 0.5, 0.3
"""The mean targets of the classes are 0.5 - 0.3 and 0.5 + 0.3."""
TARGET_NOISE = 0.32
"""The standard deviation of the noise in targets."""
WIDEST = 2.0
"""The furthest that a target is from 0.5, which it exceeds with a probability of 1e-7."""


def text_of(number: Array) -> str:
    """An input (1,) as a person reads it."""
    return f"{number[0]:z.2f}"


def noisy_inputs(rng: np.random.Generator, sign: Array, steps: int, informative: int, *, noise: bool) -> Array:
    """(B, T) float32: inputs, of which the first `informative` have the sign of the class, and noise only if `noise`.

    Args:
        rng: the only source of randomness.
        sign: (B,) 1 for class 1 and -1 for class 2.
        steps: T.
        informative: how many first inputs tell the class.
        noise: whether these have noise too.
    """
    # Drawn as float64: the last digits of a normal float32 number depend on the machine.
    inputs = rng.standard_normal((len(sign), steps)).astype(np.float32)
    inputs *= np.float32(sqrt(VARIANCE))
    if not noise:
        inputs[:, :informative] = 0
    inputs[:, :informative] += sign[:, None]
    inputs.clip(-LARGEST, LARGEST, out=inputs)
    return inputs


def noisy_targets(rng: np.random.Generator, sign: Array) -> Array:
    """(B,) float32: real targets for classes of these signs (B,), with noise around the means of the classes."""
    distance = TARGET_NOISE * rng.standard_normal(len(sign)) - HALF * sign
    return np.asarray((MIDDLE + distance.clip(-WIDEST, WIDEST)).astype(np.float32))


def expected_target(total: Array, *, noise: bool) -> Array:
    """(B,) float32: the mean of the target, given the sum (B,) of the informative inputs."""
    # The probability of class 1 less that of class 2.
    belief = np.tanh(total / VARIANCE) if noise else np.sign(total)
    return np.asarray(MIDDLE - HALF * belief, np.float32)
