"""Does the gradient reach back to every observation that an answer depends on?"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from seq_agents.ladder.probe import Probe, Trained
from seq_agents.ladder.probes.reading import TOLERANCE, Played, moved, offered, played
from seq_envs.encodings import Array


def _look(trained: Trained) -> str | None:
    if not offered(trained):
        return None
    first, other = _one_episode(played(trained, 0)), played(trained, 1)
    reached = _reached(trained.policy, first)
    if reached is None or not reached[-1]:
        return None
    steps = len(reached)
    unreached = np.flatnonzero(~reached)
    if not len(unreached):
        return ""
    changed = first.observations.copy()
    changed[: unreached[-1] + 1] = other.observations[: unreached[-1] + 1]
    at_last = np.broadcast_to(np.arange(steps)[:, None] == steps - 1, first.starts.shape)
    difference = moved(trained, first, Played(changed, first.starts), at_last)
    if difference <= TOLERANCE:
        return ""  # It has a window, or it forgets.
    back = steps - 1 - int(unreached[-1])
    return (
        f"Other observations in steps t-{back} and earlier move a log-probability of step t by {difference:.2g}, but "
        "its gradient does not reach them."
    )


def _one_episode(read: Played) -> Played:
    """The same observations as those of one episode in each lane."""
    starts = np.zeros_like(read.starts)
    starts[0] = True
    return Played(read.observations, starts)


def _reached(policy: Any, read: Played) -> Array | None:
    """(T,) bool, at which steps a log-probability of the last step has a gradient; None if `log_probs` keeps none."""
    torch = sys.modules.get("torch")
    if torch is None or read.observations.dtype.kind != "f":
        return None
    observations = torch.as_tensor(read.observations.copy()).requires_grad_()
    try:
        with torch.enable_grad():
            found = policy.log_probs(observations, read.starts.copy())
            (gradient,) = torch.autograd.grad(found[-1, :, 0].sum(), observations)
    except Exception:  # It takes arrays only, or gradients are switched off in it. Other probes call it with arrays.
        return None
    reached: Array = gradient.flatten(1).ne(0).any(1).cpu().numpy()
    return reached


PROBE = Probe(
    name="reach of the gradient",
    needs="policy.log_probs that takes tensors of torch and keeps their gradient",
    asks="a log-probability has a gradient with regard to every earlier observation that moves it",
    means="The gradient is cut. The state is detached at every step or every few steps, passes through NumPy, or is "
    "computed under no_grad. So the agent learns what to read from its state, and not what to store there.",
    look=_look,
)
