"""The results of papers that several problems follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seq_envs.published import Published

SHORT_AND_LONG: Mapping[str, Mapping[str, Any]] = {"train": {"length": (1, 40)}, "test": {"length": (41, 500)}}
"""The splits of Deletang et al. (2023), which test what was learned on lengths that were not trained."""


def deletang_2023(who: str, setting: str, figure: str, *, budget: str = "the split train") -> Published:
    """A result of "Neural Networks and the Chomsky Hierarchy"."""
    return Published(who=who, setting=setting, budget=budget, figure=figure, source="Deletang et al. 2023, Table 1")


def hochreiter_1997(section: str, setting: str, figure: str, *, who: str = "LSTM", budget: str = "") -> Published:
    """A result of "Long Short-Term Memory", read in this section or table of the paper."""
    source = f"Hochreiter and Schmidhuber 1997, section {section}"
    return Published(who=who, setting=setting, budget=budget, figure=figure, source=source, seen=True)


def graves_2014(section: str, who: str, setting: str, figure: str, *, budget: str = "") -> Published:
    """A result of "Neural Turing Machines"."""
    source = f"Graves, Wayne and Danihelka 2014, section {section}"
    return Published(who=who, setting=setting, budget=budget, figure=figure, source=source)
