"""A recurrent policy for sb3-contrib whose memory is any core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from stable_baselines3.common.preprocessing import is_image_space
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor, CombinedExtractor, FlattenExtractor, NatureCNN
from torch import Tensor, nn

import seq_envs
from seq_agents.cores import core_type, make_core
from seq_agents.cores.core import Core
from seq_agents.cores.user_defined import as_core
from seq_agents.learners.learning_rates import rate_groups
from seq_agents.networks.reader import interpolates
from seq_agents.sb3.binned_answers import answer_in_bins
from seq_agents.sb3.packed_core import Packed, PackedCore
from seq_agents.sb3.reader_extractor import ReaderExtractor
from seq_envs.encodings import Array

ONLY_A_CORE = {"shared_lstm": True, "enable_critic_lstm": False, "net_arch": {"pi": [], "vf": []}}
"""Arguments of `CorePolicy` for a network with a core that actor and critic share, and no other layers."""


class CorePolicy(RecurrentActorCriticPolicy):
    """An actor-critic policy with any core as its memory, for sb3-contrib's `RecurrentPPO` on any Gymnasium env.

        RecurrentPPO(CorePolicy, "CartPole-v1", policy_kwargs={"core": "gru", "core_kwargs": {"hidden": 128}})

    With `core="lstm"` it learns the same weights from the same seed as sb3-contrib's `MlpLstmPolicy`, but faster. That
    policy loops over the time steps of a minibatch in which an episode starts, as it almost always does (sb3-contrib
    2.9; sb3-contrib's issue #113). This policy reads a sequence at once.

    Args:
        observation_space, action_space, lr_schedule: as for `MlpLstmPolicy`.
        core: a name of `seq_agents.cores.CORES`, "module:Class", or a class with the contract of a core.
        core_kwargs: settings of the core; `seq-envs show gru` lists those of a GRU. If they have `lstm_rate`, the core
            learns at this share of the learning rate: `FastRecurrentPPO` applies it; the algorithms of sb3-contrib set
            one rate for all weights.
        problem: the problem of seq_envs that the policy answers; the sizes of a clock and of a window depend on it, and
            with `bins` how its observations are read. None for other envs.
        bins: for actions of a Box space of floats with bounds: each number is drawn from so many evenly spaced values,
            so that the policy can hold several candidates; 0: from a normal distribution.
        shared_lstm: actor and critic share the core; only the actor's loss trains it.
        enable_critic_lstm: the critic has a core like the actor's. If neither is true, the critic is feed-forward.
        features_extractor_class: what reads observations. None: a convolutional network for pictures, SB3's
            `CombinedExtractor` for dicts, otherwise the observation as a vector; with `problem` and `bins`, its
            `seq_agents.networks.reader.Reader` if the observation is one number between bounds.
        **kwargs: as for `MlpLstmPolicy`, without `lstm_hidden_size`, `n_lstm_layers` and `lstm_kwargs`.

    Raises:
        ValueError: there is no such core or setting, a setting has a wrong value, or the core breaks the contract.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        action_space: spaces.Space[Any],
        lr_schedule: Any,
        net_arch: Any = None,
        *,
        core: str | type[nn.Module] = "lstm",
        core_kwargs: Mapping[str, Any] | None = None,
        problem: seq_envs.Problem | None = None,
        bins: int = 0,
        shared_lstm: bool = False,
        enable_critic_lstm: bool = True,
        features_extractor_class: type[BaseFeaturesExtractor] | None = None,
        share_features_extractor: bool = True,
        **kwargs: Any,
    ) -> None:
        for name in ("lstm_hidden_size", "n_lstm_layers", "lstm_kwargs"):
            if name in kwargs:
                raise TypeError(
                    f"CorePolicy takes no {name}, got {kwargs[name]!r}: core_kwargs has the core's settings, such as "
                    "core_kwargs={'hidden': 64}"
                )
        if shared_lstm and (enable_critic_lstm or not share_features_extractor):
            raise ValueError(
                "shared_lstm must be False if the critic has a core or a features extractor of its own, got True with "
                f"enable_critic_lstm={enable_critic_lstm} and share_features_extractor={share_features_extractor}"
            )
        if isinstance(core, str):
            self._core_type = core_type(core)
        else:
            self._core_type = as_core(core, getattr(core, "__name__", repr(core)))
        self._core = core
        self._problem = problem
        self._bins = bins
        self.core_kwargs = {**self._core_type.library_start, **(core_kwargs or {})}
        self._core_settings: Any = self._core_type.settings_type.of(self.core_kwargs)
        chosen = features_extractor_class is not None or "features_extractor_kwargs" in kwargs
        if not chosen and problem is not None and interpolates(observation_space, bins):
            features_extractor_class = ReaderExtractor
            kwargs["features_extractor_kwargs"] = {"problem": problem, "bins": bins}
        # Not the initialisation of RecurrentActorCriticPolicy, which makes LSTMs.
        super(RecurrentActorCriticPolicy, self).__init__(
            observation_space,
            action_space,
            lr_schedule,
            net_arch,
            features_extractor_class=features_extractor_class or _extractor_for(observation_space),
            share_features_extractor=share_features_extractor,
            **kwargs,
        )
        self.shared_lstm, self.enable_critic_lstm = shared_lstm, enable_critic_lstm
        self.lstm_kwargs: dict[str, Any] = {}
        # The order in which weights are drawn is sb3-contrib's.
        self.lstm_actor: Any = PackedCore(self._made_core(), self.features_dim)
        self.critic = None if shared_lstm or enable_critic_lstm else nn.Linear(self.features_dim, self.lstm_output_dim)
        self.lstm_critic: Any = PackedCore(self._made_core(), self.features_dim) if enable_critic_lstm else None
        self.lstm_hidden_state_shape = (1, 1, self.lstm_actor.hidden_size)
        cores = [part.core for part in (self.lstm_actor, self.lstm_critic) if part is not None]
        rate = getattr(self._core_settings, "lstm_rate", 1.0)
        groups = self.parameters() if rate == 1.0 else rate_groups(self, cores, rate)
        self.optimizer = self.optimizer_class(groups, **{"lr": lr_schedule(1), **self.optimizer_kwargs})

    def _made_core(self) -> Core:
        return make_core(self._core_type, self.features_dim, self._core_settings, self._problem)

    def _build(self, lr_schedule: Any) -> None:
        answer_in_bins(self, self._bins)
        super()._build(lr_schedule)

    def _build_mlp_extractor(self) -> None:
        self.features_dim = int(self.features_dim)  # SB3 counts the features of MultiDiscrete in numpy's integers.
        # SB3 builds the layers after the memory first. Their size comes from a core that is thrown away.
        with torch.random.fork_rng(devices=[]):
            self.lstm_output_dim = self._made_core().outputs
        super()._build_mlp_extractor()

    def _get_constructor_parameters(self) -> dict[str, Any]:
        return {
            **super()._get_constructor_parameters(),
            "core": self._core,
            "core_kwargs": self._core_settings.as_dict(),  # Later versions may have other defaults.
            "problem": self._problem,
            "bins": self._bins,
            "shared_lstm": self.shared_lstm,
            "enable_critic_lstm": self.enable_critic_lstm,
        }

    @staticmethod
    def _process_sequence(  # type: ignore[override]  # sb3-contrib's annotation of the states does not fit what it returns.
        features: Tensor, lstm_states: Packed, episode_starts: Tensor, lstm: PackedCore
    ) -> tuple[Tensor, Packed]:
        """Read sequences.

        Args:
            features: (sequences * steps, size).
            lstm_states: the packed states before the first step.
            episode_starts: (sequences * steps,), 1 where an episode starts.
            lstm: the actor's or the critic's core.

        Returns:
            The outputs (sequences * steps, size), and the packed states after the last step.
        """
        sequences = lstm_states[0].shape[1]
        starts = episode_starts.reshape(sequences, -1) != 0
        outputs, states = lstm(features.reshape(sequences, -1, lstm.input_size), lstm_states, starts)
        return outputs.flatten(0, 1), states

    def predict(
        self,
        observation: Any,
        state: tuple[Array, ...] | None = None,
        episode_start: Array | None = None,
        deterministic: bool = False,
    ) -> tuple[Array, tuple[Array, ...] | None]:
        """The actions and the next state, as for `MlpLstmPolicy`. Without a state, episodes start here."""
        if state is None:
            read, _ = self.obs_to_tensor(observation)
            lanes = len(next(iter(read.values())) if isinstance(read, dict) else read)
            episode_start = np.ones(lanes, np.bool_)
        return super().predict(observation, state, episode_start, deterministic)


def _extractor_for(space: spaces.Space[Any]) -> type[BaseFeaturesExtractor]:
    """SB3's choice of a features extractor for a space of observations."""
    if isinstance(space, spaces.Dict):
        return CombinedExtractor
    return NatureCNN if is_image_space(space) else FlattenExtractor
