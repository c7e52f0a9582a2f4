"""The settings of an agent: frozen data, checked at construction, with one line about each setting."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Self

import seq_envs
from seq_agents.menu import did_you_mean
from seq_envs.env_options import EnvOptions
from seq_envs.parameters import Domain, Real

ANY = Real(-math.inf, math.inf)
POSITIVE = Real(0.0, math.inf)


def later_setting(default: Any, domain: Domain, meaning: str, *, before: Any) -> Any:
    """A field as `parameter` makes it, for a setting that version 0.1.0 did not have: it learned as with `before`."""
    return dataclasses.field(default=default, metadata={"domain": domain, "meaning": meaning, "before": before})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of an agent. A subclass adds fields made by `parameter(default, domain, meaning)`, or by
    `later_setting` where stored settings may lack it.

    Raises:
        ValueError: at construction, for a wrong setting; it names the setting, the value and what is allowed.
    """

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            checked = field.metadata["domain"].check(field.name, getattr(self, field.name))
            object.__setattr__(self, field.name, checked)

    @classmethod
    def suited_to(cls, options: EnvOptions) -> Mapping[str, Any]:
        """The settings that options of the environment call for: they replace defaults and tuned settings."""
        return {}

    def as_dict(self) -> dict[str, Any]:
        """Every setting by name, as `of` takes them."""
        return dataclasses.asdict(self)

    def within(self, problem: seq_envs.Problem, time_steps: int) -> Self:
        """The same settings with a training that learns from at most so many time steps, but from one update at least.

        Raises:
            ValueError: no setting says how long the training is. Agents that do not learn fit any number.
        """
        return self

    @classmethod
    def stored(cls, settings: Mapping[str, Any]) -> Self:
        """The settings that any version of this package stored. Those that did not exist then have the values of then.

        Raises:
            ValueError: as for `of`.
        """
        then = {field.name: field.metadata["before"] for field in dataclasses.fields(cls) if "before" in field.metadata}
        return cls.of({**then, **settings})

    @classmethod
    def domains(cls) -> dict[str, Domain]:
        """The allowed values of each setting."""
        return {field.name: field.metadata["domain"] for field in dataclasses.fields(cls)}

    @classmethod
    def parsed(cls, texts: Mapping[str, str]) -> dict[str, Any]:
        """Settings given as text, for `of`. A text that is no value of its setting stays as it is; `of` refuses it."""
        domains = cls.domains()
        return {name: domains[name].parse(text) if name in domains else text for name, text in texts.items()}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The settings with these values, and defaults for the others.

        Raises:
            ValueError: a name that is no setting, with the nearest that is; or a wrong value.
        """
        names = list(cls.domains())
        for name, value in given.items():
            if name not in names:
                hint = did_you_mean(str(name), names)
                raise ValueError(f"there is no setting {name!r}{hint}, got {value!r}; there are {', '.join(names)}")
        return cls(**given)
