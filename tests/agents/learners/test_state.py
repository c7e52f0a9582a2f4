"""The states of random generators, stored and restored."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from seq_agents.learners.state import load_random, random_tensors


def test_only_trainings_on_a_gpu_have_the_state_of_its_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    restored: list[Any] = []
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda _: torch.tensor([7]))
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, device: restored.append((state.item(), device)))
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    of_cpu, of_gpu = random_tensors(cpu), random_tensors(gpu)
    assert of_gpu.keys() - of_cpu.keys() == {"cuda"}
    for stored, device in ((of_cpu, cpu), (of_gpu, cpu), (of_cpu, gpu)):
        load_random(stored, device)
    assert restored == []
    load_random(of_gpu, gpu)
    assert restored == [(7, gpu)]
