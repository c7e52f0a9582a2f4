"""Inspections of agents that observe their own past: what is recorded, what is replaced, and what is said of it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from options_oracle import OptionsOracle
from pages import parsed
from sb3_contrib import RecurrentPPO
from seq_agents.agents import make_learner
from seq_agents.inspection import Credit, Inspection, inspect
from seq_agents.inspection.credit import credit
from seq_agents.inspection.findings import sentences
from seq_agents.inspection.observed import observed
from seq_agents.inspection.page import page
from seq_agents.networks.view import NetworkView, Reading
from seq_agents.sb3 import Sb3Policy, make_vec_env
from spaces_of_settings import Ragged
from tiny_agents import settings, taken_by
from torch import Tensor

import seq_envs
from seq_envs.dataset import encoded, raw_episodes
from seq_envs.env_options import NO_OPTIONS, EnvOptions

torch.set_num_threads(1)
BOTH = EnvOptions(feedback=("action", "reward"))
AT_END = EnvOptions(pay="at_end", feedback=("action", "reward"))
ECHO = seq_envs.make_problem("SeqEcho-v0", length=5, n_values=3, encoding="discrete")


class Shifts:
    """Discrete answers that depend on all that was observed, and on the time step, which is the state."""

    def __init__(self, problem: Any) -> None:
        self.answers = problem.action_space.n

    def initial_state(self, batch_size: int) -> int:
        return 0

    def act(self, observations: Any, state: int) -> tuple[Any, int]:
        seen = sum(np.reshape(part, (len(part), -1)) @ np.arange(1, part[0].size + 1) for part in observations.values())
        return (seen.astype(np.int64) + state) % self.answers, state + 1


KINDS = [
    (seq_envs.make_problem("SeqEcho-v0", length=4, n_values=3), Shifts),
    (ECHO, Shifts),
    (Ragged(), Shifts),
    (seq_envs.make_problem("SeqNext-v0", length=4), seq_envs.policies.memoryless),
    (seq_envs.make_problem("SeqCopy-v0", length=3, framing="many_to_one"), seq_envs.policies.memoryless),
]


@pytest.mark.parametrize("options", [BOTH, AT_END, EnvOptions(feedback=("reward",))], ids=str)
@pytest.mark.parametrize(("problem", "make"), KINDS, ids=lambda value: getattr(value, "title", ""))
def test_what_is_recorded_is_what_an_env_gives(problem: Any, make: Any, options: EnvOptions) -> None:
    """Episode by episode, with an env and options that are written down a second time."""
    policy, episodes = make(problem), raw_episodes(problem, 4, 3)
    found: Any = observed(problem, policy, options, episodes)
    assert set(found) == {"observation", *options.feedback}
    env = OptionsOracle(problem, pay=options.pay, feedback=tuple(options.feedback))
    for episode, length in enumerate(episodes.lengths):
        observation, _ = env.reset(seed=3 if episode == 0 else None)
        state = policy.initial_state(1)
        for step in range(problem.steps):
            for name, part in found.items():
                expected = observation[name] if step < length else blank(env, name)
                assert np.array_equal(part[episode, step], expected), (episode, step, name)
            if step < length:
                given, state = policy.act({name: np.asarray(part)[None] for name, part in observation.items()}, state)
                observation, *_ = env.step(given[0])


def blank(env: OptionsOracle, name: str) -> Any:
    return env.with_feedback(env.unwrapped.problem.code.blank, None, 0.0)[name]


def test_without_feedback_nothing_is_played() -> None:
    episodes = raw_episodes(ECHO, 2, 0)
    policy: Any = None
    for options in (NO_OPTIONS, EnvOptions(pay="at_end")):
        assert np.array_equal(observed(ECHO, policy, options, episodes), encoded(ECHO, episodes))


class Echoes:
    """Answers with the observation before."""

    def initial_state(self, batch_size: int) -> Any:
        return np.zeros(batch_size, np.int64)

    def act(self, observations: Any, state: Any) -> Any:
        return state, observations["observation"]


class Parts(NetworkView):
    """Its logits are twice the observation of the step before and thrice the previous action; it has a value of 5 times
    the reward."""

    real = False

    def features(self, observations: Any) -> Tensor:
        parts = {name: torch.as_tensor(part) for name, part in observations.items()}
        action = torch.eye(4)[parts["action"].long()]
        return torch.cat([torch.eye(3)[parts["observation"].long()], action, parts["reward"]], dim=2)

    def read(self, features: Tensor) -> Reading:
        before = torch.cat([torch.zeros_like(features[:, :1]), features[:, :-1]], dim=1)[..., :3]
        return Reading((2 * before + 3 * features[..., 3:6])[:, :, None], 5 * features[..., 7])

    def choices(self, scores: Tensor) -> Tensor:
        return scores.argmax(-1)

    def answers(self, scores: Tensor) -> Any:
        return np.asarray(self.choices(scores)[..., 0])


@pytest.fixture(scope="module")
def of_parts() -> dict[tuple[str, str], Credit]:
    found = credit(ECHO, Parts(), raw_episodes(ECHO, 1, 0), 0, partial(observed, ECHO, Echoes(), BOTH))
    return {(each.of, each.part): each for each in found}


def test_each_part_is_replaced_alone(of_parts: dict[tuple[str, str], Credit]) -> None:
    """The previous action is the observation of two steps ago, and keeps its value where that one is replaced."""
    of_observation, of_action = of_parts["answer", "observation"], of_parts["answer", "action"]
    assert of_observation.by_distance()[1] > 0.1
    assert np.delete(of_observation.by_distance(), 1) == pytest.approx([0] * 4, abs=1e-7)
    assert of_action.by_distance()[0] > 0.1
    assert of_action.by_distance()[1:3] == pytest.approx([0, 0], abs=1e-7)
    assert np.isnan(of_action.amounts[:, :, :2]).all(), "no action comes before step 0, and always 0 before step 1"
    assert of_observation.on_sources is not None
    assert of_observation.on_sources[0] == pytest.approx(1.0)
    assert of_action.sources is None
    assert of_action.outlined().shape == (0, 2)
    assert of_observation.by == "occlusion of the observation"
    assert repr(of_action) == "<Credit of the answer by occlusion of the previous action>"
    assert of_parts["answer", ""].method == "gradient"


def test_a_reward_that_is_the_same_in_all_episodes_is_not_replaced(of_parts: dict[tuple[str, str], Credit]) -> None:
    """`Echoes` is always right."""
    assert ("value", "reward") not in of_parts
    wrong = credit(ECHO, Parts(), raw_episodes(ECHO, 1, 0), 0, partial(observed, ECHO, Shifts(ECHO), BOTH))
    [of_reward] = [each for each in wrong if (each.of, each.part) == ("value", "reward")]
    assert of_reward.by_distance()[0] == pytest.approx(5.0)
    assert np.nansum(np.abs(of_reward.by_distance()[1:])) == 0
    assert [(each.of, each.method, each.part) for each in wrong] == [
        (of, method, part)
        for of in ("answer", "value")
        for method, part in (
            ("occlusion", "observation"), ("occlusion", "action"), ("occlusion", "reward"), ("gradient", ""),
        )
    ]  # fmt: skip


def test_the_network_before_training_reads_what_the_agent_observed() -> None:
    """It does not play: another object with the same network, which has no answers, is as good as the agent itself."""

    class OnlyANetwork:
        def network_view(self) -> Any:
            return learner.network_view()

    learner = make_learner("recurrent-ppo-stock", taken_by("lstm"), 0, small(), feedback=("action",))
    untrained: Any = OnlyANetwork()
    found = inspect(learner, untrained=untrained).probe
    assert found is not None
    assert found.untrained is not None
    assert found.untrained.tolist() == found.trained.tolist()


def small() -> dict[str, Any]:
    return settings("recurrent-ppo-stock", taken_by("lstm"))


@pytest.fixture(scope="module", params=[BOTH, AT_END], ids=str)
def whole(request: pytest.FixtureRequest) -> Inspection:
    learner = make_learner("recurrent-ppo-stock", taken_by("lstm"), 0, small(), **request.param.chosen())
    learner.learn()
    return inspect(learner)


def test_an_agent_that_observes_its_past(whole: Inspection, tmp_path: Any) -> None:
    parts = [each.part for each in whole.credits if (each.of, each.method) == ("answer", "occlusion")]
    late = whole.options == AT_END
    assert parts == (["observation", "action"] if late else ["observation", "action", "reward"])
    assert len(whole.panels) == 5
    assert whole.probe is not None
    assert whole.probe.untrained is not None
    text = " ".join(sentences(whole))
    assert "The agent observes its previous action and reward, and played the episodes itself." in text
    assert "Of the change of the answers when parts are replaced, " in text
    assert ("The episodes do not differ in the previous rewards, so there is nothing to replace." in text) == late
    root = parsed(page(whole))
    assert len(root.all("image")) == len(whole.credits)
    assert "Credit of the answers by occlusion of the previous action" in page(whole)
    assert sentences(whole)[1] in page(whole)
    whole.save_figure(tmp_path / "figure.svg")
    assert "values, occlusion of the previous action" in (tmp_path / "figure.svg").read_text(encoding="utf-8")


def test_a_figure_of_an_odd_number_of_maps(whole: Inspection, tmp_path: Any) -> None:
    of_answers = [each for each in whole.credits if each.of == "answer"][:3]
    found = Inspection(whole.name, whole.played, whole.panels, whole.probe, of_answers, (), whole.options)
    found.save_figure(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").exists()


def test_a_model_of_a_library_is_inspected_with_its_options() -> None:
    envs = make_vec_env("SeqEcho-v0", 4, 0, feedback=("action",), length=4, n_values=3)
    model = RecurrentPPO("MultiInputLstmPolicy", envs, n_steps=8, batch_size=16, seed=0)
    problem = taken_by("lstm")
    found = inspect(Sb3Policy(model), problem, options=EnvOptions(feedback=("action",)))
    assert found.credit_of("answer", "occlusion", "action") is not None
    for options in (None, BOTH):
        with pytest.raises(ValueError, match=r"feedback must be \('action',\), which the model learned with, got \("):
            inspect(Sb3Policy(model), problem, options=options)
    with pytest.raises(ValueError, match=r"feedback must be \('action',\), .* got \(\)"):
        seq_envs.evaluate(Sb3Policy(model), problem, 4)


def test_a_network_that_diverged() -> None:
    learner: Any = make_learner("recurrent-ppo-stock", taken_by("lstm"), 0, small(), feedback=("reward",))
    with torch.no_grad():
        for weights in learner.model.policy.parameters():
            weights.fill_(float("nan"))
    with pytest.raises(ValueError, match="a network with finite numbers, got scores with NaN or infinity"):
        inspect(learner)
