"""Agents of other modules. "module:factory" names them wherever a name of the menu is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol, Self

import yaml
from torch import Tensor

from seq_agents.imports import imported
from seq_agents.learners.learner import Learner, Watch, unwatched
from seq_agents.settings import Settings
from seq_envs.policies import Policy


class Trainable(Protocol):
    """A training that has not begun, as a factory returns it."""

    def learn(self, watch: Watch) -> None:
        """Train to the end. It may call `watch(Moment(done, steps, accuracy))` after updates to report progress."""

    def policy(self) -> Policy:
        """The policy learned so far."""


Factory = Callable[..., Trainable]
"""Called as `factory(problem, seed, **settings)`."""


@dataclass(frozen=True, kw_only=True)
class AnySettings(Settings):
    """Any settings. Only the factory can check them."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pass

    def as_dict(self) -> dict[str, Any]:
        return dict(self.given)

    def within(self, problem: Any, time_steps: int) -> Self:
        raise ValueError("budget must be left out for agents of other modules: which setting it is, is not known")

    @classmethod
    def parsed(cls, texts: Mapping[str, str]) -> dict[str, Any]:
        """The values that YAML reads from the texts."""
        return {name: _parsed(name, text) for name, text in texts.items()}

    @classmethod
    def domains(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        return cls(given=dict(given))


class UserDefinedLearner(Learner):
    """A `Trainable` as a learner. It can be trained, but not saved."""

    settings_type = AnySettings
    factory: ClassVar[Factory]

    def __init__(self, problem: Any, settings: AnySettings, seed: int) -> None:
        super().__init__(problem, settings, seed)
        self._trainable = self.factory(problem, seed, **settings.given)
        for name in ("learn", "policy"):
            if not callable(getattr(self._trainable, name, None)):
                raise TypeError(f"an agent must have learn(watch) and policy(), got {self._trainable!r} without {name}")

    def learn(self, watch: Watch = unwatched) -> None:
        self._trainable.learn(watch)

    def policy(self) -> Policy:
        return self._trainable.policy()

    def policy_on(self, problem: Any) -> Policy:
        return self.policy()

    def state(self) -> dict[str, Tensor]:
        raise ValueError("an agent of another module can only be saved if it is a seq_agents.learners.learner.Learner")

    def restore(self, state: Mapping[str, Tensor]) -> None:
        self.state()


def _parsed(name: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as wrong:  # ValueError: an impossible date.
        raise ValueError(f"{name} must be YAML, got {text!r}: {' '.join(str(wrong).split())}") from None


@cache
def user_defined_learner(name: str) -> type[Learner]:
    """The learner that "module:factory" names: a subclass of `Learner`, or one made from a factory of `Trainable`s.

    Raises:
        ValueError: the module cannot be imported, has no such factory, or its `Learner` lacks methods.
    """
    factory = imported("agent", name)
    if isinstance(factory, type) and issubclass(factory, Learner):
        settings = getattr(factory, "settings_type", None)
        lacking = sorted(getattr(factory, "__abstractmethods__", ()))
        if not (isinstance(settings, type) and issubclass(settings, Settings)):
            lacking.append("settings_type, a subclass of Settings")
        if lacking:
            raise ValueError(f"agent {name!r} is a Learner that lacks {', '.join(lacking)}")
        return factory
    if not callable(factory):
        raise ValueError(f"agent {name!r} must be called with (problem, seed, **settings), got {factory!r}")
    return type("UserDefined", (UserDefinedLearner,), {"factory": staticmethod(factory)})
