"""The state of a network along an episode, with its units ordered so that structure is visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seq_agents.networks.view import NetworkView, Observations
from seq_envs.encodings import Array

MOST_UNITS = 128
"""Units of a part that a map has; of more units, those that vary most along the episode."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One part of a state, or one kind of gate, along an episode."""

    name: str
    values: Array
    """(units, T): a row for each unit, in the order of the map."""
    units: Array
    """(units,) int64: the number of each unit in its part."""
    size: int
    """The units of the part, of which the map may have fewer."""
    gate: bool
    """Whether values are in [0, 1]."""

    @property
    def scale(self) -> float:
        """The value that a map draws in full colour: 1 for gates, otherwise the greatest absolute value."""
        return 1.0 if self.gate else float(np.abs(self.values).max(initial=0.0)) or 1.0

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.units)} of {self.size} units, {self.values.shape[1]} time steps>"


def state_map(view: NetworkView, observations: Observations) -> list[Panel]:
    """The panels of an episode: the parts of the state, then the gates; empty if the network keeps no state.

    Panels with the same number of units have their units in the same order, so that a row is the same unit in all of
    them. The order is an optimal leaf ordering (Bar-Joseph, Gifford and Jaakkola 2001, "Fast optimal leaf ordering for
    hierarchical clustering") of a clustering by average distance: units with similar courses become neighbours.

    Args:
        view: of the network.
        observations: (1, T, ...), without padding.
    """
    features = view.features(observations)
    activity = view.states(features, range(features.shape[1]))
    if activity is None:
        return []
    named = {
        name: (np.asarray(part[0].T.double().cpu()), gate)
        for gate, parts in ((False, activity.state), (True, activity.gates))
        for name, part in parts.items()
    }
    orders = {
        size: order_of_units([values for values, _ in named.values() if len(values) == size])
        for size in {len(values) for values, _ in named.values()}
    }
    return [
        Panel(name, values[orders[len(values)]], orders[len(values)], len(values), gate)
        for name, (values, gate) in named.items()
    ]


def order_of_units(parts: Sequence[Array]) -> Array:
    """(n,) int64: the units, at most `MOST_UNITS` of them, in the order of their rows.

    Args:
        parts: (units, T) each. Every part has the same weight, whatever its scale.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import pdist

    scaled = [part / (part.std() or 1.0) for part in parts]
    courses = np.concatenate(scaled, axis=1)
    kept = np.sort(np.argsort(-courses.var(axis=1), kind="stable")[:MOST_UNITS])
    courses = courses[kept]
    if len(kept) < 3:
        return kept
    distances = pdist(courses)
    order: Array = kept[leaves_list(optimal_leaf_ordering(linkage(distances, "average"), distances))]
    return order
