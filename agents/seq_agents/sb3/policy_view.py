"""Views of the networks of Stable-Baselines3's policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from stable_baselines3.common.vec_env import VecNormalize
from torch import Tensor, nn

from seq_agents.cores.core import Activity, Core, State
from seq_agents.cores.lstm import Lstm, lstm_gates
from seq_agents.networks.view import NetworkView, Observations, OneLstm, Reading, each_part, states_of_core
from seq_agents.sb3.binned_answers import BinnedAnswers
from seq_agents.sb3.packed_core import PackedCore
from seq_agents.sb3.policy import require_feedback
from seq_envs.encodings import Array
from seq_envs.feedback import without_feedback


def view_of(policy: BasePolicy, normalizer: VecNormalize | None) -> NetworkView | None:
    """A view of a policy's network; None if the policy is no actor with a critic that read the same features."""
    if not isinstance(policy, ActorCriticPolicy) or not policy.share_features_extractor:
        return None
    recurrent = isinstance(policy, RecurrentActorCriticPolicy)
    return _RecurrentView(policy, normalizer) if recurrent else _FeedForwardView(policy, normalizer)


class _FeedForwardView(NetworkView):
    """A view of a policy without memory."""

    def __init__(self, policy: ActorCriticPolicy, normalizer: VecNormalize | None) -> None:
        self._policy: Any = policy
        self._normalizer = normalizer
        self._space: Any = policy.action_space
        self._binned = isinstance(policy.action_dist, BinnedAnswers)
        self.real = isinstance(self._space, spaces.Box) and not self._binned

    @torch.no_grad()
    def features(self, observations: Observations) -> Tensor:
        require_feedback(self._policy.observation_space, observations)
        inputs: Any = observations if self._normalizer is None else self._normalizer.normalize_obs(observations)
        batch, steps = without_feedback(observations).shape[:2]
        flat, _ = self._policy.obs_to_tensor(
            each_part(lambda part: part.reshape(batch * steps, *part.shape[2:]), inputs)
        )
        features: Tensor = self._policy.extract_features(flat)
        return features.reshape(batch, steps, -1)

    def read(self, features: Tensor) -> Reading:
        policy = self._policy
        of_actor, of_critic = self._latents(features.to(policy.device))
        scores = self._by_place(policy.action_net(policy.mlp_extractor.forward_actor(of_actor)))
        return Reading(scores, policy.value_net(policy.mlp_extractor.forward_critic(of_critic))[..., 0])

    def _latents(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """What the layers after the memory read for the actor and for the critic."""
        return features, features

    def _by_place(self, outputs: Any) -> Tensor:
        """The outputs (B, T, n) of the actor as scores, see `Reading`."""
        if self.real:
            return torch.as_tensor(outputs)
        if isinstance(self._space, spaces.MultiDiscrete):
            places = outputs.split(self._space.nvec.tolist(), dim=-1)
            most = max(place.shape[-1] for place in places)
            padded = [nn.functional.pad(place, (0, most - place.shape[-1]), value=-torch.inf) for place in places]
            return torch.stack(padded, dim=-2)
        return torch.reshape(
            outputs, (*outputs.shape[:-1], -1, self._policy.action_dist.bins if self._binned else outputs.shape[-1])
        )

    def choices(self, scores: Tensor) -> Tensor:
        return scores.argmax(-1)

    @torch.no_grad()
    def answers(self, scores: Tensor) -> Array:
        places = scores if self.real else self.choices(scores)
        if self._binned:
            places = self._policy.action_dist.values_of(places.flatten(0, 1))
        answers: Array = places.cpu().numpy().reshape(*scores.shape[:2], *(self._space.shape or ()))
        return np.clip(answers, self._space.low, self._space.high) if self.real else answers


class _RecurrentView(_FeedForwardView):
    """A view of a policy with a memory."""

    def _latents(self, features: Tensor) -> tuple[Tensor, Tensor]:
        policy = self._policy
        of_actor = _outputs(_core_of(policy.lstm_actor), features)
        if policy.lstm_critic is not None:
            return of_actor, _outputs(_core_of(policy.lstm_critic), features)
        return of_actor, of_actor if policy.shared_lstm else policy.critic(features)

    def states(self, features: Tensor, steps: Sequence[int]) -> Activity | None:
        return states_of_core(_core_of(self._policy.lstm_actor), features, steps)

    def one_lstm(self) -> OneLstm | None:
        core: Any = _core_of(self._policy.lstm_actor)
        further_layers = list(self._policy.mlp_extractor.policy_net.parameters())
        if not isinstance(core, Lstm | _LibraryLstm) or core.lstm.num_layers > 1 or further_layers:
            return None
        return OneLstm(core.lstm, self._policy.action_net)


def _outputs(core: Core, features: Tensor) -> Tensor:
    outputs: Tensor
    outputs, _ = core(features, core.initial_state(len(features)))
    return outputs


def _core_of(memory: nn.Module) -> Core:
    return memory.core if isinstance(memory, PackedCore) else _LibraryLstm(memory)


class _LibraryLstm(Core):
    """sb3-contrib's LSTM, which reads time first and may have several layers, as a core."""

    def __init__(self, lstm: Any) -> None:
        super().__init__()
        self.lstm, self.outputs = lstm, lstm.hidden_size

    def initial_state(self, batch: int) -> State:
        zeros = self.lstm.weight_ih_l0.new_zeros(batch, self.lstm.num_layers, self.outputs)
        return zeros, zeros

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        by_layer = tuple(part.transpose(0, 1).contiguous() for part in state)
        outputs, after = self.lstm(inputs.transpose(0, 1), by_layer)
        return outputs.transpose(0, 1), tuple(part.transpose(0, 1) for part in after)

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        gates = lstm_gates(self.lstm, inputs, before[0][:, 0]) if self.lstm.num_layers == 1 else {}
        return Activity({"h": after[0], "c": after[1]}, gates)
