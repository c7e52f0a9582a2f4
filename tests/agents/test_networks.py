"""The networks: causal, the same step by step as at once, and asked only where an answer counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.agents import make_learner
from seq_agents.bidirectional import BidirectionalLstmNetwork
from seq_agents.encoder_decoder import EncoderDecoderNetwork, EncoderDecoderSettings
from seq_agents.lstm_start import LstmStart
from seq_agents.networks import GruNetwork, Head, LstmNetwork, Network, NetworkPolicy, Reader, WindowNetwork
from seq_agents.settings import LstmSettings
from seq_agents.supervised import Supervised
from spaces_of_settings import EVERY_BASE_CHOICE, Ragged, name
from torch import Tensor, nn

import seq_envs

torch.set_num_threads(1)

UNITS = 6
ANY_PROBLEM: dict[str, Callable[[seq_envs.Problem], Network]] = {
    "lstm": lambda problem: LstmNetwork(problem, UNITS, LstmSettings()),
    "gru": lambda problem: GruNetwork(problem, UNITS),
    "bilstm": lambda problem: BidirectionalLstmNetwork(problem, UNITS, LstmSettings()),
    "window": lambda problem: WindowNetwork(problem, UNITS, 3, clock=True),
    "window-without-clock": lambda problem: WindowNetwork(problem, UNITS, 3, clock=False),
    "window-of-one": lambda problem: WindowNetwork(problem, UNITS, 1, clock=True),
    "window-longer-than-episodes": lambda problem: WindowNetwork(problem, UNITS, 99, clock=False),
}


def encoder_decoder(**chosen: bool) -> Callable[[seq_envs.Problem], Network]:
    return lambda problem: EncoderDecoderNetwork(problem, UNITS, EncoderDecoderSettings(**chosen))


TWO_PARTS = {
    "encoder-decoder": encoder_decoder(),
    "encoder-decoder-forcing": encoder_decoder(teacher_forcing=True),
    "encoder-decoder-attention": encoder_decoder(attention=True),
    "encoder-decoder-both": encoder_decoder(teacher_forcing=True, attention=True),
}
COPY = [
    ("SeqCopy-v0", {"length": 3, "delay": delay, "encoding": e})
    for delay in (0, 2)
    for e in ("one_hot", "discrete", "normalized")
]
CASES = [
    *[(kind, id, choice) for kind in ANY_PROBLEM for id, choice in EVERY_BASE_CHOICE],
    *[(kind, id, choice) for kind in TWO_PARTS for id, choice in COPY],
]
every_case = pytest.mark.parametrize(("kind", "id", "choice"), CASES, ids=name)


def made(kind: str, problem: seq_envs.Problem) -> Network:
    torch.manual_seed(0)
    network = (ANY_PROBLEM | TWO_PARTS)[kind](problem)
    for weights in network.parameters():  # So that every input tells.
        nn.init.normal_(weights)
    return network


def some_episodes(problem: seq_envs.Problem, count: int = 4, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    data = seq_envs.sample(problem, count, seed)
    return torch.as_tensor(data.observations), torch.as_tensor(data.targets), torch.as_tensor(data.scored)


def all_others(network: Network, observations: Tensor) -> Tensor:
    """Observations none of which is as it was."""
    symbols = network.reader.symbols
    return (observations + 1) % symbols if symbols else observations + 0.5


# Causality and carried state.


@every_case
def test_step_by_step_equals_at_once(kind: str, id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    network = made(kind, problem)
    observations, _, _ = some_episodes(problem)
    with torch.no_grad():
        whole = network(observations)
        assert whole.shape == (4, problem.steps, *network.head.shape)
        state = None
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
def test_what_was_seen_first_still_tells_at_the_end(kind: str) -> None:
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
def test_a_window_is_what_was_seen_last_and_the_clock(clock: bool) -> None:
    """Against inputs written by hand: for each symbol, whether it was seen a step ago, and now."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=3, n_values=2, encoding="discrete", lag=0)
    network = WindowNetwork(problem, UNITS, 2, clock=clock)
    seen = []
    network.layers.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].clone()))
    network(torch.tensor([[1, 0, 1], [0, 0, 1]]))
    by_hand = [
        [[0, 0, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1]],
        [[0, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 1]],
    ]
    clocks = [[1, 0, 0], [0, 1, 0], [0, 0, 1]] if clock else [[], [], []]
    expected = [[frame + now for frame, now in zip(episode, clocks, strict=True)] for episode in by_hand]
    assert seen[0].tolist() == expected
    state, steps = None, []
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
    """At each step it gives what torch's own bidirectional LSTM says of the episode's beginning, at its two ends."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=4)
    network = made("bilstm", problem)
    observations, _, _ = some_episodes(problem)
    with torch.no_grad():
        whole = network(observations)
        for step in range(4):
            outputs, _ = network.lstm(network.reader(observations[:, : step + 1]))
            ends = torch.cat([outputs[:, -1, :UNITS], outputs[:, 0, UNITS:]], dim=1)
            assert torch.allclose(network.head(ends), whole[:, step], atol=1e-5)


# Reading and answering.


@pytest.mark.parametrize(
    ("id", "choice", "expected"),
    [
        ("SeqEcho-v0", {"encoding": "discrete"}, [[[0, 0, 1], [1, 0, 0]]]),
        ("SeqEcho-v0", {"encoding": "one_hot"}, [[[0, 0, 1], [1, 0, 0]]]),
        ("SeqEcho-v0", {"encoding": "normalized"}, [[[1], [0]]]),
    ],
)
def test_reader(id: str, choice: dict[str, Any], expected: list[Any]) -> None:
    problem = seq_envs.make_problem(id, length=2, n_values=3, **choice)
    reader = Reader(problem)
    read = reader(torch.as_tensor(problem.code.encode(np.array([[2, 0]]))))
    assert read.dtype == torch.float32
    assert read.tolist() == expected
    assert reader.size == len(expected[0][0])


@pytest.mark.parametrize(
    ("id", "choice", "shape"),
    [
        ("SeqEcho-v0", {"n_values": 7}, [7]),
        ("SeqCopy-v0", {"framing": "many_to_one", "length": 3, "n_values": 7}, [3, 7]),
        ("SeqNext-v0", {}, [1]),
    ],
)
def test_head(id: str, choice: dict[str, Any], shape: list[int]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    head = Head(problem, 4)
    scores = head(torch.randn(5, 2, 4))
    assert list(scores.shape) == [5, 2, *shape]
    answers = head.answers(torch.randn(5, *shape) * 9)
    assert problem.answers.many(answers, 5).shape == (5, *problem.action_space.shape)


def test_answers_and_losses_by_hand() -> None:
    head = Head(seq_envs.make_problem("SeqEcho-v0", n_values=3), 4)
    scores = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    assert head.answers(scores).tolist() == [0, 2]
    losses = [math.log(math.e + 2) - 0, math.log(2 + math.e**2) - 2]
    assert head.loss(scores, torch.tensor([1, 2])).item() == pytest.approx(np.mean(losses))

    real = Head(seq_envs.make_problem("SeqNext-v0"), 4)
    assert real.answers(torch.tensor([[-0.5], [0.25], [7.0]])).tolist() == [[0.0], [0.25], [1.0]]
    assert real.loss(torch.tensor([[0.5], [1.0]]), torch.tensor([[0.0], [0.0]])).item() == pytest.approx(0.625)

    several = Head(seq_envs.make_problem("SeqCopy-v0", framing="many_to_one", length=2, n_values=2), 4)
    places = torch.tensor([[[3.0, 0.0], [0.0, 1.0]]])
    assert several.answers(places).tolist() == [[0, 1]]
    losses = [math.log(1 + math.e**3), math.log(1 + math.e) - 1]
    assert several.loss(places, torch.tensor([[1, 1]])).item() == pytest.approx(np.mean(losses))


@every_case
def test_the_loss_is_that_of_scored_steps_alone(kind: str, id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    network = made(kind, problem)
    observations, targets, scored = some_episodes(problem)
    loss, scores = network.loss(observations, targets, scored)
    if "forcing" not in kind and "both" not in kind:
        assert torch.allclose(scores, network(observations)[scored], atol=1e-5)
    assert torch.allclose(loss, network.head.loss(scores, targets[scored]))
    others = 1 - targets if targets.is_floating_point() else (targets + 1) % network.head.shape[-1]
    asked = scored.reshape(*scored.shape, *[1] * (targets.ndim - 2))
    if "forcing" not in kind and "both" not in kind:
        again, _ = network.loss(observations, torch.where(asked, targets, others), scored)
        assert torch.equal(loss, again)
    wrong, _ = network.loss(observations, torch.where(asked, others, targets), scored)
    assert not torch.allclose(wrong, loss)


@pytest.mark.parametrize("kind", ANY_PROBLEM)
def test_the_end_of_a_short_episode_is_not_learned_from(kind: str) -> None:
    problem = Ragged()
    network = made(kind, problem)
    observations, targets, scored = some_episodes(problem, 10)
    lengths = torch.as_tensor(seq_envs.sample(problem, 10).lengths)
    after = torch.arange(7) >= lengths[:, None]
    assert after.any()
    other = torch.where(after, (observations + 1) % 4, observations)
    assert torch.equal(network.loss(observations, targets, scored)[0], network.loss(other, targets, scored)[0])


def test_a_policy_gives_the_best_answers_and_no_gradients() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=4)
    network = made("lstm", problem)
    observations, _, _ = some_episodes(problem)
    policy = NetworkPolicy(network)
    state, answers = policy.initial_state(4), []
    for step in range(4):
        one, state = policy.act(observations[:, step].numpy(), state)
        answers.append(one)
    assert np.array_equal(np.stack(answers, axis=1), network(observations).argmax(-1).numpy())
    assert not state[0].requires_grad


# The encoder-decoder.

PROBLEM = seq_envs.make_problem("SeqCopy-v0", length=3, n_values=4)
FIRST = PROBLEM.steps - 3


@pytest.mark.parametrize("kind", ["encoder-decoder-forcing", "encoder-decoder-both"])
def test_right_answers_are_read_only_while_training(kind: str) -> None:
    network = made(kind, PROBLEM)
    observations, targets, scored = some_episodes(PROBLEM)
    _, scores = network.loss(observations, targets, scored)
    first = scores.reshape(4, 3, 4)
    for place in range(3):
        other = targets.clone()
        other[:, FIRST + place] = (targets[:, FIRST + place] + 1) % 4
        _, scores = network.loss(observations, other, scored)
        changed = (scores.reshape(4, 3, 4) - first).abs().amax(dim=(0, 2)) > 1e-5
        assert changed.tolist() == [later > place for later in range(3)], "an answer is read by the steps after it"
    assert scores.requires_grad


@pytest.mark.parametrize("kind", ["encoder-decoder-forcing", "encoder-decoder-both"])
def test_it_reads_its_own_answers_when_it_plays(kind: str) -> None:
    network = made(kind, PROBLEM)
    observations, targets, scored = some_episodes(PROBLEM)
    played = network(observations)
    own = targets.clone()
    own[:, FIRST:] = played[:, FIRST:].argmax(-1)
    _, scores = network.loss(observations, own, scored)
    assert torch.allclose(scores, played[scored], atol=1e-5), "shown its own answers, it says the same"
    _, scores = network.loss(observations, targets, scored)
    assert not torch.allclose(scores, played[scored], atol=1e-3)


@pytest.mark.parametrize("kind", ["encoder-decoder", "encoder-decoder-attention"])
def test_without_forcing_right_answers_are_never_read(kind: str) -> None:
    network = made(kind, PROBLEM)
    observations, targets, scored = some_episodes(PROBLEM)
    _, scores = network.loss(observations, targets, scored)
    _, again = network.loss(observations, (targets + 1) % 4, scored)
    assert torch.equal(scores, again)
    assert torch.allclose(scores, network(observations)[scored])


def test_the_decoder_begins_where_the_encoder_ends() -> None:
    network = made("encoder-decoder", PROBLEM)
    assert isinstance(network, EncoderDecoderNetwork)
    observations, _, _ = some_episodes(PROBLEM)
    with torch.no_grad():
        said, state = network.encoder(network.reader(observations[:, :FIRST]))
        expected = []
        for _ in range(3):
            output, state = network.decoder(said[:, -1:], state)
            expected.append(network.head(output[:, 0]))
        assert torch.allclose(network(observations)[:, FIRST:], torch.stack(expected, dim=1), atol=1e-6)
        assert not network(observations)[:, :FIRST].any()


def test_attention_weighs_what_the_encoder_said() -> None:
    network = made("encoder-decoder-attention", PROBLEM)
    assert isinstance(network, EncoderDecoderNetwork)
    observations, _, _ = some_episodes(PROBLEM)
    with torch.no_grad():
        said, state = network.encoder(network.reader(observations[:, :FIRST]))
        output, _ = network.decoder(said[:, -1:], state)
        for lane in range(4):
            products = [math.exp(float(output[lane, 0] @ said[lane, step])) for step in range(FIRST)]
            looked = sum(product * said[lane, step] for step, product in enumerate(products)) / sum(products)
            expected = network.head(torch.cat([output[lane, 0], looked]))
            assert torch.allclose(network(observations)[lane, FIRST], expected, atol=1e-5)


# How an LSTM begins.


def gates(weights: Tensor) -> dict[str, Tensor]:
    return dict(zip(("input", "forget", "cell", "output"), weights.detach().chunk(4), strict=True))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_biases_at_the_start(layers: int, bidirectional: bool) -> None:
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 8, layers, bidirectional=bidirectional)
    before = {key: value.clone() for key, value in lstm.state_dict().items()}
    LstmStart(input=-2, forget=5, output=3).apply(lstm)
    for key, weights in lstm.named_parameters():
        if key.startswith("bias_ih"):
            got = {gate: set(bias.tolist()) for gate, bias in gates(weights).items()}
            assert got == {"input": {-2.0}, "forget": {5.0}, "cell": {0.0}, "output": {3.0}}
        elif key.startswith("bias_hh"):
            assert not weights.any()
        else:
            assert torch.equal(weights, before[key]), "weights stay as torch made them"


@pytest.mark.parametrize("bidirectional", [False, True])
def test_orthogonal_start(bidirectional: bool) -> None:
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 8, bidirectional=bidirectional)
    before = {key: gates(value.clone()) for key, value in lstm.state_dict().items()}
    LstmStart(orthogonal=True).apply(lstm)
    for key, weights in lstm.named_parameters():
        after = gates(weights)
        if key.startswith("bias"):
            assert not weights.any()
            continue
        for gate in ("input", "forget", "output"):
            assert torch.allclose(after[gate], 0.1 * before[key][gate])
        if key.startswith("weight_hh"):
            assert torch.allclose(after["cell"] @ after["cell"].T, torch.eye(8), atol=1e-5)
        else:
            assert torch.equal(after["cell"], before[key]["cell"])


def test_a_start_of_zeros_leaves_an_lstm_as_torch_made_it() -> None:
    lstm = nn.LSTM(3, 8)
    before = {key: value.clone() for key, value in lstm.state_dict().items()}
    LstmStart().apply(lstm)
    assert all(torch.equal(value, before[key]) for key, value in lstm.state_dict().items())


START = {"input_bias": -2.0, "forget_bias": 5.0, "output_bias": 3.0, "orthogonal": True}


@pytest.mark.parametrize(
    "agent", ["lstm", "bilstm", "encoder-decoder", "reinforce", "recurrent-ppo", "recurrent-ppo-stock"]
)
def test_every_lstm_begins_as_its_settings_say(agent: str) -> None:
    learner = make_learner(agent, PROBLEM, 0, {**START, "hidden": 8})
    network = learner.network if isinstance(learner, Supervised) else learner.model.policy  # type: ignore[attr-defined]
    found = [part for part in network.modules() if isinstance(part, nn.LSTM)]
    assert len(found) == (2 if agent == "encoder-decoder" else 1)
    for lstm in found:
        for key, weights in lstm.named_parameters():
            if key.startswith("bias_ih"):
                assert [gate.mean().item() for gate in weights.chunk(4)] == [-2.0, 5.0, 0.0, 3.0]
            elif key.startswith("weight_hh"):
                cell = gates(weights)["cell"]
                assert torch.allclose(cell @ cell.T, torch.eye(8), atol=1e-5)


def test_by_default_the_forget_gate_begins_open() -> None:
    learner = make_learner("lstm", PROBLEM, 0, {"hidden": 8})
    bias = learner.network.lstm.bias_ih_l0  # type: ignore[attr-defined]
    assert [gate.mean().item() for gate in bias.chunk(4)] == [0.0, 1.0, 0.0, 0.0]


def test_a_delay_line_is_there_from_the_start() -> None:
    """What the docstring claims: a linear map reads the last inputs from the state of such an LSTM, untrained."""
    torch.manual_seed(0)
    lstm = nn.LSTM(4, 64, batch_first=True)
    LstmStart(input=4, forget=-4, output=4, orthogonal=True).apply(lstm)
    symbols = torch.randint(4, (1500, 12))
    with torch.no_grad():
        states, _ = lstm(nn.functional.one_hot(symbols, 4).float())
    inputs = torch.cat([states[:, -1], torch.ones(1500, 1)], dim=1).double()
    right = {}
    for lag in (0, 5, 10):
        wanted = nn.functional.one_hot(symbols[:, -1 - lag], 4).double()
        read = torch.linalg.lstsq(inputs[:1000], wanted[:1000]).solution
        right[lag] = ((inputs[1000:] @ read).argmax(-1) == symbols[1000:, -1 - lag]).double().mean().item()
    assert min(right.values()) > 0.95
