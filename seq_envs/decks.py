"""Values that are dealt from shuffled decks of cards instead of being drawn independently."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array
from seq_envs.parameters import Flag, Integer, parameter
from seq_envs.shuffling import shuffled
from seq_envs.sizes import Size, largest, smallest

COPIES = 13
"""The cards of each value in a deck: with four values it is a deck of 52 cards of which the suit counts."""
MOST_CARDS = 1 << 20
"""The most cards of all decks together. All of them are shuffled for each episode."""
_AT_ONCE = 1 << 22
"""The most cards that are shuffled at once."""
_CARDS_SIMULATED = 2_000_000
"""The target for episodes x cards in a simulation."""
_FEWEST_SIMULATED, _MOST_SIMULATED = 100, 50_000


def deck_parameter() -> bool:
    """The field `deck` of a problem."""
    dealt_or_drawn: bool = parameter(False, Flag(), "whether values are dealt from shuffled decks without replacement")
    return dealt_or_drawn


def decks_parameter() -> int:
    """The field `decks` of a problem."""
    number: int = parameter(1, Integer(1), "decks that are shuffled together; only with `deck`")
    return number


def check_decks(deck: bool, decks: int, values: tuple[str, int], name: str, steps: int) -> None:
    """Refuse parameters that deal too many cards.

    Args:
        deck, decks: the parameters of these names.
        values: the name and the value of the parameter that is the number of different values.
        name: the parameter that decides how many cards are dealt, with what is subtracted from it, if anything.
        steps: the most cards that are dealt.

    Raises:
        ValueError: names the parameter, the value and what is allowed.
    """
    if not deck:
        if decks != 1:
            raise ValueError(f"decks must be 1 without deck=True, got {decks}")
        return
    cards = COPIES * values[1] * decks
    counted = f"{COPIES} * {values[0]} * decks"
    if cards > MOST_CARDS:
        raise ValueError(
            f"{counted} must be at most {MOST_CARDS} cards with deck=True, got {values[0]}={values[1]}, decks={decks}"
        )
    if steps > cards:
        raise ValueError(f"{name} must be at most {counted} = {cards} with deck=True, got {steps}")


def dealt(rng: np.random.Generator, batch: int, steps: int, n_values: int, decks: int) -> Array:
    """(batch, steps): the first `steps` values of decks that are shuffled together, anew for each row."""
    values = np.empty((batch, steps), np.min_scalar_type(n_values - 1))
    at_once = max(1, _AT_ONCE // (n_values * COPIES * decks))
    for first in range(0, batch, at_once):
        rows = values[first : first + at_once]
        rows[:] = shuffled(n_values, COPIES * decks, rng, len(rows))[:, :steps]
    return values


def another(values: Array, n_values: int) -> Array:
    """For each value a different one: more likely than the same one wherever another card lies."""
    return (values.astype(np.int64) + 1) % n_values


def other_card(n_values: int, decks: int) -> float:
    """The probability of a given value at one place if a card of another value lies at another place."""
    copies = COPIES * decks
    return copies / (copies * n_values - 1)


def mean_alike(n_values: int, decks: int, dealt: Size, other: int = 0) -> float:
    """The mean probability that the cards at some places all have a given value, over the numbers of places.

    Args:
        n_values, decks: what the cards are.
        dealt: the number of places, or its range.
        other: how many cards of other values are known to lie elsewhere.
    """
    copies, fewest = COPIES * decks, smallest(dealt)
    cards = copies * n_values - other
    place = np.arange(min(largest(dealt), copies))
    # For each number of places up to all copies.
    alike = np.append(1.0, np.cumprod((copies - place) / (cards - place)))
    return float(alike[fewest : largest(dealt) + 1].sum() / (largest(dealt) - fewest + 1))


def simulated_episodes(n_values: int, decks: int) -> int:
    """The number of episodes for a simulation."""
    return max(_FEWEST_SIMULATED, min(_MOST_SIMULATED, _CARDS_SIMULATED // (COPIES * n_values * decks)))
