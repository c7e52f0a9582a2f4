"""Outputs and states follow the dtype and the device of the weights."""

from __future__ import annotations

import torch
from torch import nn

from seq_agents.testing.contract import CoreError, Subject, copied, described, dtype_of, require, takes_starts

_BATCH, _STEPS = 2, 3


def check_dtype(core: nn.Module, inputs: int) -> None:
    """After `.to(dtype)`, inputs of this dtype give outputs and states of this dtype."""
    if dtype_of(core) is None:
        return
    for dtype in (torch.float32, torch.float64):
        subject = Subject(copied(core).to(dtype).eval(), inputs, dtype, takes_starts(core))
        name = f".to({dtype})"
        batch, initial = subject.batch(_BATCH, _STEPS), subject.initial(_BATCH)
        for part, tensor in enumerate(initial):
            require(
                not tensor.is_floating_point() or tensor.dtype == dtype,
                f"the dtype is not followed: after {name}, part {part} of initial_state is {tensor.dtype}; make it "
                "with the dtype of a weight, as weight.new_zeros does",
            )
        try:
            with torch.no_grad():
                outputs, after = subject.core(batch, initial)
        except Exception as error:
            raise CoreError(f"the dtype is not followed: after {name}, forward raises {described(error)}") from error
        for what, tensors in (("the outputs", (outputs,)), ("the state", after)):
            for tensor in tensors:
                require(
                    not tensor.is_floating_point() or tensor.dtype == dtype,
                    f"the dtype is not followed: after {name}, {what} of forward has {tensor.dtype}",
                )


def check_device(core: nn.Module, inputs: int, *, read: bool) -> None:
    """After `.to(device)`, states and, if `read`, what is read are there. Every machine has the device "meta"."""
    if dtype_of(core) is None:
        return
    moved = copied(core).to("meta").eval()
    try:
        initial = moved.initial_state(_BATCH)  # type: ignore[operator]  # `check_structure` has seen that it is a method.
        places = [tensor.device.type for tensor in initial]
        require(
            set(places) <= {"meta"},
            f"the device is not followed: after .to('meta'), initial_state has tensors on {', '.join(places)}; make "
            "them on the device of a weight, as weight.new_zeros does",
        )
        if not read:  # torch takes two seconds before it reads there for the first time.
            return
        batch = torch.zeros(_BATCH, _STEPS, inputs, dtype=dtype_of(core), device="meta")
        with torch.no_grad():
            outputs, after = moved(batch, initial)
    except CoreError:
        raise
    except NotImplementedError:  # The device computes nothing, so it lacks what depends on values.
        return
    except Exception as error:
        if "meta tensors" in str(error) and "device" not in str(error):
            return
        raise CoreError(f"the device is not followed: after .to('meta'), {described(error)}") from error
    places = [tensor.device.type for tensor in (outputs, *after)]
    require(
        set(places) <= {"meta"},
        f"the device is not followed: after .to('meta'), forward returns tensors on {', '.join(places)}",
    )
