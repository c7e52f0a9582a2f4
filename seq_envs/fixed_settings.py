"""Refuse to change the settings of an env after it is made."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from seq_envs.env_options import OPTION_NAMES, EnvOptions, Pay
from seq_envs.problem import Problem

_SETTINGS = ("problem", "reveal", "render_mode", "num_envs", "autoreset_mode")


class FixedSettings:
    """Base class of an env whose settings, and the parameters of whose `problem`, cannot be set after it is made.

    Without it `env.unwrapped.problem = other` and `set_attr("lag", 3)` would look effective and change no episode.
    """

    problem: Problem
    _options: EnvOptions

    @property
    def pay(self) -> Pay:
        """When rewards are paid: see `EnvOptions`."""
        return self._options.pay

    @property
    def feedback(self) -> Sequence[str]:
        """The parts of its own past that an agent observes: see `EnvOptions`."""
        return self._options.feedback

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute.

        Raises:
            AttributeError: it is a setting of the env or a parameter of its problem.
        """
        if not name.startswith("_"):
            self.refuse_to_change(name, value)
        super().__setattr__(name, value)

    def refuse_to_change(self, name: str, value: Any) -> None:
        """Raise an AttributeError if `name` is a setting that the env has, or a parameter of its problem."""
        made = self.__dict__
        if (name in _SETTINGS and name in made) or (name in OPTION_NAMES and "_options" in made):
            raise AttributeError(f"{name} cannot be changed: make another env with the {name} that you want")
        if "problem" in made and name in {field.name for field in dataclasses.fields(made["problem"])}:
            raise AttributeError(f"{name} cannot be changed: make another env with {name}={value!r}")
