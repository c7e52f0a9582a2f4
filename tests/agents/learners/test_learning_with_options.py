"""Agents in environments with options: which learn with them, which refuse them and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sb3_contrib import RecurrentPPO
from seq_agents.agents import make_learner, settings_of
from seq_agents.experiments.config import Config
from seq_agents.experiments.run_folder import Run
from seq_agents.experiments.training import train
from seq_agents.learners.learner import Learner, Moment
from seq_agents.learners.reference import OptimalAnswers
from seq_agents.sb3 import CorePolicy, FastRecurrentPPO, Sb3Policy, make_vec_env
from seq_agents.watch import play
from spaces_of_settings import Ragged

import seq_envs
from seq_envs.env_options import EnvOptions

SMALL: dict[str, dict[str, Any]] = {
    "recurrent-ppo": {"steps": 400, "lanes": 8},
    "recurrent-ppo-stock": {"steps": 400, "lanes": 4},
    "recurrent-ppo-stock-gru": {"steps": 400, "lanes": 4},
    "ppo": {"steps": 400, "lanes": 8},
    "ppo-stack": {"steps": 400, "lanes": 8},
    "reinforce": {"updates": 3, "batch": 8},
    "optimal": {},
    "memoryless": {},
    "random": {},
}
TAKES = [
    *((agent, {"pay": "at_end"}) for agent in SMALL),
    *((agent, {"feedback": ("action", "reward")}) for agent in SMALL if "stock" in agent or not SMALL[agent]),
    *((agent, {"max_episode_steps": 4}) for agent in ("recurrent-ppo-stock", "ppo", "ppo-stack")),
    ("recurrent-ppo-stock", {"pay": "at_end", "feedback": ("reward",)}),
]


@pytest.mark.parametrize(("agent", "options"), TAKES, ids=str)
def test_a_run_keeps_its_options(agent: str, options: dict[str, Any], tmp_path: Path) -> None:
    """Trained, stored, opened, evaluated, resumed and watched with the same options."""
    config = Config.of(agent, "SeqEcho-v0", {"length": 6}, 1, SMALL[agent], options=EnvOptions(**options))
    run = Run.create(tmp_path / "run", config)
    evaluation = train(run, 20)
    opened = Run.open(tmp_path / "run")
    assert opened.config == config
    assert opened.config.env_options() == EnvOptions(**options)
    learner = opened.config.learner()
    opened.load(learner)
    again = opened.config.evaluate(learner.policy(), opened.config.problem(), 20)
    assert again.accuracy == evaluation.accuracy
    assert repr(learner).count(str(learner.options)) == 1
    assert learner.untrained_on(learner.problem).options == learner.options
    watched = play(learner.problem, {agent: learner.policy()}, 3, learner.options)
    assert len(watched.answers[agent]) == 6
    assert f"with {learner.options}" in opened._made_by()


REFUSED = [
    (
        "lstm",
        "pay",
        "at_end",
        "pay must be 'each_step' .* learns from the right answers .*'at_end'",
    ),
    (
        "lstm",
        "feedback",
        ("action",),
        r"feedback must be \(\) .*, since it reads whole episodes .*recurrent",
    ),
    ("lstm", "max_episode_steps", 3, "max_episode_steps must be None for this agent"),
    ("reinforce", "feedback", ("action",), "feedback must be .*recurrent-ppo-stock"),
    ("reinforce", "max_episode_steps", 3, "max_episode_steps must be None .*recurrent-ppo-stock"),
    ("recurrent-ppo", "feedback", ("reward",), "feedback must be .*recurrent-ppo-stock"),
    ("recurrent-ppo", "max_episode_steps", 3, "max_episode_steps must be None .*recurrent-ppo-stock"),
    ("ppo", "feedback", ("reward",), "feedback must be .*recurrent-ppo-stock-none"),
    ("optimal", "max_episode_steps", 3, "max_episode_steps must be None"),
]


@pytest.mark.parametrize(("agent", "name", "value", "message"), REFUSED)
def test_options_that_an_agent_cannot_learn_with(agent: str, name: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_learner(agent, "SeqEcho-v0", **{name: value})


@pytest.mark.parametrize("agent", ["recurrent-ppo", "recurrent-ppo-stock", "ppo"])
@pytest.mark.parametrize("standard", [False, True])
def test_late_pay_has_settings_that_suit_it(agent: str, standard: bool) -> None:
    late, each = EnvOptions(pay="at_end"), EnvOptions()
    chosen: Any = settings_of(agent, "SeqEcho-v0", standard=standard, options=late)
    assert (chosen.gamma, chosen.gae_lambda) == (1.0, 1.0)
    given: Any = settings_of(agent, "SeqEcho-v0", {"gamma": 0.9}, standard=standard, options=late)
    assert (given.gamma, given.gae_lambda) == (0.9, 1.0)
    usual: Any = settings_of(agent, "SeqEcho-v0", standard=standard, options=each)
    assert usual == settings_of(agent, "SeqEcho-v0", standard=standard)
    assert (usual.gamma, usual.gae_lambda) == (0.0, 0.95)


@pytest.mark.parametrize("feedback", [("action",), ("reward",)])
def test_answers_that_are_observed_again_have_consequences(feedback: tuple[str, ...]) -> None:
    chosen: Any = settings_of("recurrent-ppo-stock", "SeqEcho-v0", options=EnvOptions(feedback=feedback))
    assert (chosen.gamma, chosen.gae_lambda) == (1.0, 0.95)


@pytest.mark.nightly
@pytest.mark.slow
def test_an_agent_without_memory_learns_to_leave_itself_notes() -> None:
    """It reaches the level of feedback, where the memoryless level is 0.5."""
    problem = seq_envs.make_problem("SeqMemorize-v0", framing="many_to_one")
    learner = make_learner("recurrent-ppo-stock-none", problem, settings={"steps": 60_000}, feedback=("action",))
    learner.learn()
    got = seq_envs.evaluate(learner.policy(), problem, 500, feedback=("action",))
    level = seq_envs.levels(problem, feedback=("action",)).feedback
    assert level is not None
    assert got.accuracy == pytest.approx(level.accuracy, abs=0.02)


def test_late_pay_needs_a_discount_and_an_end() -> None:
    with pytest.raises(ValueError, match=r"gamma must be above 0 with pay='at_end'.*got 0"):
        make_learner("ppo", "SeqEcho-v0", settings={"gamma": 0.0}, pay="at_end")
    with pytest.raises(ValueError, match=r"max_episode_steps must be None with pay='at_end'.*got 4"):
        make_learner("ppo", "SeqEcho-v0", pay="at_end", max_episode_steps=4)
    envs = make_vec_env("SeqEcho-v0", 4, pay="at_end")
    with pytest.raises(ValueError, match=r"gamma must be above 0 .*Give gamma=1.0 and gae_lambda=1.0"):
        FastRecurrentPPO("CorePolicy", envs, gamma=0.0)
    model = FastRecurrentPPO("CorePolicy", envs)
    assert (model.gamma, model.gae_lambda) == (1.0, 1.0)
    plain = FastRecurrentPPO("CorePolicy", make_vec_env("SeqEcho-v0", 4))
    assert (plain.gamma, plain.gae_lambda) == (0.0, 0.95)
    plain.set_env(make_vec_env("SeqEcho-v0", 4, pay="at_end"))
    with pytest.raises(ValueError, match="gamma must be above 0"):
        plain.learn(400)


def test_fast_recurrent_ppo_cannot_observe_its_past() -> None:
    with pytest.raises(ValueError, match=r"feedback must be \(\), .* got \('action',\)"):
        FastRecurrentPPO("CorePolicy", make_vec_env("SeqEcho-v0", 4, feedback=("action",)))


def test_a_learner_of_another_module_must_take_options() -> None:
    class Old(OptimalAnswers):
        def __init__(self, problem: Any, settings: Any, seed: int) -> None:
            super().__init__(problem, settings, seed)

    globals()["Old"] = Old
    assert isinstance(make_learner(f"{__name__}:Old", "SeqEcho-v0"), Learner)
    with pytest.raises(ValueError, match=r"pay='at_end' cannot be set for .*Old: its learner takes no options"):
        make_learner(f"{__name__}:Old", "SeqEcho-v0", pay="at_end")


@pytest.mark.parametrize("id", ["SeqEcho-v0", Ragged()])
def test_rewards_of_a_rollout_are_those_of_the_env(id: Any) -> None:
    """FastRecurrentPPO pays the answers that it drew as the env would, and its returns are the sums to come."""
    lanes, episodes = 3, 2
    envs = make_vec_env(id, lanes, pay="at_end")
    problem = envs.envs.problem
    rows = episodes * problem.steps
    model = FastRecurrentPPO("CorePolicy", envs, n_steps=rows, batch_size=3 * rows, normalize_advantage=False, seed=5)
    seen: list[Any] = []
    model.learn(1, callback=lambda local, _: seen.append(local["rewards"].copy()) or True)
    shape = (episodes, problem.steps, lanes)
    shown, kept, returns = (
        np.reshape(rows, shape) for rows in (seen, model.rollout_buffer.rewards, model.rollout_buffer.returns)
    )
    actions = model.rollout_buffer.actions.reshape(*shape, *(problem.action_space.shape or ()))
    for lane in range(lanes):
        env = seq_envs.SequenceEnv(problem, pay="at_end")
        for episode in range(episodes):
            env.reset(seed=None if episode else 5 + lane)
            rewards, over = [], False
            while not over:
                _, reward, over, _, _ = env.step(actions[episode, len(rewards), lane].astype(env.action_space.dtype))
                rewards.append(reward)
            padded = np.pad(rewards, (0, problem.steps - len(rewards)))
            assert np.allclose(shown[episode, :, lane], padded)
            assert np.allclose(kept[episode, :, lane], padded)
            assert np.allclose(returns[episode, : len(rewards), lane], rewards[-1], atol=1e-5)


def test_reinforce_credits_every_answer_with_the_reward_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from seq_agents.learners import reinforce

    seen: list[tuple[Any, Any]] = []
    plain = reinforce.advantages_of
    monkeypatch.setattr(reinforce, "advantages_of", lambda *given: seen.append(given) or plain(*given))
    make_learner("reinforce", Ragged(), settings={"updates": 1, "batch": 16}, pay="at_end").learn()
    make_learner("reinforce", Ragged(), settings={"updates": 1, "batch": 16}).learn()
    (late, played), (each, _) = seen
    assert np.array_equal(late, each.sum(axis=1, keepdims=True) * played)


@pytest.mark.slow
def test_recurrent_ppo_learns_with_late_pay() -> None:
    moments: list[Moment] = []
    learner = make_learner("recurrent-ppo", "SeqEcho-v0", settings={"steps": 40_000}, pay="at_end")
    learner.learn(moments.append)
    assert seq_envs.evaluate(learner.policy(), learner.problem, 500, pay="at_end").normalized_score > 0.9


@pytest.mark.parametrize("policy", ["MultiInputLstmPolicy", CorePolicy])
def test_stock_recurrent_ppo_takes_feedback(policy: Any) -> None:
    envs = make_vec_env("SeqEcho-v0", 4, 0, pay="at_end", feedback=("action", "reward"), length=5)
    model = RecurrentPPO(policy, envs, n_steps=10, batch_size=20, seed=0).learn(80)
    got = seq_envs.evaluate(Sb3Policy(model), "SeqEcho-v0", 20, length=5, pay="at_end", feedback=("action", "reward"))
    assert 0.0 <= got.accuracy <= 1.0


def test_resuming_with_options_reaches_the_same_weights() -> None:
    def learner() -> Learner:
        settings = {"steps": 480, "lanes": 8}
        return make_learner("recurrent-ppo", "SeqEcho-v0", 2, settings, length=6, pay="at_end")

    class Stop(Exception):
        pass

    def stop(moment: Moment) -> None:
        if moment.done >= 0.5:
            raise Stop

    whole, first, second = learner(), learner(), learner()
    whole.learn()
    with pytest.raises(Stop):
        first.learn(stop)
    second.restore(first.state())
    second.learn()
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, second.state()[name]), name
