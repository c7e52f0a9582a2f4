"""A distribution over bins for SB3's policies, so that a real action can have several candidates."""

from __future__ import annotations

from typing import Any, Self

import torch
from gymnasium import spaces
from stable_baselines3.common.distributions import CategoricalDistribution
from stable_baselines3.common.policies import ActorCriticPolicy
from torch import Tensor, nn
from torch.distributions import Categorical

from seq_agents.networks.bins import bin_values, nearest_bins


class BinnedAnswers(CategoricalDistribution):
    """Each number of an action is drawn from evenly spaced values, independently of the others.

    Actions are the values themselves, so an environment and SB3's algorithms see ordinary actions of a Box space.

    Args:
        space: the action space.
        bins: the number of values, at least 2.

    Raises:
        ValueError: there are fewer than two bins, or an action has no bounds.
    """

    distribution: Any
    """torch's `Categorical`, whose methods torch does not annotate."""

    def __init__(self, space: spaces.Space[Any], bins: int) -> None:
        self._shape = space.shape or ()
        self._values = torch.as_tensor(bin_values(space, bins))
        """(places, bins)."""
        self.bins = bins
        super().__init__(bins)

    def proba_distribution_net(self, latent_dim: int) -> nn.Module:
        return nn.Linear(latent_dim, self._values.numel())

    def proba_distribution(self, action_logits: Tensor) -> Self:
        self.distribution = Categorical(logits=action_logits.reshape(-1, *self._values.shape))
        return self

    def log_prob(self, actions: Tensor) -> Tensor:
        flat = actions.reshape(len(actions), -1)
        chosen = nearest_bins(flat.detach().cpu().numpy(), self._values.numpy())
        log_probs: Tensor = self.distribution.log_prob(torch.as_tensor(chosen, device=actions.device)).sum(-1)
        return log_probs

    def entropy(self) -> Tensor:
        entropies: Tensor = self.distribution.entropy().sum(-1)
        return entropies

    def sample(self) -> Tensor:
        return self.values_of(self.distribution.sample())

    def mode(self) -> Tensor:
        return self.values_of(self.distribution.probs.argmax(-1))

    def values_of(self, chosen: Tensor) -> Tensor:
        """The actions (B, *shape) of bins (B, places)."""
        values = self._values.to(chosen.device)
        actions = values[torch.arange(len(values), device=chosen.device), chosen]
        return actions.reshape(len(chosen), *self._shape)


def answer_in_bins(policy: ActorCriticPolicy, bins: int) -> None:
    """Give a policy a distribution over bins, before its networks are built; 0 leaves the one that it has.

    Raises:
        ValueError: as for `BinnedAnswers`, or the policy has `use_sde`.
    """
    if bins and policy.use_sde:
        raise ValueError("use_sde must be False with bins, since it is the noise of a normal distribution, got True")
    if bins:
        policy.action_dist = BinnedAnswers(policy.action_space, bins)


class BinnedPolicy(ActorCriticPolicy):
    """SB3's policy for vectors, with actions of a Box space in bins.

    Args:
        *args, **kwargs: as for `ActorCriticPolicy`.
        bins: the number of values that each number of an action is drawn from; 0: a normal distribution.
    """

    def __init__(self, *args: Any, bins: int = 0, **kwargs: Any) -> None:
        self._bins = bins
        super().__init__(*args, **kwargs)

    def _build(self, lr_schedule: Any) -> None:
        answer_in_bins(self, self._bins)
        super()._build(lr_schedule)

    def _get_constructor_parameters(self) -> dict[str, Any]:
        return {**super()._get_constructor_parameters(), "bins": self._bins}
