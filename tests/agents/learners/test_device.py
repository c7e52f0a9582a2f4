"""Agents learn, answer and are restored on another device than the CPU, and nothing stays behind on the CPU."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pretended_device import DEVICE, pretended_device
from seq_agents.agents import make_learner
from seq_agents.cli import main as cli
from seq_agents.cores import CORES
from seq_agents.devices import device_of
from tiny_agents import kept, same, tiny
from tiny_commands import ECHO, TINY, refused

import seq_envs

assert pretended_device
torch.set_num_threads(1)
SCORED = seq_envs.make_problem("SeqEcho-v0", length=4, n_values=3, lag=0)
"""A problem with an answer at every time step."""
REAL = seq_envs.make_problem("SeqNext-v0", length=4)
UPDATES = {"updates": 2, "batch": 3}
STEPS = {"steps": 16, "lanes": 2, "episodes": 1, "minibatches": 1, "epochs": 1}


@pytest.mark.parametrize("problem", [SCORED, REAL], ids=["symbols", "real"])
@pytest.mark.parametrize(
    "agent", [*CORES, "reinforce-gru", "recurrent-ppo", "recurrent-ppo-gru", "recurrent-ppo-window"]
)
def test_nothing_stays_behind_on_the_cpu(agent: str, problem: seq_envs.Problem, pretended_device: torch.device) -> None:
    learner: Any = make_learner(agent, problem, 0, {"hidden": 4, **(STEPS if "ppo" in agent else UPDATES)})
    network, _ = learner.network_and_core()
    assert {weights.device for weights in network.parameters()} == {pretended_device}
    learner.learn()
    assert {weights.device for weights in network.parameters()} == {DEVICE}
    assert seq_envs.evaluate(learner.policy(), problem, 3).episodes == 3


def test_the_default_is_the_cpu_and_auto_takes_what_is_there() -> None:
    assert device_of("cpu").type == "cpu"
    assert device_of("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("agent", ["lstm", "reinforce", "recurrent-ppo", "ppo"])
def test_another_name_of_the_device_learns_the_same(agent: str) -> None:
    if torch.cuda.is_available():
        pytest.skip("auto is a GPU here, which rounds in another way")
    states = []
    for device in ("cpu", "auto"):
        learner = tiny(agent, device=device)
        learner.learn()
        states.append(kept(learner))
    assert same(*states)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("agent", ["lstm", "recurrent-ppo", "ppo"])
def test_a_device_that_is_not_there(agent: str) -> None:
    with pytest.raises(ValueError, match="device must be 'cpu' or 'auto' here, since torch finds no CUDA device, got"):
        tiny(agent, device="cuda")
    with pytest.raises(ValueError, match="device must be one of 'cpu', 'cuda', 'auto', got 'gpu'"):
        tiny(agent, device="gpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_run_is_continued_and_evaluated_on_another_device(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    train = ["train", "mlp", *ECHO, *TINY, "--out", str(tmp_path / "run")]
    assert "device must be 'cpu' or 'auto' here" in refused([*train, "--set", "device=cuda"], capsys)
    assert not (tmp_path / "run").exists()
    cli.main([*train, "--set", "device=auto"])
    cli.main([*train, "--resume", "--set", "device=cpu"])
    cli.main(["evaluate", str(tmp_path / "run"), "--device", "auto"])
    assert "device must be" in refused(["evaluate", str(tmp_path / "run"), "--device", "cuda"], capsys)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("agent", ["lstm", "reinforce", "recurrent-ppo", "recurrent-ppo-lru", "ppo"])
def test_on_a_gpu_it_learns_and_resumes(agent: str) -> None:
    learner = make_learner(agent, SCORED, 0, {"device": "cuda", **(STEPS if "ppo" in agent else UPDATES)})
    learner.learn()
    other = make_learner(agent, SCORED, 0, {"device": "cpu", **(STEPS if "ppo" in agent else UPDATES)})
    other.restore(learner.state())
    scores = [seq_envs.evaluate(each.policy(), SCORED, 50).accuracy for each in (learner, other)]
    assert scores[0] == pytest.approx(scores[1], abs=0.02)
