"""Check a memory of your own, train it from examples and from rewards, and compare it with an LSTM and a GRU.

`Traces` is a core: a `torch.nn.Module` whose constructor takes the number of input features, and which has `outputs`,
`initial_state` and `forward`. Parameters of its constructor with a default are settings. Run it with:

    python examples/your_own_core.py

In the folder of this file, `seq-envs train supervised SeqEcho-v0 --core your_own_core:Traces` trains the same core.
"""

from __future__ import annotations

import time

import torch
from seq_agents.agents import make_learner
from seq_agents.testing import check_core
from torch import Tensor, nn

import seq_envs

PROBLEM = {"id_or_problem": "SeqEcho-v0", "n_values": 4, "lag": 2}
RULES = {"supervised": {"updates": 200, "hidden": 32}, "recurrent-ppo": {"steps": 40_000, "hidden": 32}}


class Traces(nn.Module):
    """Running sums of projected inputs; each forgets at a rate that it learns."""

    def __init__(self, inputs: int, hidden: int = 64) -> None:
        super().__init__()
        self.outputs = hidden
        self.project = nn.Linear(inputs, hidden)
        self.rates = nn.Parameter(torch.linspace(-2.0, 3.0, hidden))
        self.mix = nn.Linear(hidden, hidden)

    def initial_state(self, batch: int) -> tuple[Tensor]:
        return (self.rates.new_zeros(batch, self.outputs),)

    def forward(self, inputs: Tensor, state: tuple[Tensor]) -> tuple[Tensor, tuple[Tensor]]:
        keep = self.rates.sigmoid()
        (trace,) = state
        traces = []
        for now in self.project(inputs).unbind(1):
            trace = keep * trace + now
            traces.append(trace)
        return self.mix(torch.stack(traces, dim=1)).tanh(), (trace,)


def main() -> None:
    torch.set_num_threads(1)  # The networks are too small to gain from more threads.
    check_core(Traces(5), 5)
    print("Traces has the contract of a core.\n")
    print(f"{'core':22} {'weights':>8}  {'from examples':>14}  {'from rewards':>14}")
    best = 0.0
    for core in ("your_own_core:Traces", "lstm", "gru", "none"):
        cells, weights = [], 0
        for rule, settings in RULES.items():
            learner = make_learner(f"{rule}-{core}", seed=0, settings=settings, standard=True, **PROBLEM)
            start = time.perf_counter()
            learner.learn()
            seconds = time.perf_counter() - start
            result = seq_envs.evaluate(learner.policy(), learner.problem, episodes=1000)
            cells.append(f"{result.normalized_score:.3f} in {seconds:3.0f} s")
            weights = learner.weights().core
            best = max(best, result.normalized_score)
        print(f"{core:22} {weights:8,}  {cells[0]:>14}  {cells[1]:>14}")
    print("\n0 is the best policy without memory, 1 is the optimal one. One seed is no comparison; this runs several:")
    print("seq-envs bench --agents supervised-your_own_core:Traces lstm gru --ids SeqEcho-v0 --standard")
    print(f"The best one has a normalised score {best:.3f}.")


if __name__ == "__main__":
    main()
