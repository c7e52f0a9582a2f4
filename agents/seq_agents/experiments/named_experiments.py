"""The single entries of the presets, which `seq-envs reproduce` runs by name."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence

from seq_agents.experiments.grid import Experiment
from seq_agents.experiments.grid_file import preset, presets
from seq_agents.menu import did_you_mean


def named_experiments() -> Mapping[str, Experiment]:
    """Every single entry of every preset, by name."""
    return {name: experiment for grid in presets() for name, experiment in preset(grid).entries.items()}


def chosen_experiments(patterns: Sequence[str]) -> Mapping[str, Experiment]:
    """The experiments whose names are given or match a pattern such as `tutorial-*`.

    Raises:
        ValueError: a name or pattern that matches none; the message has the nearest names.
    """
    known = named_experiments()
    chosen: dict[str, Experiment] = {}
    for pattern in patterns:
        names = fnmatch.filter(known, pattern)
        if not names:
            hint = did_you_mean(pattern, known, 3)
            raise ValueError(
                f"the name of an experiment must be one of {', '.join(known)}, or a pattern such as 'tutorial-*', "
                f"got {pattern!r}{hint}"
            )
        chosen |= {name: known[name] for name in names}
    return chosen
