"""A training by one of Stable-Baselines3's on-policy algorithms."""

from __future__ import annotations

import dataclasses
import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import torch
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor, nn

import seq_envs
from seq_agents.devices import device_of, device_setting
from seq_agents.learners.adam import beta2_setting
from seq_agents.learners.learner import Learner, Moment, Watch, unwatched
from seq_agents.learners.state import (
    load_network,
    load_optimizer,
    load_random,
    optimizer_tensors,
    prefixed,
    random_tensors,
    without_prefix,
)
from seq_agents.networks.bins import bins_of, bins_setting
from seq_agents.sb3.callbacks import StatesUnread
from seq_agents.sb3.policy import Sb3Policy
from seq_agents.sb3.vec_env import make_vec_env
from seq_agents.settings import ANY, POSITIVE, Settings, later_setting
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.parameters import Flag, Integer, Real, parameter
from seq_envs.policies import Policy
from seq_envs.seeds import training_stream

SHARE = Real(0.0, 1.0, from_above=True, to_below=True)


@dataclass(frozen=True, kw_only=True)
class PpoSettings(Settings):
    """How PPO learns a problem."""

    steps: int = parameter(2_000_000, Integer(1), "time steps of the training, rounded up to whole rollouts")
    lanes: int = parameter(256, Integer(1), "episodes played side by side")
    episodes: int = parameter(1, Integer(1), "episodes of each lane in a rollout; gradients end where a rollout does")
    minibatches: int = parameter(4, Integer(1), "minibatches of each rollout")
    epochs: int = parameter(4, Integer(1), "passes over each rollout")
    learning_rate: float = parameter(1e-2, POSITIVE, "learning rate of Adam at the start; it falls linearly to 0")
    beta2: float = beta2_setting()
    gamma: float = parameter(
        0.0,
        SHARE,
        "discount; 0 is exact, since an answer affects no reward but its own; 1 with --pay at_end or --feedback",
    )
    gae_lambda: float = later_setting(
        0.95, SHARE, "how far advantages look beyond the critic's values; 1 with --pay at_end", before=0.95
    )
    clip: float = parameter(0.2, POSITIVE, "PPO's clip range")
    # Without it, single rollouts undo what was learned of SeqClassify-v0, and one seed of eight never recovered. With
    # 0.05, SeqCopyMedium-v0 is learned too slowly: 0.80 after 2 million steps, in place of 0.98.
    target_kl: float = later_setting(
        0.2,
        Real(0.0, math.inf, from_above=True),
        "the updates of a rollout end when the policy's KL divergence exceeds 1.5 times this; 0: never",
        before=0.0,
    )
    entropy: float = parameter(0.03, ANY, "weight of the entropy bonus")
    normalize_advantage: bool = later_setting(
        False, Flag(), "whether advantages are scaled to a standard deviation of 1 in each minibatch", before=True
    )
    gradient_norm: float = parameter(0.5, POSITIVE, "longer gradients are scaled down to this norm")
    log_std: float = parameter(
        -2.0, ANY, "logarithm of the standard deviation of real answers without bins at the start"
    )
    bins: int = bins_setting()
    device: str = device_setting()

    @classmethod
    def suited_to(cls, options: EnvOptions) -> Mapping[str, Any]:
        if options.pays_at_end:  # The reward at the end reaches every answer undiminished, whatever the critic knows.
            return {"gamma": 1.0, "gae_lambda": 1.0}
        # With feedback an answer changes what is observed later, such as a note to oneself.
        return {"gamma": 1.0} if options.feedback else {}

    def within(self, problem: seq_envs.Problem, time_steps: int) -> Self:
        rollout = self.lanes * self.episodes * problem.steps
        return dataclasses.replace(self, steps=max(1, time_steps // rollout) * rollout)


class Sb3Learner(Learner):
    """A training by one of SB3's on-policy algorithms, with rollouts of whole episodes."""

    settings_type: ClassVar[type[Settings]] = PpoSettings
    resumes_ragged: ClassVar[bool] = False
    """Whether it can be resumed if episodes differ in length: then every rollout must end with whole episodes."""
    refuses: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        problem: seq_envs.Problem,
        settings: Any,
        seed: int,
        bins: int | None = None,
        *,
        options: EnvOptions = NO_OPTIONS,
    ) -> None:
        super().__init__(problem, settings, seed, options=options)
        if options.pays_at_end:
            _require_pay(settings.gamma, options)
        self.bins = bins_of(problem, settings.bins) if bins is None else bins
        self.rollouts = 0
        self.env = self.env_of(problem, settings)
        played = min(problem.steps, options.max_episode_steps or problem.steps)
        rollout = settings.episodes * played
        rows = rollout * settings.lanes
        if rows < settings.minibatches:
            raise ValueError(f"minibatches must be at most {rows}, got {settings.minibatches}")
        # SB3 refuses minibatches of one step whether or not it normalises advantages; they hold whole episodes.
        size = max(2, played, rows // settings.minibatches)
        if rows < 2 or rows % size == 1:
            raise ValueError(f"a minibatch must hold at least 2 time steps, got {rows} in minibatches of {size}")
        self.model = self.model_of(
            env=self.env,
            n_steps=rollout,
            batch_size=size,
            n_epochs=settings.epochs,
            learning_rate=_Falling(settings.learning_rate),
            gamma=settings.gamma,
            gae_lambda=settings.gae_lambda,
            clip_range=settings.clip,
            target_kl=settings.target_kl or None,
            ent_coef=settings.entropy,
            max_grad_norm=settings.gradient_norm,
            normalize_advantage=settings.normalize_advantage,
            seed=seed,
            device=device_of(settings.device),
        )
        self.model.set_logger(Logger(None, []))  # SB3's own logger leaves a new folder in /tmp with every training.
        self.env.seed(training_stream(seed, 0))  # The lanes play this stream and the next ones; no other seed does.
        self._random = random_tensors(self.model.device)

    def env_of(self, problem: seq_envs.Problem, settings: Any) -> VecEnv:
        """The environment to learn in."""
        return make_vec_env(problem, settings.lanes, **self.options.chosen())

    def common_to_policies(self) -> dict[str, Any]:
        """The arguments of every policy: how it answers at the start, and its optimizer."""
        optimizer = {"betas": (0.9, self.settings.beta2), "eps": 1e-5}  # SB3's own eps.
        return {"log_std_init": self.settings.log_std, "optimizer_kwargs": optimizer}

    @abstractmethod
    def model_of(self, **common: Any) -> OnPolicyAlgorithm:
        """Make the algorithm with these and further arguments."""

    def learn(self, watch: Watch = unwatched) -> None:
        left = self.settings.steps - self.model.num_timesteps
        if left > 0:
            restored = self.rollouts > 0 and self.model._last_obs is None
            if restored and not self.resumes_ragged and _ragged(self.problem, self.options):
                raise ValueError(
                    f"a training by {type(self).__name__} cannot be resumed where episodes differ in length: its "
                    "rollouts end within episodes"
                )
            load_random(self._random, self.model.device)
            self.model.learn(left, callback=_Watcher(self, watch), reset_num_timesteps=False)

    def network_and_core(self) -> tuple[nn.Module, Sequence[nn.Module]]:
        policy: Any = self.model.policy
        recurrent = hasattr(policy, "lstm_actor")
        return policy, [policy.lstm_actor] if recurrent else [policy.mlp_extractor]

    def untrained_on(self, problem: seq_envs.Problem) -> Self:
        return type(self)(problem, self.settings, self.seed, self.bins, **self.with_options())

    def policy(self) -> Policy:
        return Sb3Policy(self.model)

    def state(self) -> dict[str, Tensor]:
        return {
            **prefixed("network", self.model.policy.state_dict()),
            **prefixed("optimizer", optimizer_tensors(self.model.policy.optimizer)),
            **prefixed("random", self._random),
            "steps": torch.tensor(self.model.num_timesteps),
            "rollouts": torch.tensor(self.rollouts),
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        load_network(self.model.policy, self.current_names(without_prefix("network", state)))
        load_optimizer(self.model.policy.optimizer, without_prefix("optimizer", state))
        self.model.num_timesteps = int(state["steps"])
        self.rollouts = int(state["rollouts"])
        self._random = without_prefix("random", state)
        # After a rollout all lanes are at the start of an episode. SB3 resets them once more when it continues.
        self.env.seed(training_stream(self.seed, 0))
        for _ in range(self.rollouts * self.settings.episodes):
            self.env.reset()
        self.model._last_obs = None

    def current_names(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The weights of a checkpoint of any version, by their names in this version."""
        return dict(weights)

    def updated(self) -> None:
        """Count a rollout after its update, and store the states of the global random generators."""
        self.rollouts += 1
        self._random = random_tensors(self.model.device)


def _require_pay(gamma: float, options: EnvOptions) -> None:
    """Refuse a training in which no reward reaches an answer.

    Raises:
        ValueError: the discount is 0, or no episode is played to its end.
    """
    if gamma == 0:
        raise ValueError(f"gamma must be above 0 with pay='at_end', since the reward comes at the end: 1, got {gamma}")
    if options.max_episode_steps is not None:
        raise ValueError(
            f"max_episode_steps must be None with pay='at_end', since a truncated episode pays nothing, "
            f"got {options.max_episode_steps}"
        )


def _ragged(problem: seq_envs.Problem, options: EnvOptions) -> bool:
    """Whether episodes differ in length. Then a rollout ends within an episode of some lanes."""
    lengths = seq_envs.sample(problem, 64, max_episode_steps=options.max_episode_steps).lengths
    return bool(lengths.min() < lengths.max())


class _Falling:
    """A learning rate that falls linearly to 0."""

    def __init__(self, first: float) -> None:
        self._first = first

    def __call__(self, left: float) -> float:
        return self._first * max(0.0, left)  # SB3 passes a negative number if the last rollout exceeds the training.


class _Watcher(StatesUnread):
    """Calls the watch after the update on each rollout, which is when the next rollout starts."""

    def __init__(self, learner: Sb3Learner, watch: Watch) -> None:
        super().__init__()
        self._learner = learner
        self._watch = watch
        self._learned = True
        self._accuracies: list[float] = []

    def _on_step(self) -> bool:
        self._accuracies += [info["accuracy"] for info in self.locals["infos"] if "accuracy" in info]
        return True

    def _on_rollout_end(self) -> None:
        self._learned = False

    def _on_rollout_start(self) -> None:
        if self._learned:
            return
        self._learned = True
        self._learner.updated()
        accuracy = float(np.mean(self._accuracies)) if self._accuracies else float("nan")
        self._accuracies = []
        done = min(1.0, self.num_timesteps / self._learner.settings.steps)
        self._watch(Moment(done, self.num_timesteps, accuracy))

    def _on_training_end(self) -> None:
        self._on_rollout_start()
