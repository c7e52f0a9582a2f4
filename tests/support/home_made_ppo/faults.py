"""The faults that can be planted in the home-made PPO, and what the ladder must say about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What the ladder finds first."""

    found_by: str | tuple[str, ...]
    """The rung or the probe; or several, of which any is right."""
    cause: str
    """Words of the cause that is named."""
    hooks: bool = False
    """Whether only an agent with the optional hooks is found."""
    credit: bool = False
    """Whether it is a fault of credit, which no agent with gamma 0 can have."""
    starts_at: str = ""
    """The rung at which to start to find it soon; empty: `found_by`."""
    env: tuple[tuple[str, Any], ...] = ()
    """Settings of the agent that the fault needs."""

    @property
    def rungs(self) -> tuple[str, ...]:
        """The rungs and probes that may find it."""
        return (self.found_by,) if isinstance(self.found_by, str) else self.found_by

    @property
    def first(self) -> str:
        """The rung to start with."""
        return self.starts_at or self.rungs[0]


_UPDATE = "log-probabilities of the update"
_AT_START = "state at the start of a rollout"
_OVER_ROLLOUTS = "independence of lanes over rollouts"
_AT_END = "rewards paid at the end of an episode"
_CUT = "episodes cut by a time limit"
_ADVANTAGES = "advantages of the update"
_NEXT_STEP = (("autoreset", "NextStep"),)

FAULTS = {
    "loss with the wrong sign": Fault("lag 0", "sign of the loss"),
    "actions one late": Fault("lag 0", "stored with the observation they belong to"),
    "state reset at every step": Fault("lag 1 within a minibatch", "reset at every step"),
    "time and lanes swapped": Fault("lag 1 within a minibatch", "time and lanes are swapped"),
    "minibatches across lanes": Fault("lag 1 within a minibatch", "runs across lanes"),
    "one end resets all": Fault("independence of lanes", "done.any()"),
    "reset one late": Fault("episode starts in the middle of a rollout", "one step too late"),
    "no reset": Fault("state reset between episodes", "not reset when an episode ends"),
    "NextStep as SameStep": Fault(
        ("step between two episodes", "state reset between episodes"), "NextStep", env=_NEXT_STEP
    ),
    "gradient cut": Fault(
        ("memory over 20 steps", _AT_START, "state reset between episodes"),
        "detached",
        starts_at="memory over 20 steps",
    ),
    "gradient cut, with hooks": Fault("reach of the gradient", "detached at every step", hooks=True, starts_at="lag 0"),
    "state after the padding": Fault("state carried into a rollout", "padded sequences", starts_at=_AT_START),
    "fresh state at every rollout": Fault(
        "state carried into a rollout", "where a rollout starts", starts_at=_AT_START
    ),
    "states of other lanes": Fault((_OVER_ROLLOUTS, _AT_START), "other lanes"),
    "zeros as first states": Fault((_OVER_ROLLOUTS, _AT_START), "zeros"),
    "stale states": Fault(("lag longer than one rollout", _OVER_ROLLOUTS), "stale"),
    "states stored one step late": Fault(
        _UPDATE, "stored one step too late", hooks=True, starts_at="lag 1 within a minibatch"
    ),
    "statistics over the rollout": Fault(
        "answers before later observations", "statistics over the whole", hooks=True, starts_at="lag 0"
    ),
    "GAE masks shifted": Fault(_AT_END, "one step before or after", credit=True),
    "no reset after a truncation": Fault(_CUT, "not reset after a truncation", credit=True),
    "truncation taken for termination": Fault(
        _ADVANTAGES, "truncated episode", hooks=True, credit=True, starts_at=_CUT
    ),
    "advantage across episode ends": Fault(_ADVANTAGES, "stops both", hooks=True, starts_at="lag 0", credit=True),
    "wrong bootstrap value": Fault(
        _ADVANTAGES, "the observation that comes next", hooks=True, starts_at="lag 1 within a minibatch", credit=True
    ),
    "no value after the rollout": Fault(
        _ADVANTAGES, "the observation that comes next", hooks=True, starts_at="lag 1 within a minibatch", credit=True
    ),
}
"""The faults that the ladder finds, by name."""

SILENT = ("wrong bootstrap value", "no value after the rollout", "advantage across episode ends")
"""Faults that only add noise to advantages, on every rung."""
