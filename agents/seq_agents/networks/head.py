"""The head of a network: from features to answers."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

import seq_envs
from seq_agents.networks.bins import bin_values, nearest_bins, worth_of_bins
from seq_agents.networks.whole_answers import numbers_of, whole_choices
from seq_envs.encodings import Array

_NOT_COUNTED = -1
"""In place of the number of a target that does not count."""


class Head(nn.Module):
    """Features (..., size) to the scores of answers, with their loss.

    Scores are logits (..., n) for Discrete answers, and (..., places, n) for MultiDiscrete ones and for Box answers in
    n bins. Without bins, the scores of Box answers (..., places) are the answers themselves. MultiDiscrete answers that
    count as a whole have logits (..., n) of the n answers that occur, unless these are too many.

    Args:
        problem: the problem that the network answers.
        size: the number of features.
        bins: for Box answers: the bins that each number is chosen from; 0: none.
    """

    low: Tensor
    high: Tensor
    missing: Tensor
    """(places, n) bool: the answers that a place of a MultiDiscrete answer does not have."""
    values: Tensor
    """(places, n): the values of the bins; empty if there are none."""
    wholes: Tensor
    """(n, places): the answers to choose from as a whole; empty if there are none."""

    def __init__(self, problem: seq_envs.Problem, size: int, bins: int = 0) -> None:
        super().__init__()
        space: Any = problem.action_space
        self._problem, self._bins = problem, bins if isinstance(space, spaces.Box) else 0
        self.real = isinstance(space, spaces.Box) and not bins
        """Whether scores are answers, and not logits."""
        wholes = whole_choices(problem)
        if wholes is not None:
            self.shape = [len(wholes)]
        elif isinstance(space, spaces.MultiDiscrete):
            self.shape = [len(space.nvec), int(space.nvec.max())]
        elif isinstance(space, spaces.Box):
            self.shape = [*space.shape, *([bins] if bins else [])]
        else:
            self.shape = [int(space.n)]
        for bound in ("low", "high"):
            self.register_buffer(bound, torch.as_tensor(getattr(space, bound, 0.0)), persistent=False)
        self.register_buffer("wholes", torch.empty(0) if wholes is None else torch.tensor(wholes), persistent=False)
        self._whole = wholes is not None
        places = np.array([self.shape[-1]]) if self._whole else getattr(space, "nvec", np.array([self.shape[-1]]))
        missing = torch.as_tensor(np.arange(self.shape[-1]) >= places[:, None])
        self.register_buffer("missing", missing, persistent=False)
        values = torch.as_tensor(bin_values(space, bins)) if isinstance(space, spaces.Box) and bins else torch.empty(0)
        self.register_buffer("values", values, persistent=False)
        self.linear = nn.Linear(size, int(np.prod(self.shape)))

    def forward(self, features: Tensor) -> Tensor:
        scores: Tensor = self.linear(features)
        scores = scores.reshape(*scores.shape[:-1], *self.shape)
        return scores.masked_fill(self.missing, -torch.inf) if self.missing.any() else scores

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """The mean loss over answers: squared error for real ones without bins, cross-entropy for the others."""
        if self.real:
            return nn.functional.mse_loss(scores, targets.to(scores.dtype))
        if self._whole:
            return self._loss_of_wholes(scores, targets)
        if self._bins:
            nearest = nearest_bins(targets.cpu().numpy(), self.values.cpu().numpy())
            targets = torch.as_tensor(nearest, device=scores.device)
        return nn.functional.cross_entropy(scores.flatten(0, -2), targets.flatten())

    def _loss_of_wholes(self, scores: Tensor, targets: Tensor) -> Tensor:
        """The loss of logits (..., n) of whole answers; targets that are none of them do not count."""
        space: Any = self._problem.action_space
        numbers, known = (
            torch.as_tensor(numbers_of(answers.flatten(0, -2).cpu().numpy(), space), device=scores.device)
            for answers in (targets, self.wholes)
        )
        place = torch.searchsorted(known, numbers).clamp(max=len(known) - 1)
        place[known[place] != numbers] = _NOT_COUNTED
        counted = place != _NOT_COUNTED
        total = nn.functional.cross_entropy(scores.flatten(0, -2), place, ignore_index=_NOT_COUNTED, reduction="sum")
        return total / counted.sum().clamp(min=1)

    @torch.no_grad()
    def answers(self, scores: Tensor) -> Array:
        """The best answers by these scores, of the action space's dtype.

        With bins that is the answer that is right with the highest probability. It may lie between two candidates, if
        both are within the tolerance.
        """
        best = self.allowed(scores) if self.real else self.answers_of(self.choices(scores))
        answers: Array = best.cpu().numpy()
        return answers

    @torch.no_grad()
    def choices(self, scores: Tensor) -> Tensor:
        """The best choices by these logits: bins, or the answers themselves."""
        if self._bins:
            scores = torch.einsum("pij, ...pj -> ...pi", self._worth.to(scores), scores.softmax(-1))
        return scores.argmax(-1)

    def answers_of(self, choices: Tensor) -> Tensor:
        """The answers that choices stand for: bins (..., places), whole answers (...), or the answers themselves."""
        if self._whole:
            return self.wholes[choices]
        if not self._bins:
            return choices
        return self.values[torch.arange(len(self.values), device=choices.device), choices]

    def allowed(self, answers: Tensor) -> Tensor:
        """Real answers of the action space's dtype, each moved to the nearest value within the space."""
        return answers.to(self.low.dtype).clamp(self.low, self.high)

    @cached_property
    def _worth(self) -> Tensor:
        """(places, n, n), see `worth_of_bins`."""
        return torch.as_tensor(worth_of_bins(self._problem, self.values.cpu().numpy()), device=self.values.device)
