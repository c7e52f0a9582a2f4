"""A trained Stable-Baselines3 model as a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.base_class import BaseAlgorithm

from seq_envs.encodings import Array
from seq_envs.env_options import FEEDBACK

if TYPE_CHECKING:
    from seq_agents.networks.view import NetworkView


class Sb3Policy:
    """A trained SB3 model, recurrent or not, as a policy for `seq_envs.evaluate`.

    It answers with the most probable actions. A model that was trained in a `VecNormalize` gets its observations
    normalised; load such a model together with that wrapper, with `load(path, env=VecNormalize.load(...))`.
    """

    def __init__(self, model: BaseAlgorithm) -> None:
        self._model = model
        self._normalizer = model.get_vec_normalize_env()

    def __repr__(self) -> str:
        weights = sum(weight.numel() for weight in self._model.policy.parameters())
        return f"<{type(self).__name__}: {type(self._model).__name__} with {weights:,} weights>"

    def initial_state(self, batch_size: int) -> tuple[Any, Array]:
        return None, np.ones(batch_size, np.bool_)

    def act(self, observations: Any, state: tuple[Any, Array]) -> tuple[Array, tuple[Any, Array]]:
        require_feedback(self._model.observation_space, observations)
        lstm_state, starts = state
        inputs: Any = observations if self._normalizer is None else self._normalizer.normalize_obs(observations)
        answers, lstm_state = self._model.predict(inputs, lstm_state, starts, deterministic=True)
        return answers, (lstm_state, np.zeros_like(starts))

    def network_view(self) -> NetworkView | None:
        """The network, to be looked at; None if the model is no actor with a critic."""
        from seq_agents.sb3.policy_view import view_of  # sb3-contrib, which it imports, takes a moment.

        return view_of(self._model.policy, self._normalizer)


def require_feedback(space: spaces.Space[Any] | None, observations: Any) -> None:
    """Refuse observations with another feedback than a model learned with.

    Args:
        space: of the model's observations.
        observations: (B, ...), or with feedback a dict of such arrays.

    Raises:
        ValueError: the feedback differs.
    """
    parts = space.spaces if isinstance(space, spaces.Dict) else space
    learned, given = (
        tuple(part for part in FEEDBACK.options if isinstance(found, dict) and part in found)
        for found in (parts, observations)
    )
    if learned != given:
        raise ValueError(f"feedback must be {learned}, which the model learned with, got {given}")
