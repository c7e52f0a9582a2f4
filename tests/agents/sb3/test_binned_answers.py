"""A distribution over bins: against torch's own by hand, and in SB3's algorithms on envs with real actions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces
from sb3_contrib import RecurrentPPO
from seq_agents.sb3 import CorePolicy
from seq_agents.sb3.binned_answers import BinnedAnswers, BinnedPolicy
from stable_baselines3 import A2C, PPO
from torch.distributions import Categorical

torch.set_num_threads(1)
PLANE = spaces.Box(np.array([0.0, -1.0], np.float32), np.array([1.0, 1.0], np.float32))


def test_log_probabilities_and_entropies() -> None:
    distribution = BinnedAnswers(PLANE, 3)
    logits = torch.randn(4, 6)
    distribution.proba_distribution(logits)
    actions = torch.tensor([[0.0, -1.0], [0.5, 1.0], [1.0, 0.0], [0.9, 0.1]])
    first, second = Categorical(logits=logits[:, :3]), Categorical(logits=logits[:, 3:])
    expected = first.log_prob(torch.tensor([0, 1, 2, 2])) + second.log_prob(torch.tensor([0, 2, 1, 1]))
    assert torch.allclose(distribution.log_prob(actions), expected)
    assert torch.allclose(distribution.entropy(), first.entropy() + second.entropy())
    assert list(distribution.proba_distribution_net(5)(torch.randn(2, 5)).shape) == [2, 6]


def test_draws_and_the_most_probable_action() -> None:
    torch.manual_seed(0)
    distribution = BinnedAnswers(PLANE, 3)
    logits = torch.tensor([[0.0, 0.0, 1.0, 2.0, 0.0, 0.0]]).repeat(20_000, 1)
    distribution.proba_distribution(logits)
    assert distribution.mode()[0].tolist() == [1.0, -1.0]
    drawn = distribution.sample()
    for place, values in enumerate(([0.0, 0.5, 1.0], [-1.0, 0.0, 1.0])):
        shares = [(drawn[:, place] == value).float().mean().item() for value in values]
        assert shares == pytest.approx(logits[0].reshape(2, 3)[place].softmax(0).tolist(), abs=0.02)


class Square(gymnasium.Env[Any, Any]):
    """The action should be the square of what is seen, in an array of shape (1, 2)."""

    observation_space = spaces.Box(0.0, 1.0, (2,), np.float32)
    action_space = spaces.Box(0.0, 1.0, (1, 2), np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed, options=options)
        self._seen = self.np_random.random(2, np.float32)
        return self._seen, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action)
        return self._seen, -float(np.abs(action - self._seen**2).sum()), True, False, {}


@pytest.mark.parametrize("algorithm", [PPO, A2C, RecurrentPPO])
def test_algorithms_of_sb3(algorithm: Any, tmp_path: Path) -> None:
    policy: Any = CorePolicy if algorithm is RecurrentPPO else BinnedPolicy
    model = algorithm(policy, Square(), n_steps=64, policy_kwargs={"bins": 11}, device="cpu", seed=0)
    model.learn(128)
    seen = np.array([0.2, 0.9], np.float32)
    action, _ = model.predict(seen, deterministic=True)
    assert model.action_space.contains(action)
    assert np.allclose(action * 10, np.rint(action * 10), atol=1e-5)
    model.save(tmp_path / "model")
    again, _ = algorithm.load(tmp_path / "model", device="cpu").predict(seen, deterministic=True)
    assert (again == action).all()


def test_bins_need_bounds() -> None:
    space = spaces.Box(-np.inf, np.inf, (1,), np.float32)
    with pytest.raises(ValueError, match="bins must be at least 2, for a Box space of floats with bounds, got 9"):
        CorePolicy(space, space, lambda _: 1e-3, bins=9)


def test_bins_have_no_noise_of_a_normal_distribution() -> None:
    for policy in (CorePolicy, BinnedPolicy):
        with pytest.raises(ValueError, match="use_sde must be False with bins"):
            policy(PLANE, PLANE, lambda _: 1e-3, bins=9, use_sde=True)


def test_a_saved_policy_keeps_its_core() -> None:
    """Also if a later version has other defaults."""
    policy = CorePolicy(PLANE, PLANE, lambda _: 1e-3, core="gru")
    assert policy._get_constructor_parameters()["core_kwargs"]["hidden"] == 128
