"""The menu of agents: rules, cores, and every pair of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pytest
import torch
from seq_agents import agents
from seq_agents.agents import AGENTS, agent_type, canonical, make_learner, settings_of, with_core
from seq_agents.cores import CORES
from seq_agents.ladder import MakeEnvs, trainer
from seq_agents.ladder.agents_of_the_menu import _default
from seq_agents.learners import RULES, Rule
from seq_agents.networks import NETWORKS

import seq_envs

torch.set_num_threads(1)
PAIRS = [f"{name}-{core}" for name, rule in RULES.items() for core in rule.cores]
TINY = {"updates": 2, "batch": 8, "hidden": 4}


def test_every_short_name_is_a_rule_with_one_of_its_cores() -> None:
    for name in AGENTS:
        agent = AGENTS[name]
        cores = RULES[agent.rule].cores
        assert agent.core in cores or (agent.core == "" and not cores)
        assert agent.learns_from == RULES[agent.rule].learns_from
        assert agent.about


def test_every_rule_has_a_short_name_and_every_core_is_taken() -> None:
    assert {AGENTS[name].rule for name in AGENTS} == set(RULES)
    assert {core for rule in RULES.values() for core in rule.cores} == {*CORES, *NETWORKS}


@pytest.fixture
def new_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new core and two new rules, one of them without a core, each as one menu line; no short name."""
    monkeypatch.setitem(cast(Any, CORES)._entries, "other", ("seq_agents.cores.gru:Gru", "another core"))
    where = "seq_agents.learners.supervised:Supervised"
    monkeypatch.setitem(RULES, "other-rule", Rule(where, "examples", ("lstm", "other")))
    where = "seq_agents.learners.reference:OptimalAnswers"
    monkeypatch.setitem(RULES, "other-reference", Rule(where, "nothing", ()))
    agents._pairs.cache_clear()
    yield
    agents._pairs.cache_clear()


@pytest.mark.usefixtures("new_names")
@pytest.mark.parametrize("name", ["other-rule-other", "other-rule-lstm", "other-reference"])
def test_a_new_rule_or_core_is_one_menu_line(name: str) -> None:
    assert canonical(name) == name
    policy = make_learner(name, "SeqEcho-v0").policy()
    assert seq_envs.evaluate(policy, "SeqEcho-v0", 2).episodes == 2
    assert AGENTS[name].learns_memory == (name != "other-reference")
    trained = trainer(name, {} if name == "other-reference" else {"hidden": "2", "batch": "2"})
    make_envs = MakeEnvs(seq_envs.make_problem("SeqEcho-v0", lag=0), seq_envs.make_problem("SeqEcho-v0", lag=0), 0)
    assert trained(make_envs, 20).initial_state(1) is not None or name == "other-reference"


def test_a_new_rule_spends_the_budget_of_a_rung() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0")
    assert _default(agent_type("ppo").settings_type, problem, 500) == {"steps": 500}
    assert _default(agent_type("gru").settings_type, problem, 2 * 64 * problem.steps) == {"updates": 2}
    assert _default(agent_type("optimal").settings_type, problem, 500) == {}


def test_which_agents_learn_what_to_remember() -> None:
    without = {name for name in AGENTS if not AGENTS[name].learns_memory}
    assert without == {"ppo", "ppo-stack", "mlp", "window-mlp", "random", "memoryless", "optimal"}


@pytest.mark.parametrize("name", PAIRS)
def test_every_pair_is_an_agent(name: str) -> None:
    assert name in AGENTS
    assert agent_type(name) is agent_type(canonical(name))


def test_a_pair_that_has_a_short_name_is_the_same_agent() -> None:
    assert canonical("supervised-lstm") == "lstm"
    assert canonical("reinforce-lstm") == "reinforce"
    assert canonical("supervised-none") == "mlp"
    assert canonical("reinforce-gru") == "reinforce-gru"
    assert settings_of("supervised-lstm", "SeqEcho-v0") == settings_of("lstm", "SeqEcho-v0")


def test_another_core_for_an_agent() -> None:
    assert with_core("reinforce", "gru") == "reinforce-gru"
    assert with_core("lstm", "gru") == "gru"
    assert with_core("supervised", "gru") == "gru"
    assert with_core("reinforce-gru", "lstm") == "reinforce"
    assert with_core("recurrent-ppo-stock", "gru") == "recurrent-ppo-stock-gru"
    assert with_core("recurrent-ppo-stock", "own_cores:Plain") == "recurrent-ppo-stock-own_cores:Plain"
    assert AGENTS["recurrent-ppo-stock-own_cores:Plain"].rule == "recurrent-ppo-stock"


def test_the_name_of_a_core_is_supervised_learning_with_it() -> None:
    assert canonical("supervised-reservoir") == canonical("reservoir") == "reservoir"
    assert canonical("none") == "mlp"
    assert AGENTS["reservoir"].rule == "supervised"


@pytest.mark.parametrize(
    ("agent", "core", "said"),
    [
        ("reinforce", "grru", r"core of reinforce must be one of .*, got 'grru' \(did you mean 'gru'"),
        ("recurrent-ppo", "bilstm", "core of recurrent-ppo must be one of .*, got 'bilstm'"),
        ("ppo", "gru", "core of ppo must be one of none, window, got 'gru'"),
        ("ppo", "my_module:Core", "core of ppo must be one of none, window, got 'my_module:Core'"),
        ("optimal", "lstm", "core of optimal"),
        ("nobody", "lstm", "agent must be one of"),
        ("supervised", "lrru", "core of supervised must be one of"),
        ("mine:Agent", "lstm", "brings its own memory, got 'lstm'"),
    ],
)
def test_a_core_that_an_agent_does_not_take(agent: str, core: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        with_core(agent, core)


def test_a_rule_alone_is_no_agent_if_it_needs_a_core() -> None:
    with pytest.raises(ValueError, match="'supervised' is a rule and needs a core: supervised-lstm, supervised-gru"):
        canonical("supervised")


@pytest.mark.parametrize("core", [*CORES, *NETWORKS])
@pytest.mark.parametrize("rule", ["supervised", "reinforce"])
def test_any_memory_learns_by_either_rule_and_resumes(rule: str, core: str) -> None:
    name = f"{rule}-{core}"
    few = {"length": 2, "n_values": 2}  # So that a policy before its training is rewarded.
    learner = make_learner(name, "SeqCopy-v0", 1, TINY, **few)
    before = {part: tensor.clone() for part, tensor in learner.state().items()}
    learner.learn()
    after = learner.state()
    moved = [part for part in after if part.startswith("network") and not torch.equal(after[part], before[part])]
    assert moved
    other = make_learner(name, "SeqCopy-v0", 1, TINY, **few)
    other.restore(after)
    assert all(torch.equal(tensor, after[part]) for part, tensor in other.state().items())
    scores = [seq_envs.evaluate(trained.policy(), "SeqCopy-v0", 50, **few) for trained in (learner, other)]
    assert scores[0].accuracy == scores[1].accuracy


@pytest.mark.parametrize("agent", ["lstm", "gru", "bilstm", "encoder-decoder", "mlp", "window-mlp", "reinforce"])
@pytest.mark.parametrize("id", ["SeqCopy-v0", "SeqNext-v0"])
def test_any_default_dtype_of_torch(agent: str, id: str) -> None:
    if agent == "encoder-decoder" and id != "SeqCopy-v0":
        return
    torch.set_default_dtype(torch.float64)
    try:
        learner = make_learner(agent, id, 0, TINY)
        learner.learn()
        assert all(weight.dtype == torch.float64 for weight in learner.network.parameters())  # type: ignore[attr-defined]
        seq_envs.evaluate(learner.policy(), id, 20)
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_checkpoint_holds_nothing_but_what_the_seed_decides() -> None:
    states = []
    for other in (0, 1):
        np.random.seed(other)  # noqa: NPY002 - what another library may do.
        learner = make_learner("reinforce", "SeqEcho-v0", 0, TINY)
        learner.learn()
        states.append(learner.state())
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][part], states[1][part]) for part in states[0])


@pytest.mark.parametrize("agent", ["lstm", "gru", "mlp", "window-mlp", "reinforce"])
def test_a_checkpoint_of_version_0_1_0(agent: str) -> None:
    """There the weights of a core had no prefix, and reinforce kept numpy's generator beside torch's."""
    learner = make_learner(agent, "SeqEcho-v0", 0, TINY)
    learner.learn()
    old = {part.replace("network.core.", "network."): tensor for part, tensor in learner.state().items()}
    old |= {"random.numpy.keys": torch.zeros(624)} if agent == "reinforce" else {}
    other = make_learner(agent, "SeqEcho-v0", 0, TINY)
    other.restore(old)
    assert all(torch.equal(tensor, learner.state()[part]) for part, tensor in other.state().items())
