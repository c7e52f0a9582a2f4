"""The contract of a learner: one training of an agent on a problem. It can be watched, stopped, saved and resumed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import seq_envs
from seq_agents.settings import Settings
from seq_envs.env_options import NO_OPTIONS, OPTION_NAMES, EnvOptions
from seq_envs.parameters import Integer
from seq_envs.policies import Policy

if TYPE_CHECKING:
    import torch

    from seq_agents.networks.view import NetworkView


class Moment(NamedTuple):
    """The progress of a training after an update."""

    done: float
    """The share of the training that is done, in [0, 1]."""
    steps: int
    """Time steps learned from so far."""
    accuracy: float
    """Right answers per scored step in the latest training episodes; NaN if there are none yet."""


Watch = Callable[[Moment], None]
"""Called after every update. It may read `Learner.state`, and it may raise an exception to stop the training."""


def unwatched(moment: Moment) -> None:
    """A `Watch` that does nothing."""


READS_WHOLE_EPISODES = {
    "feedback": "it reads whole episodes before it answers them: recurrent-ppo-stock takes it",
    "max_episode_steps": "it reads whole episodes: recurrent-ppo-stock takes it",
}
"""What a learner refuses that reads an episode at once, and why."""


class Weights(NamedTuple):
    """Numbers of weights."""

    core: int
    """Those of what remembers; 0 if nothing does."""
    network: int
    """All of them."""
    learned: int
    """Those that the training changes."""


class Learner(ABC):
    """A training in progress. On one machine, the same problem, settings and seed give the same result.

    Args:
        problem: the problem to learn.
        settings: an instance of `settings_type`.
        seed: of the weights, the episodes and the noise: 0 ... 2**32 - 1.
        options: of the environments to learn in, see `seq_envs.env_options.EnvOptions`.

    Raises:
        ValueError: the learner cannot learn such a problem or with such options, the settings do not fit, or the seed
            is out of range.
    """

    settings_type: ClassVar[type[Settings]]
    core: ClassVar[str] = ""
    """The name of the core or network, which `seq_agents.learners.learner_type` sets; "" for rules without memory."""
    refuses: ClassVar[Mapping[str, str]] = dict.fromkeys(OPTION_NAMES, "its learner does not say that it takes it")
    """The options of environments that it cannot learn with, and why. A learner that takes options says so here, and
    has `options` as an argument with a default."""

    def __init__(
        self, problem: seq_envs.Problem, settings: Any, seed: int, *, options: EnvOptions = NO_OPTIONS
    ) -> None:
        self.refuse(options)
        self.options = options
        self.problem = problem
        self.settings = settings
        self.seed = Integer(0, 2**32 - 1).check("seed", seed)

    def __repr__(self) -> str:
        options = f" with {self.options}" if self.options.chosen() else ""
        return f"<{type(self).__name__} on {self.problem!r}{options}, seed {self.seed}>"

    @classmethod
    def refuse(cls, options: EnvOptions) -> None:
        """Refuse options of the environment that the agent cannot learn with.

        Raises:
            ValueError: there is one; the message says why.
        """
        for name, value in options.chosen().items():
            if name in cls.refuses:
                raise ValueError(
                    f"{name} must be {getattr(EnvOptions, name)!r} for this agent, since {cls.refuses[name]}; "
                    f"got {value!r}"
                )

    @abstractmethod
    def learn(self, watch: Watch = unwatched) -> None:
        """Train from the current state to the end."""

    @abstractmethod
    def policy(self) -> Policy:
        """The greedy policy learned so far."""

    def network_and_core(self) -> tuple[torch.nn.Module, Sequence[torch.nn.Module]] | None:
        """The network and the parts of it that remember; None if there is no network, or it is not known."""
        return None

    def network_view(self) -> NetworkView | None:
        """The network, to be looked at: that of the policy's method `network_view()`; None if it has none."""
        look = getattr(self.policy(), "network_view", None)
        view: NetworkView | None = look() if callable(look) else None
        return view

    def weights(self) -> Weights | None:
        """How many weights the network has; None if there is no network, or it is not known."""
        found = self.network_and_core()
        if found is None:
            return None
        network, core = found
        every = list(network.parameters())
        return Weights(
            core=sum(weights.numel() for part in core for weights in part.parameters()),
            network=sum(weights.numel() for weights in every),
            learned=sum(weights.numel() for weights in every if weights.requires_grad),
        )

    def policy_on(self, problem: seq_envs.Problem) -> Policy:
        """The same policy for the problem in another size, for instance with longer episodes.

        Raises:
            ValueError: what has been learned does not fit the other problem.
        """
        other = self.untrained_on(problem)
        other.restore(self.state())
        return other.policy()

    def untrained_on(self, problem: seq_envs.Problem) -> Self:
        """A learner of the problem in another size, with the same settings and the same form of network."""
        return type(self)(problem, self.settings, self.seed, **self.with_options())

    def with_options(self) -> dict[str, EnvOptions]:
        """The argument of another learner that has the same options; none for the defaults."""
        return {"options": self.options} if self.options.chosen() else {}

    @abstractmethod
    def state(self) -> dict[str, torch.Tensor]:
        """Everything that the rest of the training depends on."""

    @abstractmethod
    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        """Continue from the state of another training with the same problem, settings and seed.

        Raises:
            ValueError: the state belongs to another network.
        """
