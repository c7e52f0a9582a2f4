"""The threads of a command that uses networks."""

from __future__ import annotations


def use_one_thread() -> None:
    """Give torch one thread: a second one costs these small networks more than it saves."""
    import torch

    torch.set_num_threads(1)
