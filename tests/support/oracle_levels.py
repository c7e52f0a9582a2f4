"""Levels in closed form, as exact fractions, from the definitions alone: (accuracy, exact match) of each policy.

SeqNext and SeqClassify have no short closed forms; `test_levels_exact.py` and `test_levels_sampled.py` test them.
"""

from __future__ import annotations

from fractions import Fraction

from oracle import Copy, Echo, Memorize, Oracle

Pair = tuple[Fraction, Fraction]


def chance(oracle: Oracle) -> Pair:
    """The best constant answer."""
    if isinstance(oracle, Memorize):
        if oracle.scored == [oracle.steps - 1]:
            return Fraction(1, len(oracle.markers)), Fraction(1, len(oracle.markers))
        # One of these is a most frequent symbol: all symbols of the body are equally frequent, and so are all markers.
        return max(_always(oracle, symbol) for symbol in (oracle.body[0], oracle.body[-1], oracle.markers[0]))
    answers = len(oracle.part) if isinstance(oracle, Copy) and oracle.framing != "one_to_many" else len(oracle.scored)
    luck = Fraction(1, oracle.values)
    return luck, luck**answers


def _always(oracle: Memorize, symbol: int) -> Pair:
    """The scores of one constant symbol if every step is scored."""
    as_marker = Fraction(symbol in oracle.markers, len(oracle.markers))
    in_the_body = oracle.body.count(symbol)
    exact_match = as_marker if in_the_body == len(oracle.body) else Fraction(0)
    return (in_the_body + as_marker) / oracle.steps, exact_match


def memoryless(oracle: Oracle) -> Pair:
    """The best answers from the current observation and the time step."""
    if isinstance(oracle, Memorize):
        marker = Fraction(1, len(oracle.markers))
        return (len(oracle.scored) - 1 + marker) / len(oracle.scored), marker
    if isinstance(oracle, Echo):
        return (Fraction(1), Fraction(1)) if oracle.lag == 0 else chance(oracle)
    assert isinstance(oracle, Copy)
    if oracle.framing == "one_to_many":
        return Fraction(1), Fraction(1)
    # In many_to_one, the last value is the current observation at the scored step.
    seen = int(oracle.framing == "many_to_one" and oracle.length - 1 in oracle.part)
    unseen, luck = len(oracle.part) - seen, Fraction(1, oracle.values)
    return (seen + unseen * luck) / len(oracle.part), luck**unseen
