"""Every agent: it takes every problem, learns what it can, the same for the same seed, and goes on where it stood."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
import yaml
from seq_agents import agents
from seq_agents.agents import AGENTS, agent_type, make_learner, settings_of
from seq_agents.learner import Learner, Moment
from seq_agents.settings import Settings
from seq_agents.window import window_of
from spaces_of_settings import EVERY_BASE_CHOICE, IDS, Ragged, name
from tiny_agents import BY_EXAMPLE, BY_SB3, LEARNING, UPDATES, kept, same, settings, taken_by, tiny, weights

import seq_envs

torch.set_num_threads(1)  # As the command does.

ENCODER_DECODER_TAKES = [("SeqCopy-v0", "many_to_many"), ("SeqMemorize-v0", "many_to_one")]
"""What shows everything before it asks. (SeqCopy's many_to_one asks for several answers at once.)"""


class Stop(Exception):
    pass


def stopped_after(updates: int) -> Any:
    """A watch that stops a training."""
    count = 0

    def watch(_: Moment) -> None:
        nonlocal count
        count += 1
        if count == updates:
            raise Stop

    return watch


# Every agent on every problem.


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_every_agent_takes_every_framing_and_encoding(agent: str, id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    if agent == "encoder-decoder" and (id, choice["framing"]) not in ENCODER_DECODER_TAKES:
        with pytest.raises(ValueError, match="encoder-decoder takes problems"):
            tiny(agent, problem, updates=1)
        return
    learner = tiny(agent, problem, updates=1)
    before, moments = kept(learner), []
    learner.learn(moments.append)
    assert moments[-1].done == 1.0
    assert same(before, kept(learner)) == (agent not in LEARNING)
    got = seq_envs.evaluate(learner.policy(), problem, episodes=6)
    assert 0 <= got.accuracy <= 1
    if agent == "optimal":
        assert got.accuracy == 1.0


@pytest.mark.parametrize(("lanes", "minibatches", "rows", "size"), [(1, 1, 1, 2), (5, 2, 5, 2), (3, 3, 3, 2)])
@pytest.mark.parametrize("agent", BY_SB3)
def test_a_single_advantage_is_refused(agent: str, lanes: int, minibatches: int, rows: int, size: int) -> None:
    """Episodes of one step, in minibatches whose last one would be a single step."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=1, lag=0)
    with pytest.raises(ValueError, match=f"at least 2 time steps, got {rows} in minibatches of {size}"):
        tiny(agent, problem, lanes=lanes, minibatches=minibatches)
    learner = tiny(agent, problem, lanes=4, minibatches=2)
    learner.learn()
    assert all(tensor.isfinite().all() for tensor in weights(learner.state()).values())


@pytest.mark.parametrize("agent", [agent for agent in LEARNING if agent != "encoder-decoder"])
def test_episodes_of_different_lengths(agent: str) -> None:
    learner = tiny(agent, Ragged(), updates=2, **({"minibatches": 1} if agent in BY_SB3 else {}))
    learner.learn()
    assert 0 <= seq_envs.evaluate(learner.policy(), Ragged(), episodes=20).accuracy <= 1


def test_encoder_decoder_says_what_it_takes() -> None:
    with pytest.raises(ValueError, match=r"show everything and then ask for everything.*got SeqEcho\("):
        make_learner("encoder-decoder", "SeqEcho-v0")

    class TwoAnswers(Ragged):
        action_space = gymnasium.spaces.MultiDiscrete([4, 4])

        def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
            values = np.zeros((batch, 7), np.uint8)
            scored = np.broadcast_to(np.arange(7) == 6, (batch, 7))
            return seq_envs.Episodes(values, np.zeros((batch, 7, 2), np.int64), scored, np.full(batch, 7))

    with pytest.raises(ValueError, match="takes problems with Discrete answers, got MultiDiscrete"):
        make_learner("encoder-decoder", TwoAnswers())


# Learning.

ECHO = {"length": 4, "n_values": 3}
SUPERVISED = {"updates": 150, "batch": 32, "hidden": 24, "learning_rate": 0.02}
PPO = {"steps": 8000, "lanes": 32, "hidden": 24, "learning_rate": 0.02}


@pytest.mark.parametrize(
    ("agent", "id", "parameters", "chosen"),
    [
        ("lstm", "SeqEcho-v0", ECHO, SUPERVISED),
        ("gru", "SeqEcho-v0", ECHO, SUPERVISED),
        ("bilstm", "SeqEcho-v0", ECHO, SUPERVISED),
        ("window-mlp", "SeqEcho-v0", ECHO, SUPERVISED),
        ("encoder-decoder", "SeqCopy-v0", {"length": 2, "n_values": 3}, SUPERVISED),
        ("encoder-decoder", "SeqCopy-v0", {"length": 2, "n_values": 3}, SUPERVISED | {"teacher_forcing": True}),
        ("encoder-decoder", "SeqCopy-v0", {"length": 2, "n_values": 3}, SUPERVISED | {"attention": True}),
        ("reinforce", "SeqEcho-v0", ECHO, SUPERVISED | {"updates": 200, "batch": 64}),
        ("recurrent-ppo", "SeqEcho-v0", ECHO, PPO),
        ("recurrent-ppo-stock", "SeqEcho-v0", ECHO, PPO | {"epochs": 3}),
        ("ppo-stack", "SeqEcho-v0", ECHO, PPO),
        ("ppo-stack", "SeqEcho-v0", ECHO, PPO | {"clock": False}),
        ("optimal", "SeqEcho-v0", ECHO, {}),
    ],
)
def test_what_has_memory_learns(agent: str, id: str, parameters: dict[str, Any], chosen: dict[str, Any]) -> None:
    learner = make_learner(agent, id, 0, chosen, **parameters)
    moments: list[Moment] = []
    learner.learn(moments.append)
    got = seq_envs.evaluate(learner.policy(), id, episodes=1000, **parameters)
    assert got.normalized_score >= 0.95
    if agent in LEARNING:
        assert moments[0].accuracy < 0.7
        assert moments[-1].accuracy > 0.85


@pytest.mark.parametrize(
    ("agent", "chosen"),
    [("mlp", SUPERVISED), ("ppo", PPO), ("memoryless", {}), ("window-mlp", SUPERVISED | {"window": 1})],
)
def test_what_has_no_memory_stays_at_its_level(agent: str, chosen: dict[str, Any]) -> None:
    learner = make_learner(agent, "SeqEcho-v0", 0, chosen, **ECHO)
    learner.learn()
    low, high = seq_envs.evaluate(learner.policy(), "SeqEcho-v0", episodes=3000, **ECHO).normalized_interval
    assert low - 0.02 <= 0 <= high + 0.02


@pytest.mark.parametrize("agent", ["mlp", "ppo"])
def test_the_controls_see_the_clock(agent: str) -> None:
    """With one sequence known by heart, the clock is all that it takes; without it nothing tells the steps apart."""
    chosen = SUPERVISED if agent == "mlp" else PPO
    problem = seq_envs.make_problem("SeqClassify-v0", length=8)
    scores = {}
    for clock in (True, False):
        learner = make_learner(agent, problem, 0, chosen | {"clock": clock})
        learner.learn()
        scores[clock] = seq_envs.evaluate(learner.policy(), problem, episodes=2000).normalized_score
    assert scores[True] > -0.1
    assert scores[True] > scores[False] + 0.5


# Seeds.


@pytest.mark.parametrize("agent", LEARNING)
def test_the_same_seed_learns_the_same(agent: str) -> None:
    states = []
    for seed in (1, 1, 2):
        torch.rand(len(states) + 1)  # Whatever came before.
        np.random.random(len(states) + 1)  # noqa: NPY002
        learner = tiny(agent, seed=seed)
        learner.learn()
        states.append(weights(kept(learner)))
    assert same(states[0], states[1])
    assert not same(states[0], states[2])


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "x", True])
@pytest.mark.parametrize("agent", AGENTS)
def test_a_wrong_seed_is_refused(agent: str, seed: Any) -> None:
    with pytest.raises(ValueError, match="seed must be an integer >= 0 and <= 4294967295, got"):
        tiny(agent, seed=seed)


@pytest.mark.parametrize("agent", LEARNING)
def test_the_greatest_seed(agent: str) -> None:
    learner = tiny(agent, seed=2**32 - 1, updates=1)
    learner.learn()


# Going on.


@pytest.mark.parametrize("updates", [1, 2, UPDATES])
@pytest.mark.parametrize("agent", LEARNING)
def test_a_training_goes_on_bit_for_bit(agent: str, updates: int) -> None:
    unbroken = tiny(agent)
    unbroken.learn()
    broken = tiny(agent)
    with pytest.raises(Stop):
        broken.learn(stopped_after(updates))
    state = kept(broken)
    assert same(state, kept(unbroken)) == (updates == UPDATES)

    fresh = tiny(agent)
    torch.rand(3)  # Others draw too.
    np.random.random(3)  # noqa: NPY002
    given = {name: tensor.clone() for name, tensor in state.items()}
    fresh.restore(given)
    assert same(kept(fresh), state)
    moments: list[Moment] = []
    fresh.learn(moments.append)
    assert same(kept(fresh), kept(unbroken))
    assert same(given, state), "a state is read, not taken over"
    assert len(moments) == UPDATES - updates
    evaluations = [repr(seq_envs.evaluate(one.policy(), taken_by(agent), 50)) for one in (fresh, unbroken)]
    assert evaluations[0] == evaluations[1]


@pytest.mark.parametrize("agent", ["recurrent-ppo", "lstm", "reinforce"])
def test_episodes_of_different_lengths_go_on_bit_for_bit(agent: str) -> None:
    few = {"minibatches": 1} if agent in BY_SB3 else {}
    unbroken, broken, fresh = (tiny(agent, Ragged(), updates=4, **few) for _ in range(3))
    unbroken.learn()
    states: list[dict[str, torch.Tensor]] = []
    broken.learn(lambda _: states.append(kept(broken)))
    fresh.restore(states[1])
    fresh.learn()
    assert same(kept(fresh), kept(unbroken))


@pytest.mark.parametrize("agent", ["recurrent-ppo-stock", "ppo", "ppo-stack"])
def test_a_rollout_that_ends_within_an_episode_cannot_be_gone_on_with(agent: str) -> None:
    """But what was learned can be played."""
    learner, fresh = (tiny(agent, Ragged(), minibatches=1) for _ in range(2))
    with pytest.raises(Stop):
        learner.learn(stopped_after(2))
    fresh.restore(kept(learner))
    results = [repr(seq_envs.evaluate(one.policy(), Ragged(), 50)) for one in (learner, fresh)]
    assert results[0] == results[1]
    with pytest.raises(ValueError, match="only recurrent-ppo can go on from where it stood"):
        fresh.learn()
    learner.learn()


@pytest.mark.parametrize("agent", LEARNING)
def test_a_stopped_learner_goes_on_by_itself(agent: str) -> None:
    unbroken = tiny(agent)
    unbroken.learn()
    broken = tiny(agent)
    with pytest.raises(Stop):
        broken.learn(stopped_after(2))
    broken.learn()
    assert same(kept(broken), kept(unbroken))


@pytest.mark.parametrize("agent", LEARNING)
def test_a_finished_training_does_not_go_on(agent: str) -> None:
    learner = tiny(agent)
    learner.learn()
    state = kept(learner)
    learner.learn(stopped_after(1))
    assert same(kept(learner), state)


@pytest.mark.parametrize("agent", LEARNING)
def test_looking_on_changes_nothing(agent: str) -> None:
    """States and evaluations in the middle do not disturb a training."""
    alone, watched = tiny(agent), None
    alone.learn()
    scores = []

    def watch(_: Moment) -> None:
        watched.state()
        scores.append(seq_envs.evaluate(watched.policy(), taken_by(agent), 20).accuracy)

    watched = tiny(agent)
    watched.learn(watch)
    assert len(scores) == UPDATES
    assert same(kept(alone), kept(watched))


@pytest.mark.parametrize("agent", LEARNING)
def test_a_state_of_another_size_is_refused(agent: str) -> None:
    learner = tiny(agent)
    before = kept(learner)
    for other in (tiny(agent, hidden=5), tiny("lstm" if agent == "gru" else "gru", taken_by(agent))):
        with pytest.raises(ValueError, match=r"the weights are those of another network: .* must have shape .*, got"):
            learner.restore(other.state())
    assert same(weights(kept(learner)), weights(before))


def test_a_reference_player_has_no_state() -> None:
    learner = tiny("optimal")
    learner.restore({})
    assert learner.state() == {}
    with pytest.raises(ValueError, match="a reference player has no weights, got network"):
        learner.restore({"network": torch.zeros(1)})


# What a watch is told.


@pytest.mark.parametrize("agent", LEARNING)
def test_moments(agent: str) -> None:
    learner = tiny(agent)
    moments: list[Moment] = []
    learner.learn(moments.append)
    episodes = 2 if agent in BY_SB3 else 3
    steps = taken_by(agent).steps
    assert [moment.done for moment in moments] == [0.25, 0.5, 0.75, 1.0]
    assert [moment.steps for moment in moments] == [episodes * steps * update for update in (1, 2, 3, 4)]
    asked = int(seq_envs.sample(taken_by(agent), 1).scored.sum())
    for moment in moments:
        right = moment.accuracy * episodes * asked
        assert 0 <= right <= episodes * asked
        assert right == pytest.approx(round(right)), "a count of right answers"


@pytest.mark.parametrize("agent", BY_EXAMPLE)
def test_the_accuracy_told_is_that_of_the_answers_given(agent: str) -> None:
    learner = tiny(agent, learning_rate=1e-12, batch=50)
    episodes: list[Any] = []
    update = learner._update  # type: ignore[attr-defined]
    learner._update = lambda data: [episodes.append(data), update(data)][1]  # type: ignore[attr-defined]
    moments: list[Moment] = []
    learner.learn(moments.append)
    policy = learner.policy()
    for data, moment in zip(episodes, moments, strict=True):
        state, right = policy.initial_state(50), 0
        for step in range(data.targets.shape[1]):
            answers, state = policy.act(data.observations[:, step], state)
            right += ((answers == data.targets[:, step]) & data.scored[:, step]).sum()
        assert moment.accuracy == pytest.approx(right / data.scored.sum())


@pytest.mark.parametrize("agent", LEARNING)
def test_the_learning_rate_falls_to_zero_and_no_further(agent: str) -> None:
    learner = tiny(agent, learning_rate=0.5, **({"steps": 4 * 8 - 3} if agent in BY_SB3 else {}))
    rates: list[float] = []
    optimizer = learner.model.policy.optimizer if agent in BY_SB3 else learner.optimizer  # type: ignore[attr-defined]
    learner.learn(lambda _: rates.append(optimizer.param_groups[0]["lr"]))
    # SB3 counts the rollout that is being learned from as done.
    expected = (
        [0.5 * (1 - 8 * done / 29) for done in (1, 2, 3)] + [0.0] if agent in BY_SB3 else [0.5, 0.375, 0.25, 0.125]
    )
    assert rates == pytest.approx(expected)


@pytest.mark.parametrize("agent", ["recurrent-ppo", "lstm", "bilstm", "encoder-decoder", "reinforce"])
def test_the_memory_may_learn_at_a_rate_of_its_own(agent: str) -> None:
    learner = tiny(agent, learning_rate=0.5, lstm_rate=0.01)
    before = kept(learner)
    learner.learn(lambda _: None)
    moved = {name: float((tensor - before[name]).abs().max()) for name, tensor in weights(kept(learner)).items()}
    memory = {name for name in moved if any(part in name for part in ("lstm", "encoder", "decoder"))}
    assert memory
    assert 0 < max(moved[name] for name in memory) < 0.1 * max(moved[name] for name in moved.keys() - memory)


def test_stock_recurrent_ppo_has_one_rate() -> None:
    with pytest.raises(ValueError, match=r"lstm_rate must be 1\.0"):
        tiny("recurrent-ppo-stock", lstm_rate=0.5)


# The episodes learned from.


def learned_from(learner: Learner) -> list[Any]:
    """The datasets of a training, update by update."""
    seen: list[Any] = []
    update = learner._update  # type: ignore[attr-defined]
    learner._update = lambda data: [seen.append(data), update(data)][1]  # type: ignore[attr-defined]
    learner.learn()
    return seen


def rows(data: Any) -> list[bytes]:
    return [row.tobytes() for row in data.observations]


@pytest.mark.parametrize("agent", [*BY_EXAMPLE, "reinforce"])
def test_fresh_episodes_never_come_again(agent: str) -> None:
    problem = seq_envs.make_problem("SeqCopy-v0", length=9)
    seen = [
        row
        for seed in (0, 1, 2**32 - 1)
        for data in learned_from(tiny(agent, problem, seed=seed))
        for row in rows(data)
    ]
    assert len(seen) == len(set(seen)) == 3 * UPDATES * 3


@pytest.mark.parametrize("agent", [*BY_EXAMPLE, "reinforce"])
@pytest.mark.parametrize("batch", [2, 5, 7])
def test_each_epoch_sees_each_episode_of_a_finite_set_once(agent: str, batch: int) -> None:
    problem = seq_envs.make_problem("SeqCopy-v0", length=9)
    seen = learned_from(tiny(agent, problem, episodes=5, batch=batch, updates=10))
    assert all(len(data.targets) == batch for data in seen)
    order = [row for data in seen for row in rows(data)]
    epochs = [order[first : first + 5] for first in range(0, len(order) - 4, 5)]
    assert len(epochs) == 2 * batch
    assert all(len(set(epoch)) == 5 and set(epoch) == set(epochs[0]) for epoch in epochs)
    assert len(set(map(tuple, epochs))) > 1, "in another order each time"
    for data in seen:  # An episode comes with its own answers.
        shown = data.observations.argmax(-1)[:, :9]
        assert np.array_equal(data.targets[:, -9:], shown)


@pytest.mark.parametrize("agent", [*BY_EXAMPLE, "reinforce"])
def test_a_finite_set_goes_on_bit_for_bit(agent: str) -> None:
    chosen = {"episodes": 4}
    unbroken = tiny(agent, **chosen)
    unbroken.learn()
    broken = tiny(agent, **chosen)
    with pytest.raises(Stop):
        broken.learn(stopped_after(2))
    state = kept(broken)
    fresh = tiny(agent, **chosen)
    fresh.restore(state)
    fresh.learn()
    assert same(kept(fresh), kept(unbroken))


# Settings.


@pytest.mark.parametrize("agent", AGENTS)
def test_an_unknown_setting_is_refused_with_the_nearest(agent: str) -> None:
    with pytest.raises(ValueError, match=r"there is no setting 'xyz', got 3; there are"):
        make_learner(agent, taken_by(agent), 0, {"xyz": 3})
    if agent in LEARNING:
        with pytest.raises(ValueError, match=r"there is no setting 'hiden' \(did you mean 'hidden'\?\), got 3"):
            make_learner(agent, taken_by(agent), 0, {"hiden": 3})


@pytest.mark.parametrize("agent", AGENTS)
def test_a_wrong_value_is_refused(agent: str) -> None:
    """Each setting refuses what is of another type, and out of bounds."""
    for setting, kind in agent_type(agent).settings_type.kinds().items():
        for wrong in (None, [], "nonsense", math.nan, -math.inf):
            with pytest.raises(ValueError, match=f"^{setting} must be {re.escape(str(kind))}, got "):
                agent_type(agent).settings_type.of({setting: wrong})


@pytest.mark.parametrize(
    ("agent", "wrong", "message"),
    [
        ("lstm", {"hidden": 0}, "hidden must be an integer >= 1 and <= 2147483647, got 0"),
        ("lstm", {"updates": 1.0}, "updates must be an integer >= 1, got 1.0"),
        ("lstm", {"learning_rate": 0}, r"learning_rate must be a number in \(0, inf\), got 0"),
        ("lstm", {"orthogonal": 1}, "orthogonal must be True or False, got 1"),
        ("ppo", {"gamma": 1.0}, r"gamma must be a number in \[0, 1\), got 1.0"),
        ("ppo", {"minibatches": 100, "lanes": 1, "episodes": 1}, "minibatches must be at most 4, got 100"),
        ("ppo-stack", {"window": -1}, "window must be an integer >= 0, got -1"),
    ],
)
def test_messages_of_wrong_values(agent: str, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_learner(agent, taken_by(agent), 0, wrong)


def test_settings_are_frozen_and_checked_builtins() -> None:
    chosen = settings_of("lstm", "SeqEcho-v0", {"hidden": np.int64(7), "learning_rate": 1})
    assert type(chosen.hidden) is int  # type: ignore[attr-defined]
    assert type(chosen.learning_rate) is float  # type: ignore[attr-defined]
    with pytest.raises(dataclasses.FrozenInstanceError):
        chosen.hidden = 8  # type: ignore[attr-defined]


def test_every_setting_has_a_meaning_and_a_valid_default() -> None:
    for agent in AGENTS:
        kind = agent_type(agent).settings_type
        assert isinstance(kind(), Settings)
        for field in dataclasses.fields(kind):
            assert field.metadata["meaning"]


def test_tuned_settings() -> None:
    """The file as it is: every agent and id is there, every setting is taken, and the learner can be made."""
    text = files("seq_agents").joinpath("tuned.yaml").read_text(encoding="utf-8")
    tuned = yaml.safe_load(text)["agents"]
    assert tuned
    for agent, by_id in tuned.items():
        assert agent in AGENTS
        for id, chosen in by_id.items():
            assert id in IDS
            got = dataclasses.asdict(settings_of(agent, id))
            assert {name: got[name] for name in chosen} == chosen
            assert got == dataclasses.asdict(agent_type(agent).settings_type.of(chosen))
            assert settings_of(agent, id, {"hidden": 3}).hidden == 3  # type: ignore[attr-defined]
            make_learner(agent, id)


def test_tuned_settings_come_with_the_id_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "_tuned", lambda: {"lstm": {"SeqEcho-v0": {"hidden": 9}}})
    assert make_learner("lstm", "SeqEcho-v0").settings.hidden == 9
    assert make_learner("lstm", "SeqEcho-v0", lag=2).settings.hidden == 9
    assert make_learner("lstm", "SeqEcho-v0", 0, {"hidden": 8}).settings.hidden == 8
    for other in (("gru", "SeqEcho-v0"), ("lstm", "SeqCopy-v0"), ("lstm", seq_envs.SeqEcho())):
        assert make_learner(*other).settings.hidden == 64


def test_yaml_makes_no_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag that would run code is refused."""

    class Evil:
        def joinpath(self, _: str) -> Evil:
            return self

        def read_text(self, encoding: str) -> str:
            return "agents: !!python/object/apply:os.getcwd []"

    monkeypatch.setattr(agents, "files", lambda _: Evil())
    with pytest.raises(yaml.constructor.ConstructorError):
        agents._tuned.__wrapped__()


def test_unknown_names() -> None:
    with pytest.raises(
        ValueError, match=r"agent must be one of recurrent-ppo, .*, got 'lstn' \(did you mean 'lstm' or"
    ):
        make_learner("lstn", "SeqEcho-v0")
    with pytest.raises(ValueError, match=r"optimal, got 'zzz'$"):
        make_learner("zzz", "SeqEcho-v0")
    with pytest.raises(gymnasium.error.Error, match="SeqEcho"):
        make_learner("lstm", "SeqEko-v0")
    with pytest.raises(TypeError, match="has no parameter 'lagg'"):
        make_learner("lstm", "SeqEcho-v0", lagg=1)


def test_every_agent_has_a_line_for_the_menu() -> None:
    about = [AGENTS.about(name) for name in AGENTS]
    assert all(about)
    assert len(set(about)) == len(about)


@pytest.mark.parametrize(
    ("id", "parameters", "window"),
    [("SeqEcho-v0", {"lag": 3}, 4), ("SeqEcho-v0", {"lag": 0}, 1), ("SeqMemorize-v0", {"length": 7}, 6)],
)
def test_window_of(id: str, parameters: Mapping[str, Any], window: int) -> None:
    problem = seq_envs.make_problem(id, **parameters)
    assert window_of(problem) == window
    assert settings("optimal", problem) == {}
