"""The devices on which agents learn and act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seq_envs.parameters import Choice, parameter

if TYPE_CHECKING:
    import torch

NAMES = ("cpu", "cuda", "auto")


def device_setting() -> Any:
    """The setting `device`. It affects no result but by the rounding of another device."""
    return parameter("cpu", Choice(NAMES), "where networks learn and act; auto: on a GPU if there is one")


def device_of(name: str) -> torch.device:
    """The device that a setting names.

    Raises:
        ValueError: torch finds no such device.
    """
    import torch

    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise ValueError("device must be 'cpu' or 'auto' here, since torch finds no CUDA device, got 'cuda'")
    return torch.device("cuda" if there and name != "cpu" else "cpu")
