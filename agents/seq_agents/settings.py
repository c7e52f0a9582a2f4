"""The settings of an agent: frozen data, checked at construction, with one line about each setting."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Self

from seq_agents.menu import did_you_mean
from seq_envs.parameters import Kind, Real

ANY = Real(-math.inf, math.inf)
POSITIVE = Real(0.0, math.inf)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of an agent. A subclass adds fields made by `parameter(default, kind, meaning)`.

    Raises:
        ValueError: at construction, for a wrong setting; it names the setting, the value and what is allowed.
    """

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            checked = field.metadata["kind"].check(field.name, getattr(self, field.name))
            object.__setattr__(self, field.name, checked)

    def as_dict(self) -> dict[str, Any]:
        """Every setting by name, as `of` takes them."""
        return dataclasses.asdict(self)

    @classmethod
    def kinds(cls) -> dict[str, Kind]:
        """The kind of values that each setting takes."""
        return {field.name: field.metadata["kind"] for field in dataclasses.fields(cls)}

    @classmethod
    def parsed(cls, texts: Mapping[str, str]) -> dict[str, Any]:
        """Settings given as text, for `of`. A text that is no value of its setting stays as it is; `of` refuses it."""
        kinds = cls.kinds()
        return {name: kinds[name].parse(text) if name in kinds else text for name, text in texts.items()}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The settings with these values, and defaults for the others.

        Raises:
            ValueError: a name that is no setting, with the nearest that is; or a wrong value.
        """
        names = list(cls.kinds())
        for name, value in given.items():
            if name not in names:
                hint = did_you_mean(str(name), names)
                raise ValueError(f"there is no setting {name!r}{hint}, got {value!r}; there are {', '.join(names)}")
        return cls(**given)
