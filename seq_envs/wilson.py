"""The 95% interval of a share of right answers."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array

_Z = 1.959963984540054
"""The 97.5% quantile of the standard normal distribution."""


def wilson_interval(share: float, residuals: Array) -> tuple[float, float]:
    """The 95% interval of a share by Wilson's score (1927), whose width does not vanish at 0 and 1.

    Answers of one episode depend on one another. So the number of answers in Wilson's formula is that of independent
    answers with the variance that is observed over episodes, or the number of episodes if there is no variance.

    Args:
        share: the share of right answers, in [0, 1].
        residuals: (B,) the difference of each episode from `share`.

    Returns:
        (low, high), with 0 <= low <= share <= high <= 1.
    """
    z2 = _Z**2
    variance = float(residuals.var()) / len(residuals)
    count = share * (1 - share) / variance if variance > 0 else len(residuals)
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = float(np.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count**2)))) / (1 + z2 / count)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))  # Rounding may cost the last digit.
