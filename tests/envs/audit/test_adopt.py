"""`adopt` takes passive environments in as problems, with the same episodes and known levels."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from audited_envs import Recall

import seq_envs

FEW = {"learned_steps": 900}


@pytest.fixture(scope="module")
def recall() -> seq_envs.Adopted:
    return seq_envs.adopt("audited_envs:Recall", **FEW)


def test_levels_known_by_hand(recall: seq_envs.Adopted) -> None:
    levels = seq_envs.levels(recall)
    assert levels.optimal.accuracy == levels.optimal.exact_match == 1.0
    assert levels.memoryless.accuracy == pytest.approx(0.5, abs=4 * levels.memoryless.accuracy_error)
    assert levels.chance.accuracy == pytest.approx(0.5, abs=4 * levels.chance.accuracy_error)
    assert recall.certain
    assert recall.remembers in ("the observation of 2 steps ago", "the observation of step 0")


def test_episodes_are_those_of_the_env(recall: seq_envs.Adopted) -> None:
    data = seq_envs.sample(recall, 5, seed=3)
    seeds = [int(seed) for seed in _seeds(3, 5)]
    for episode, seed in enumerate(seeds):
        env = Recall()
        observation, _ = env.reset(seed=seed)
        assert data.observations[episode].tolist() == [observation, 2, 2]
        assert data.scored[episode].tolist() == [False, False, True]
        assert data.targets[episode, 2] == env.bit


def _seeds(stream: int, count: int) -> list[int]:
    """The seeds that the stream draws, an episode at a time."""
    rng = gymnasium.utils.seeding.np_random(stream)[0]
    return [int(rng.integers(1 << 31, size=1)[0]) for _ in range(count)]


@pytest.mark.parametrize("name", ["optimal", "memoryless"])
def test_policies_play(recall: seq_envs.Adopted, name: str) -> None:
    found = seq_envs.evaluate(getattr(seq_envs.policies, name)(recall), recall, episodes=300)
    low, high = found.accuracy_interval
    assert low - 0.1 <= getattr(found.levels, name).accuracy <= high + 0.1


def test_all_views(recall: seq_envs.Adopted) -> None:
    data = seq_envs.sample(recall, 2, seed=7)
    env, envs = seq_envs.SequenceEnv(recall), seq_envs.SequenceVectorEnv(recall, num_envs=2)
    assert env.reset(seed=7)[0] == envs.reset(seed=7)[0][0] == data.observations[0, 0]


def test_an_own_problem_adopted() -> None:
    """Everything but the stream of seeds is the same."""
    adopted = seq_envs.adopt("seq_envs:SeqEcho-v0", length=5, n_values=3, **FEW)
    own = seq_envs.make_problem("SeqEcho-v0", length=5, n_values=3)
    assert adopted.observation_space == own.observation_space
    assert adopted.steps == own.steps
    assert adopted.remembers == "the observation of 1 step ago"
    assert seq_envs.levels(adopted).memoryless.accuracy == pytest.approx(1 / 3, abs=0.08)


def test_an_id_of_its_own() -> None:
    seq_envs.register("AuditedRecall-v0", seq_envs.Adopted, env="audited_envs:Recall", most_steps=3)
    try:
        assert gymnasium.make("AuditedRecall-v0").reset(seed=0)[0] in (0, 1)
        assert seq_envs.sample("AuditedRecall-v0", 3).lengths.tolist() == [3, 3, 3]
    finally:
        del gymnasium.registry["AuditedRecall-v0"]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("Active", {}, "actions matter"),
    ("EndsEarly", {}, "actions matter"),
    ("Continuous", {}, "the actions are continuous"),
    ("ManyActions", {}, "there are 1,000 actions"),
    ("DictObservations", {}, "observations must be of a Discrete, MultiDiscrete"),
    ("Endless", {"most_steps": 10}, "more than most_steps=10 steps"),
    ("NoSeed", {}, "actions matter|earlier actions|more than one answer"),
    ("OrderMatters", {}, "no action earns more than another"),
]


@pytest.mark.parametrize(("name", "given", "message"), REFUSED)
def test_what_cannot_be_adopted(name: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        seq_envs.adopt(f"audited_envs:{name}", **given)


@pytest.mark.slow
def test_an_agent_learns_it() -> None:
    sb3 = pytest.importorskip("seq_agents.sb3")
    problem = seq_envs.adopt("audited_envs:Recall", **FEW)
    envs = sb3.make_vec_env(problem, n_envs=32, seed=0)
    agent = sb3.FastRecurrentPPO(
        "MlpLstmPolicy", envs, n_steps=12, batch_size=128, learning_rate=1e-2, gamma=0.0, seed=0,
        policy_kwargs={"core_kwargs": {"hidden": 16}},
    )  # fmt: skip
    agent.learn(15_000)
    assert seq_envs.evaluate(sb3.Sb3Policy(agent), problem, episodes=200).accuracy > 0.9


def test_sampling_draws_seeds_alone(recall: seq_envs.Adopted) -> None:
    one, two = (recall.sample(np.random.default_rng(5), 4) for _ in range(2))
    assert all(map(np.array_equal, one, two))
