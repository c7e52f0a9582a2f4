"""How fast Adam forgets, a setting of every rule."""

from __future__ import annotations

from seq_agents.settings import later_setting
from seq_envs.parameters import Real


def beta2_setting() -> float:
    """The field of a learner's settings for Adam's decay of the mean of squared gradients.

    With torch's 0.999, the mean rises too slowly when gradients grow, and the steps become too long: at the standard
    rates a GRU learned SeqEchoMedium-v0 and lost it again, by example and by reward. "Adaptive Preconditioners
    Trigger Loss Spikes in Adam" (2025, arXiv:2506.04805) has the mechanism.
    """
    # 0.95 is as stable, but noisier: by reward an LSTM got 0.95 of SeqCopyMedium-v0 with it, and 0.98 with 0.99.
    default: float = later_setting(
        0.99, Real(0.0, 1.0, from_above=True), "Adam's decay of the mean of squared gradients", before=0.999
    )
    return default
