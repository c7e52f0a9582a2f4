"""Menus: objects by name, with one line about each. A menu imports an object when it is first used."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")


class Menu(Mapping[str, T]):
    """Objects by name.

    Args:
        what: what the objects are, in one word for error messages.
        entries: for each name, where the object is ("module:name") and one line about it.
    """

    def __init__(self, what: str, entries: Mapping[str, tuple[str, str]]) -> None:
        self._what = what
        self._entries = entries

    def __getitem__(self, name: str) -> T:
        found: T = load(self._entries[name][0])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:  # Without importing it.
        return name in self._entries

    def about(self, name: str) -> str:
        """One line about a name."""
        return self._entries[name][1]

    def named(self, name: str) -> T:
        """The object of this name.

        Raises:
            ValueError: there is no such name; the message has the nearest names.
        """
        if name not in self:
            raise unknown(self._what, name, self)
        return self[name]


def load(where: str) -> Any:
    """The object at "module:name"."""
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


def unknown(what: str, name: object, known: Iterable[str], others: Iterable[str] = ()) -> ValueError:
    """The error for a name that is on no menu. It lists the known names; the hint may also be one of the others."""
    names = list(known)
    hint = did_you_mean(str(name).lower(), dict.fromkeys([*names, *others]), 2)
    return ValueError(f"{what} must be one of {', '.join(names)}, got {name!r}{hint}")


def did_you_mean(name: str, known: Iterable[str], count: int = 1) -> str:
    """A hint for an error message: the known names nearest to this one, `count` at most; "" if none is near."""
    near = difflib.get_close_matches(name, list(known), n=count)
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""
