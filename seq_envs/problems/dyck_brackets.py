"""The brackets of SeqDyck, and which of them may come next."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Alphabet, Array

_OPENERS, _CLOSERS = "([{<", ")]}>"


def bracket_alphabet(kinds: int) -> Alphabet:
    """The opening brackets of each kind, then the closing ones."""
    if kinds <= len(_OPENERS):
        return Alphabet(0, (*_OPENERS[:kinds], *_CLOSERS[:kinds]))
    return Alphabet(0, (*(f"({kind}" for kind in range(kinds)), *(f"{kind})" for kind in range(kinds))))


def legal_sets(kinds: int, kind: Array, opening: Array, closing: Array) -> Array:
    """(..., 2*kinds): all opening brackets where `opening` (...), and the closing one of `kind` where `closing`."""
    both = 2 * kinds
    legal = np.zeros((*kind.shape, both), np.uint8)
    legal[..., :kinds] = opening[..., None]
    # The closing brackets one after the other, as places of the flat array.
    place = np.arange(kinds, legal.size, both)
    place += kind.ravel()
    legal.reshape(-1)[place] = closing.ravel()
    return legal


def counted_steps(step: int, kinds: int, depth: int) -> Array:
    """The time steps that say which brackets may come next: all steps so far, since they are counted.

    At an odd step the innermost bracket was opened at an odd one. So the kind of the first bracket does not matter.
    """
    if depth == 1:  # Brackets open and close in turn.
        return np.array([] if step % 2 or kinds == 1 else [step])
    if kinds == 1 and depth == 2 and step % 2 == 0:
        return np.array([])  # One bracket is open.
    return np.arange(step % 2 or kinds == 1, step + 1)
