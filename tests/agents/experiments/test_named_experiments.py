"""The named experiments of the presets: each is valid, and is found by its name or a pattern."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from seq_agents.agents import AGENTS
from seq_agents.experiments.entry import Cell
from seq_agents.experiments.grid import Grid
from seq_agents.experiments.grid_file import preset, presets
from seq_agents.experiments.named_experiments import chosen_experiments, named_experiments
from spaces_of_settings import IDS

GROUPS = {
    "gers": 3, "hochreiter": 28, "copy": 2, "adding": 2, "moonshot": 1, "ntm": 4, "tutorial": 11,
}  # fmt: skip
"""How many experiments begin with each word."""
NAMES = list(named_experiments())


def test_the_names() -> None:
    assert Counter(name.partition("-")[0] for name in NAMES) == GROUPS
    assert {"hochreiter-2a", "hochreiter-6b", "gers-anbn-10", "moonshot", "ntm-copy", "tutorial-memorize"} <= {*NAMES}
    assert sum(len(preset(name).entries) for name in presets()) == len(NAMES), "no name is in two presets"


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_is_valid(name: str) -> None:
    experiment = named_experiments()[name]
    (entry,) = Grid(entries={name: experiment}).all_entries()
    assert entry.is_experiment
    assert entry.agent in AGENTS
    assert entry.id in IDS
    assert entry.seeds >= 5
    assert entry.settings.items() >= dict(experiment.settings).items()
    assert (entry.until is not None) == name.startswith("hochreiter")
    # Noisy targets make mistakes, so a training on them would never stop without.
    assert entry.until is None or (entry.until.distance is not None) == name.startswith("hochreiter-3c")
    config = Cell(entry, 3).config()
    assert config.seed == 3
    assert config.problem() == entry.problem()
    assert re.fullmatch(rf"{name}--[A-Za-z0-9_=.+-]+--3", Cell(entry, 3).key), "the file has a readable name"


@pytest.mark.parametrize(
    "first", [next(name for name in NAMES if name.startswith(f"{word}-") or name == word) for word in GROUPS]
)
def test_an_experiment_of_each_kind_can_be_trained(first: str) -> None:
    (entry,) = Grid(entries={first: named_experiments()[first]}).all_entries()
    assert Cell(entry, 3).config().learner().problem == entry.problem()


def test_choosing_by_name_and_pattern() -> None:
    assert list(chosen_experiments(["moonshot"])) == ["moonshot"]
    assert set(chosen_experiments(["tutorial-echo-lag-*", "tutorial-echo-lag-1"])) == {
        "tutorial-echo-lag-1", "tutorial-echo-lag-1-window",
    }  # fmt: skip
    assert set(chosen_experiments(["tutorial-*"])) == {name for name in NAMES if name.startswith("tutorial-")}
    assert list(chosen_experiments(["*"])) == NAMES
    with pytest.raises(ValueError, match=r"must be one of gers-anbn-10, .*, or a pattern .*, got 'nothing-\*'"):
        chosen_experiments(["tutorial-*", "nothing-*"])
    with pytest.raises(ValueError, match=r"got 'tutorial-memorise' \(did you mean 'tutorial-memorize'"):
        chosen_experiments(["tutorial-memorise"])
