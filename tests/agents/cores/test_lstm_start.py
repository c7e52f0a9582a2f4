"""How an LSTM starts: as its settings say, or with the weights that torch drew."""

from __future__ import annotations

import pytest
import torch
from seq_agents.agents import make_learner
from seq_agents.cores.lstm_start import LstmStart
from seq_agents.learners.supervised import Supervised
from small_networks import PROBLEM
from torch import Tensor, nn

torch.set_num_threads(1)


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
def test_every_lstm_starts_as_its_settings_say(agent: str) -> None:
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


def test_by_default_the_forget_gate_starts_open() -> None:
    learner = make_learner("lstm", PROBLEM, 0, {"hidden": 8})
    bias = learner.network.core.lstm.bias_ih_l0  # type: ignore[attr-defined]
    assert [gate.mean().item() for gate in bias.chunk(4)] == [0.0, 1.0, 0.0, 0.0]


def test_an_untrained_delay_line_holds_recent_inputs() -> None:
    """A linear map reads the last inputs from the state of such an untrained LSTM, as its docstring says."""
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
