"""Probes look at a trained agent: they find what they are for, and nothing in a sound agent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from home_made_ppo.network import Network, begun
from home_made_ppo.policy import Greedy, Reading
from seq_agents.ladder import PROBES, MakeEnvs, rungs
from seq_agents.ladder.probe import Trained
from seq_agents.ladder.probes import look
from seq_agents.ladder.significance import disjoint, interval_of_answers

torch.set_num_threads(1)
ROLLOUT = 24
RUNGS = {rung.name: rung for rung in rungs(ROLLOUT)}
BY_READING = [probe.name for probe in PROBES[:6]]


def untrained() -> Network:
    torch.manual_seed(0)
    network = Network(4, 3, 8)
    torch.nn.init.normal_(network.policy.weight)
    return network


def trained(policy: Any, name: str = "independence of lanes") -> Trained:
    rung = RUNGS[name]
    return Trained(rung, policy, MakeEnvs(rung.problem, rung.decisive, 0, rollout=ROLLOUT))


class Dropout(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        return super().log_probs(torch.nn.functional.dropout(torch.as_tensor(observations)), starts)


class Continuing(Reading):
    left = 0.0

    def log_probs(self, observations: Any, starts: Any) -> Any:
        found = super().log_probs(observations, starts) + self.left
        self.left = float(found[-1].abs().max())
        return found


class Future(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        return super().log_probs(observations - observations.mean(axis=0), starts)


class OtherLanes(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        lanes = np.roll(np.asarray(observations), 1, axis=1)
        return super().log_probs(observations, starts) + super().log_probs(lanes, starts)


class NoStarts(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        return super().log_probs(observations, np.zeros_like(starts))


class StartsLate(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        return super().log_probs(observations, np.roll(starts, 1, axis=0))


class ResetsEveryStep(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        return super().log_probs(observations, np.ones_like(starts))


class CutInTheMiddle(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        network, middle = self.network, len(starts) // 2
        seen, begins = torch.as_tensor(observations), torch.as_tensor(starts)
        before, state = self.read(seen[:middle], begins[:middle], network.start(seen.shape[1]))
        after, _ = self.read(seen[middle:], begins[middle:], (state[0].detach(), state[1].detach()))
        return network.heads(torch.cat([before, after]))[0]

    def read(self, observations: Any, starts: Any, state: Any) -> Any:
        hidden = []
        for observation, start in zip(observations, starts, strict=True):
            state = self.network.step(observation, begun(state, start))
            hidden.append(state[0])
        return torch.stack(hidden), state


class Window(Reading):
    """It sees the latest two observations, by its own right."""

    def act(self, observations: Any, state: Any) -> Any:
        seen = torch.as_tensor(observations)
        fresh = self.network.start(len(seen))
        before = fresh if isinstance(state[0], float) else self.network.step(state[0], fresh)
        return self.network.heads(self.network.step(seen, before)[0])[0].argmax(-1).numpy(), (seen,)

    def initial_state(self, batch: int) -> Any:
        return (0.0,)

    def log_probs(self, observations: Any, starts: Any) -> Any:
        seen, begins = torch.as_tensor(observations), torch.as_tensor(starts)
        fresh = self.network.start(seen.shape[1])
        rows = []
        for step, start in enumerate(begins):
            before = fresh if step == 0 else begun(self.network.step(seen[step - 1], fresh), start)
            rows.append(self.network.step(seen[step], before)[0])
        return self.network.heads(torch.stack(rows))[0]


class ArraysOnly(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        return super().log_probs(np.asarray(observations), starts)


class WrongShape(Reading):
    def log_probs(self, observations: Any, starts: Any) -> Any:
        return super().log_probs(observations, starts)[..., 0]


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (Dropout, "same log-probabilities twice"),
        (Continuing, "same log-probabilities twice"),
        (Future, "answers before later observations"),
        (OtherLanes, "lanes read apart"),
        (NoStarts, "fresh state at an episode's start"),
        (StartsLate, "fresh state at an episode's start"),
        (ResetsEveryStep, "acting as the update reads"),
        (partial(Reading, fault="gradient cut"), "reach of the gradient"),
        (CutInTheMiddle, "reach of the gradient"),
    ],
)
def test_a_fault_of_reading_is_found(policy: Callable[[Network], Reading], found: str) -> None:
    results = look(trained(policy(untrained())), {})
    assert [result.name for result in results] == [found]
    assert results[0].note.startswith("After 'independence of lanes': ")


def test_the_reach_of_a_gradient_is_said() -> None:
    (result,) = look(trained(CutInTheMiddle(untrained())), {})
    assert "Other observations in steps t-12 and earlier move" in result.note


def test_a_reading_of_the_wrong_shape_is_said() -> None:
    (result,) = look(trained(WrongShape(untrained())), {})
    assert "log_probs must return (24, 8, actions), got (24, 8)" in result.note


def test_a_sound_reading_passes_and_a_policy_without_it_is_not_probed() -> None:
    probed: dict[str, bool] = {}
    assert look(trained(Reading(untrained())), probed) == []
    assert probed == dict.fromkeys(BY_READING, True)
    assert look(trained(Window(untrained())), probed := {}) == []
    assert probed == dict.fromkeys(BY_READING, True)
    assert look(trained(ArraysOnly(untrained())), probed := {}) == []
    assert probed == dict.fromkeys(BY_READING[:5], True)
    assert look(trained(Greedy(untrained())), probed := {}) == []
    assert probed == {}


@pytest.mark.parametrize(("moved", "fails"), [(0.0, False), (1e-3, False), (0.1, True), (float("nan"), True)])
def test_log_probabilities_of_an_update(moved: float, fails: bool) -> None:
    agent = trained(Greedy(untrained()))
    acted = torch.randn(24, 8)
    agent.make_envs.compare_log_probs(acted.numpy(), (acted + moved).requires_grad_())
    results = look(agent, {})
    assert [result.name for result in results] == ["log-probabilities of the update"] * fails


def test_log_probabilities_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"updated must have the shape of acted, \(3,\), got \(2,\)"):
        trained(Greedy(untrained())).make_envs.compare_log_probs(np.zeros(3), np.zeros(2))


@pytest.mark.parametrize(
    ("at_starts", "elsewhere", "fails"),
    [
        ((40, 100), (990, 1000), True),
        ((97, 100), (990, 1000), False),
        ((3, 4), (990, 1000), False),  # So few answers say little.
        ((40, 100), (400, 1000), False),  # It has not learned the rung at all.
    ],
)
def test_answers_at_the_start_of_a_rollout(at_starts: Any, elsewhere: Any, fails: bool) -> None:
    agent = trained(Greedy(untrained()), "state at the start of a rollout")
    agent.make_envs.count.add(20_000, 0, 0)
    agent.make_envs.count.add(10, *elsewhere)
    agent.make_envs.count.add(10, *at_starts, True)
    agent.make_envs.count.add(2_200, 0, 0)  # The last tenth begins after the first record.
    results = look(agent, {})
    assert [result.name for result in results] == ["state carried into a rollout"] * fails


@pytest.mark.parametrize("autoreset_mode", ["SameStep", "Disabled"])
def test_rollouts_are_counted_from_the_reset_of_all_lanes(autoreset_mode: str) -> None:
    rung = RUNGS["lag 0"]  # Its episodes end every 4 steps.
    make_envs = MakeEnvs(rung.problem, rung.decisive, 0, rollout=8)
    envs = make_envs(10, autoreset_mode=autoreset_mode)
    envs.reset(seed=0)
    for _ in range(800):
        _, _, terminated, _, _ = envs.step(envs.action_space.sample())
        if autoreset_mode == "Disabled" and terminated.any():
            envs.reset(options={"reset_mask": terminated})
    (_, at_starts), (_, elsewhere) = make_envs.count.at_rollout_starts()
    assert (at_starts, elsewhere) == (100, 700)


def test_solved_by_the_latest_answers() -> None:
    rung = RUNGS["lag 0"]
    make_envs = MakeEnvs(rung.problem, rung.decisive, 0)
    make_envs.count.add(2000, 0, 2000)
    assert not make_envs.solved
    for _ in range(9):
        make_envs.count.add(100, 100, 100)
    assert not make_envs.solved
    for _ in range(2):
        make_envs.count.add(100, 97, 100)
    assert make_envs.solved


def test_intervals_of_answers() -> None:
    """Wilson's interval of 8 of 10 is 0.490 to 0.943."""
    assert interval_of_answers(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert not disjoint(interval_of_answers(8, 10), interval_of_answers(6, 10))
    assert disjoint(interval_of_answers(10, 1000), interval_of_answers(600, 1000))
