"""Networks are causal, give the same scores step by step as at once, and remember what they should."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from seq_agents.networks.network import Network
from seq_agents.networks.reader import Reader
from small_networks import ANY_PROBLEM, TWO_PARTS, UNITS, every_case, made, small, some_episodes
from torch import Tensor

import seq_envs

torch.set_num_threads(1)


def all_others(network: Network, observations: Tensor) -> Tensor:
    """Other observations at every step."""
    symbols = network.reader.symbols
    return (observations + 1) % torch.tensor(symbols) if symbols else observations + 0.5


@every_case
def test_step_by_step_equals_at_once(kind: str, id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    network = made(kind, problem)
    observations, _, _ = some_episodes(problem)
    with torch.no_grad():
        whole = network(observations)
        assert whole.shape == (4, problem.steps, *network.head.shape)
        state = network.initial_state(4)
        for step in range(problem.steps):
            scores, state = network.step(observations[:, step], state)
            assert torch.allclose(scores, whole[:, step], atol=1e-5), step


@every_case
def test_later_observations_change_no_earlier_scores(kind: str, id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    network = made(kind, problem)
    observations, _, _ = some_episodes(problem)
    others = all_others(network, observations)
    with torch.no_grad():
        whole = network(observations)
        for step in range(1, problem.steps):
            mixed = torch.cat([observations[:, :step], others[:, step:]], dim=1)
            scores = network(mixed)
            assert torch.allclose(scores[:, :step], whole[:, :step], atol=1e-6), step
            shown = step if kind not in TWO_PARTS else problem.steps - 1
            if kind not in TWO_PARTS or step < network.first:  # type: ignore[operator]
                assert not torch.allclose(scores[:, shown], whole[:, shown], atol=1e-4), step


@pytest.mark.parametrize("kind", ["lstm", "gru", "bilstm", "window-longer-than-episodes"])
def test_the_first_observation_still_matters_at_the_end(kind: str) -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=5)
    network = made(kind, problem)
    observations, _, _ = some_episodes(problem)
    others = torch.cat([observations[:, :1] + 0.5, observations[:, 1:]], dim=1)
    with torch.no_grad():
        assert not torch.allclose(network(others)[:, -1], network(observations)[:, -1], atol=1e-5)


@pytest.mark.parametrize(("kind", "memory"), [("window", 3), ("window-without-clock", 3), ("window-of-one", 1)])
def test_a_window_forgets(kind: str, memory: int) -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=6)
    network = made(kind, problem)
    observations, _, _ = some_episodes(problem)
    others = torch.cat([observations[:, :1] + 0.5, observations[:, 1:]], dim=1)
    with torch.no_grad():
        differs = (network(others) - network(observations)).abs().amax(dim=(0, 2)) > 1e-4
    assert differs.tolist() == [step < memory for step in range(6)]


@pytest.mark.parametrize("clock", [True, False])
def test_a_window_holds_the_last_observations_and_the_clock(clock: bool) -> None:
    """Against inputs written by hand: for each symbol, whether it was the previous one and is the current one."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=3, n_values=2, encoding="discrete", lag=0)
    network: Any = small("window", window=2, clock=clock)(problem)
    seen = []
    network.core.layers.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].clone()))
    network(torch.tensor([[1, 0, 1], [0, 0, 1]]))
    by_hand = [
        [[0, 0, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1]],
        [[0, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 1]],
    ]
    clocks = [[1, 0, 0], [0, 1, 0], [0, 0, 1]] if clock else [[], [], []]
    expected = [[frame + now for frame, now in zip(episode, clocks, strict=True)] for episode in by_hand]
    assert seen[0].tolist() == expected
    state, steps = network.initial_state(2), []
    for observation in ([1, 0], [0, 0], [1, 1]):
        _, state = network.step(torch.tensor(observation), state)
        steps.append(seen[-1][:, 0])
    assert torch.stack(steps, dim=1).tolist() == expected


def test_memory_names_the_recurrent_parts() -> None:
    problem = seq_envs.make_problem("SeqCopy-v0")
    counts = {kind: len(made(kind, problem).memory()) for kind in ANY_PROBLEM | TWO_PARTS}
    expected = {kind: 2 if kind in TWO_PARTS else 0 if "window" in kind else 1 for kind in counts}
    assert counts == expected


def test_the_bidirectional_lstm_reads_both_ways() -> None:
    """At each step it equals torch's bidirectional LSTM on the steps so far, at its two ends."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=4)
    network = made("bilstm", problem)
    observations, _, _ = some_episodes(problem)
    with torch.no_grad():
        whole = network(observations)
        for step in range(4):
            outputs, _ = network.lstm(network.reader(observations[:, : step + 1]))
            ends = torch.cat([outputs[:, -1, :UNITS], outputs[:, 0, UNITS:]], dim=1)
            assert torch.allclose(network.head(ends), whole[:, step], atol=1e-5)


def test_symbols_side_by_side_are_read_as_their_one_hot_vectors() -> None:
    read = []
    for encoding in ("one_hot", "discrete"):
        problem = seq_envs.make_problem("SeqCountRecall-v0", encoding=encoding)
        observations = torch.as_tensor(seq_envs.sample(problem, 5, seed=0).observations)
        read.append(Reader(problem)(observations))
    assert torch.equal(*read)
