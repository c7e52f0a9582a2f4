"""The gradient of answers and values with respect to the inputs of past steps."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from seq_agents.inspection.reading_limits import steps_at_once
from seq_agents.networks.view import NetworkView, Observations, Reading
from seq_envs.encodings import Array


def gradient(view: NetworkView, observations: Observations, steps: Array) -> dict[str, Array]:
    """By "answer" and "value": the norm (B, N, T) of the gradient with respect to the features of each step."""
    features = view.features(observations)
    batch, length = features.shape[:2]
    found: dict[str, Array] = {}
    episodes = max(1, steps_at_once(features) // (length * len(steps)))
    for first in range(0, batch, episodes):
        some = features[first : first + episodes]
        # Each target step has its own copy of the episodes, so one pass backwards serves all of them.
        copies = some.repeat(len(steps), 1, 1).requires_grad_()
        with torch.backends.cudnn.flags(enabled=False):  # cuDNN has no gradient for networks in evaluation mode.
            reading = view.read(copies)
            for of, numbers in _differentiable(view, reading).items():
                by_step = numbers.reshape(len(steps), len(some), length)
                total = torch.stack([by_step[place, :, step] for place, step in enumerate(steps.tolist())]).sum()
                [found_of] = torch.autograd.grad(total, copies, retain_graph=True, allow_unused=True)
                norms = copies.new_zeros(copies.shape[:2]) if found_of is None else found_of.norm(dim=2)
                amounts = found.setdefault(of, np.zeros((batch, len(steps), length)))
                amounts[first : first + len(some)] = (
                    norms.double().reshape(len(steps), -1, length).transpose(0, 1).cpu().numpy()
                )
    return found


def _differentiable(view: NetworkView, reading: Reading) -> dict[str, Tensor]:
    """What gradients are taken of, (B, T): log odds of the answers, or the sum of real ones; the values."""
    answer = reading.scores.flatten(2).sum(2) if view.real else _log_odds(reading.scores, view.choices(reading.scores))
    return {"answer": answer} | ({} if reading.values is None else {"value": reading.values})


def _log_odds(scores: Tensor, choices: Tensor) -> Tensor:
    """(B, T): the sum over places of the log odds of the choices (B, T, places), given logits (B, T, places, n)."""
    chosen = scores.gather(-1, choices[..., None])[..., 0]
    others = scores.scatter(-1, choices[..., None], -torch.inf)
    # A place with a single choice has no odds.
    single = others.isinf().all(-1)
    others = torch.where(single[..., None], 0.0, others)
    return torch.where(single, 0.0, chosen - others.logsumexp(-1)).sum(-1)
