"""The sentences of an inspection say no more than its numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from seq_agents.agents import make_learner
from seq_agents.inspection import inspect
from seq_agents.inspection.findings import about_probe
from seq_agents.inspection.probe import Probe

import seq_envs

torch.set_num_threads(1)


def probe_of(trained: list[float], chance: list[float], measure: str = "accuracy") -> Probe:
    return Probe(measure, np.arange(len(trained)), np.array(trained), None, np.array(chance), (100, 50))


@pytest.mark.parametrize(
    ("trained", "chance", "inputs"),
    [
        ([1.0, 0.96, 0.5], [0.5, 0.5, 0.5], "the inputs of up to 1 step ago"),
        ([1.0, 0.94, 1.0], [0.5, 0.5, 0.5], "only the input of the current step"),
        ([0.96, 0.96], [0.96, 0.96], "no input"),
        ([1.0, 0.99], [0.96, 0.96], "only the input of the current step"),
        ([1.0, 1.0, 0.96], [1.0, 0.5, 0.5], "the inputs of up to 2 steps ago"),
        ([1.0, 0.5, 1.0], [0.5, 0.5, 1.0], "only the input of the current step"),
    ],
)
def test_an_input_is_readable_if_the_probe_is_far_above_chance(
    trained: list[float], chance: list[float], inputs: str
) -> None:
    assert f"reads {inputs} from the state, with an accuracy of at least 90% of the way from chance to 1." in (
        about_probe(probe_of(trained, chance))
    )


def test_a_network_without_memory_reads_no_past_input() -> None:
    """The distractors are the same in every episode, so chance is nearly always right."""
    problem = seq_envs.make_problem("SeqMemorize-v0", length=30)
    found = inspect(make_learner("mlp", problem, 0, {"updates": 1, "batch": 2, "hidden": 4}))
    assert found.probe is not None
    assert (found.probe.trained[:9] > 0.9).all(), "no better than chance"
    assert str(found).count("reads only the input of the current step") == 2, "before training too"
