"""A task whose module imports torch, so that a worker process has imported it when it begins to work."""

from __future__ import annotations

import torch
from seq_agents.learners.learner import Watch


def threads(item: object, watch: Watch) -> int:
    return torch.get_num_threads()
