"""What a probe is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.ladder.rung import Rung
from seq_envs.policies import Policy


@dataclass(frozen=True)
class Trained:
    """An agent that was trained on a rung."""

    rung: Rung
    policy: Policy
    make_envs: MakeEnvs


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A look at a trained agent, without further training."""

    name: str
    needs: str
    """What the agent must offer for this probe, in one line."""
    asks: str
    """What must hold, in one line."""
    means: str
    """The usual causes if it does not."""
    look: Callable[[Trained], str | None]
    """Returns what is wrong, in a sentence; empty if nothing is; None if the agent does not offer what it needs."""
