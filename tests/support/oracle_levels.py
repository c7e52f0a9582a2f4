"""Levels in closed form, in exact fractions, from the definitions alone: (accuracy, exact match) of each player.

For SeqNext and SeqClassify there is none so short; `test_levels_weighed.py` and `test_levels_sampled.py` see to them.
"""

from __future__ import annotations

from fractions import Fraction

from oracle import Copy, Echo, Memorize, Oracle

Pair = tuple[Fraction, Fraction]


def chance(oracle: Oracle) -> Pair:
    """One answer for everything."""
    if isinstance(oracle, Memorize):
        if oracle.scored == [oracle.steps - 1]:
            return Fraction(1, len(oracle.markers)), Fraction(1, len(oracle.markers))
        # No other symbol stands more often than one of these: all of the body do so alike, and so do all the markers.
        return max(_always(oracle, symbol) for symbol in (oracle.body[0], oracle.body[-1], oracle.markers[0]))
    answers = len(oracle.part) if isinstance(oracle, Copy) and oracle.framing != "one_to_many" else len(oracle.scored)
    luck = Fraction(1, oracle.values)
    return luck, luck**answers


def _always(oracle: Memorize, symbol: int) -> Pair:
    """What one symbol gets where the whole sequence is asked for."""
    as_marker = Fraction(symbol in oracle.markers, len(oracle.markers))
    in_the_body = oracle.body.count(symbol)
    exact_match = as_marker if in_the_body == len(oracle.body) else Fraction(0)
    return (in_the_body + as_marker) / oracle.steps, exact_match


def memoryless(oracle: Oracle) -> Pair:
    """The clock and what is on the screen."""
    if isinstance(oracle, Memorize):
        marker = Fraction(1, len(oracle.markers))
        return (len(oracle.scored) - 1 + marker) / len(oracle.scored), marker
    if isinstance(oracle, Echo):
        return (Fraction(1), Fraction(1)) if oracle.lag == 0 else chance(oracle)
    assert isinstance(oracle, Copy)
    if oracle.framing == "one_to_many":
        return Fraction(1), Fraction(1)
    # When the whole part is asked for at once, the last value is still on the screen.
    seen = int(oracle.framing == "many_to_one" and oracle.length - 1 in oracle.part)
    unseen, luck = len(oracle.part) - seen, Fraction(1, oracle.values)
    return (seen + unseen * luck) / len(oracle.part), luck**unseen
