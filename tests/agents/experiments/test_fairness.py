"""Grids with one budget, one size of core and standard settings for all agents."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from seq_agents.agents import make_learner, settings_of
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.fairness import Budget, with_core_weights, within_budget
from seq_agents.experiments.grid import GridError
from seq_agents.experiments.grid_file import read_grid

import seq_envs

ECHO = seq_envs.make_problem("SeqEcho-v0")
"""Its episodes have 10 time steps."""


def entries(tmp_path: Path, text: str) -> list[Entry]:
    path = tmp_path / "grid.yaml"
    path.write_text(text, encoding="utf-8")
    return read_grid(path).all_entries()


@pytest.mark.parametrize("agent", ["lstm", "reinforce-gru", "recurrent-ppo", "recurrent-ppo-gru", "ppo", "mlp"])
@pytest.mark.parametrize("budget", [Budget(steps=30_000), Budget(episodes=3_000)], ids=["steps", "episodes"])
def test_a_budget_becomes_whole_updates(agent: str, budget: Budget) -> None:
    settings = within_budget(agent, ECHO, settings_of(agent, "").as_dict(), budget)
    assert settings["episodes"] == settings_of(agent, "").as_dict()["episodes"]
    moments = []
    learner = make_learner(agent, ECHO, 0, {**settings, "hidden": 2})
    learner.learn(moments.append)
    per_update = moments[0].steps
    assert moments[-1].steps == 30_000 // per_update * per_update


def test_a_budget_smaller_than_an_update_is_one_update() -> None:
    assert within_budget("lstm", ECHO, {"batch": 64}, Budget(steps=1))["updates"] == 1


@pytest.mark.parametrize("agent", ["lstm", "recurrent-ppo-gru", "window-mlp", "ppo-stack"])
@pytest.mark.parametrize("weights", [700, 20_000])
def test_the_width_gives_the_core_the_size(agent: str, weights: int) -> None:
    settings = with_core_weights(agent, ECHO, {"hidden": 9}, weights)
    sizes = {}
    for hidden in (settings["hidden"] - 1, settings["hidden"], settings["hidden"] + 1):
        if hidden > 0:
            counted = make_learner(agent, ECHO, 0, {"hidden": hidden}).weights()
            assert counted is not None
            sizes[hidden] = abs(counted.core - weights)
    assert min(sizes, key=lambda hidden: sizes[hidden]) == settings["hidden"]


def test_the_weights_of_an_lstm_are_counted() -> None:
    counted = make_learner("lstm", ECHO, 0, {"hidden": 7}).weights()
    inputs, answers = 10, 10
    core = 4 * (7 * inputs + 7 * 7 + 2 * 7)
    assert counted == (core, core + 7 * answers + answers, core + 7 * answers + answers)


def test_a_grid_with_standard_settings_a_budget_and_a_size(tmp_path: Path) -> None:
    made = entries(
        tmp_path,
        "agents: [recurrent-ppo, gru, memoryless]\nids: [SeqEcho-v0]\nstandard: true\nseeds: 1\nepisodes: 20\n"
        "budget: {steps: 5000}\nparameters: 2000\n",
    )
    by_name = {entry.name: entry for entry in made}
    assert all(entry.standard for entry in made)
    tuned = settings_of("recurrent-ppo", "SeqEcho-v0").as_dict()
    standard = settings_of("recurrent-ppo", "SeqEcho-v0", standard=True).as_dict()
    assert by_name["recurrent-ppo"].settings["learning_rate"] == standard["learning_rate"] != tuned["learning_rate"]
    result = run_cell(Cell(by_name["gru"], 0))
    assert result["entry"]["standard"] is True
    assert math.isclose(result["weights"]["core"], 2000, rel_tol=0.1)
    assert result["steps"] == 5000 // 640 * 640


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("budget: {steps: 0}", "budget must have steps or episodes, an integer >= 1"),
        ("budget: {steps: 5, episodes: 3}", "budget must have steps or episodes"),
        ("budget: {}", "budget must have steps or episodes"),
        ("budget: 5", "budget must be a mapping of steps, episodes, stop_when_solved, got 5"),
        ("budget: {steps: 5, stop_when_solved: 1}", "budget: stop_when_solved must be true or false, got 1"),
        ("budget: {step: 5}", "there is no 'step' .did you mean 'steps'"),
        ("parameters: 3", "parameters must be a size that the core of 'lstm' can have: the nearest is .* got 3"),
        ("parameters: 999999999999", "parameters must be an integer >= 1 and <= 1000000000"),
        ("parameters: {hidden: 3}", "parameters must be an integer"),
        ("standard: 1", "standard must be true or false, got 1"),
    ],
)
def test_wrong_values(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(GridError, match=message):
        entries(tmp_path, f"agents: [lstm]\nids: [SeqEcho-v0]\n{more}\n")


@pytest.mark.parametrize("more", ["budget: {steps: 5}", "parameters: 5"])
def test_agents_of_other_modules_have_no_budget_and_no_size(tmp_path: Path, more: str) -> None:
    with pytest.raises(GridError, match=f"{more.partition(':')[0]} must be left out for"):
        entries(tmp_path, f"agents: ['own_agents:make']\nids: [SeqEcho-v0]\n{more}\n")
