"""Models with an LSTM for skrl's PPO_RNN, which asks its users for them, and the greedy policy of one.

Like those of skrl's examples, they read whole rollouts in an update, and start afresh where an episode ended.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from skrl.models.torch import CategoricalMixin, DeterministicMixin, Model
from torch import Tensor, nn

HIDDEN = 64


class Recurrent(Model):
    def __init__(self, lanes: int, rollout: int, outputs: int, **spaces: Any) -> None:
        super().__init__(**spaces)
        self.lanes, self.rollout = lanes, rollout
        self.lstm = nn.LSTM(self.num_observations, HIDDEN, batch_first=True)
        nn.init.constant_(self.lstm.bias_ih_l0.data[HIDDEN : 2 * HIDDEN], 1.0)  # The forget gate starts open.
        self.head = nn.Linear(HIDDEN, outputs)

    def get_specification(self) -> dict[str, Any]:
        return {"rnn": {"sequence_length": self.rollout, "sizes": [(1, self.lanes, HIDDEN)] * 2}}

    def compute(self, inputs: Any, role: str = "") -> tuple[Any, dict[str, Any]]:
        """Read one step while skrl acts; and whole rollouts while it updates, from the first state of each."""
        observations = inputs["observations"].unflatten(0, (-1, self.rollout if self.training else 1))
        lanes, steps, _ = observations.shape
        ended = (
            inputs["terminated"].view(lanes, steps) if self.training else torch.zeros(lanes, steps, dtype=torch.bool)
        )
        state = [part.unflatten(1, (lanes, steps))[:, :, 0].contiguous() for part in inputs["rnn"]]
        cuts = [0, *(ended[:, :-1].any(0).nonzero()[:, 0] + 1).tolist(), steps]  # After a step that ends an episode.
        hidden = []
        for first, last in pairwise(cuts):
            read, state = self.lstm(observations[:, first:last], state)
            hidden.append(read)
            state = [part * ~ended[:, last - 1, None] for part in state]
        return self.head(torch.cat(hidden, 1).flatten(0, 1)), {"rnn": state}


class Actor(CategoricalMixin, Recurrent):
    def __init__(self, *sizes: int, **spaces: Any) -> None:
        Recurrent.__init__(self, *sizes, **spaces)
        CategoricalMixin.__init__(self)


class Critic(DeterministicMixin, Recurrent):
    def __init__(self, *sizes: int, **spaces: Any) -> None:
        Recurrent.__init__(self, *sizes, **spaces)
        DeterministicMixin.__init__(self)


class Greedy:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def initial_state(self, batch_size: int) -> list[Tensor]:
        return [torch.zeros(1, batch_size, HIDDEN)] * 2

    @torch.no_grad()
    def act(self, observations: Any, state: list[Tensor]) -> tuple[Any, list[Tensor]]:
        logits, outputs = self.actor.compute({"observations": torch.as_tensor(observations), "rnn": state})
        return logits.argmax(-1).numpy(), outputs["rnn"]
