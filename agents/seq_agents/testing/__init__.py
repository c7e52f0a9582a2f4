"""`check_core`: the contract that every memory core must keep, including cores of users."""

from __future__ import annotations

from torch import nn

from seq_agents.testing.causality import check_causality, check_lanes
from seq_agents.testing.contract import CoreError as CoreError
from seq_agents.testing.contract import Subject, isolated
from seq_agents.testing.gradients import check_gradient_reaches_the_past, check_long_gradient
from seq_agents.testing.placement import check_device, check_dtype
from seq_agents.testing.purity import check_arguments, check_modes, check_purity, check_saving
from seq_agents.testing.splits import check_splits
from seq_agents.testing.starts import check_starts
from seq_agents.testing.structure import check_structure

_SHORT, _LONG = 9, 131
"""Time steps of a sequence. The long one exceeds common chunks and windows, and is a multiple of none."""


def check_core(core: nn.Module, inputs: int, *, quick: bool = False) -> None:
    """Check that a core keeps the contract of `seq_agents.cores.core.Core`.

    The core need not be a subclass of `Core`. It needs `outputs`, `initial_state(batch)` and
    `forward(inputs, state, starts)`, which returns outputs and a state. With a plain `forward(inputs, state)` the
    checks of episode starts are left out.

    - Shapes and dtypes: outputs are (B, T, outputs), and the state is a tuple of tensors (B, ...) whose shapes never
      change. The batch may differ from call to call. All numbers are finite.
    - Placement: outputs and state follow `.to(dtype)` and `.to(device)`.
    - Purity: nothing is remembered outside the state, no argument is changed, and the same call returns the same
      answers, in eval mode and in training mode. `copy.deepcopy` and `load_state_dict` reproduce the core.
    - Lanes: the episodes of a batch do not influence each other.
    - Causality: no output depends on later inputs, or on how many follow.
    - Splits: one call, several calls and single steps return the same outputs and the same state.
    - Starts: an episode that starts within a sequence is read as in a fresh batch.
    - Gradients: they reach the inputs of earlier steps and earlier calls, and are finite over 1,000 steps.

    The checks work on copies with slightly changed weights. They leave the core and every global random state as they
    are.

    Args:
        core: the module to check.
        inputs: the number of its input features.
        quick: whether to leave out sequences of more than a few steps, and the device of outputs. The quick check takes
            about a second, and the full one several seconds.

    Raises:
        CoreError: an AssertionError: the core breaks the contract; the message names the cause.
    """
    with isolated():
        check_structure(core, inputs)
        check_dtype(core, inputs)
        check_device(core, inputs, read=not quick)
        subject = Subject.varied(core, inputs)
        check_arguments(subject)
        check_modes(subject)
        check_purity(subject)
        check_saving(subject)
        for steps in (_SHORT,) if quick else (_SHORT, _LONG):
            check_lanes(subject, steps)
            check_causality(subject, steps)
            check_splits(subject, steps)
            check_starts(subject, steps)
        check_gradient_reaches_the_past(subject, _SHORT)
        if not quick:
            check_gradient_reaches_the_past(subject, _LONG)
            check_long_gradient(core, inputs)
