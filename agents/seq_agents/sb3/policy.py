"""A trained Stable-Baselines3 model as a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm

from seq_envs.encodings import Array

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

    def act(self, observations: Array, state: tuple[Any, Array]) -> tuple[Array, tuple[Any, Array]]:
        lstm_state, starts = state
        inputs: Any = observations if self._normalizer is None else self._normalizer.normalize_obs(observations)
        answers, lstm_state = self._model.predict(inputs, lstm_state, starts, deterministic=True)
        return answers, (lstm_state, np.zeros_like(starts))

    def network_view(self) -> NetworkView | None:
        """The network, to be looked at; None if the model is no actor with a critic."""
        from seq_agents.sb3.policy_view import view_of  # sb3-contrib, which it imports, takes a moment.

        return view_of(self._model.policy, self._normalizer)
