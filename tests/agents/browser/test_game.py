"""A game has the episodes of its problem and the weights of its LSTM; what a page cannot show is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
import torch
from pages import parsed
from paths import ROOT
from seq_agents.agents import make_learner
from seq_agents.browser import Game, page
from seq_agents.errors import Refused
from seq_agents.experiments.config import Config
from seq_agents.watch import play
from tiny_games import TinyGame, by_torch, tiny_game

import seq_envs
from seq_envs.env_options import EnvOptions
from seq_envs.seeds import inspection_stream

torch.set_num_threads(1)
OBSERVES = {"feedback": ("action", "reward")}
ECHO = {"length": 6, "n_values": 4, "lag": 2}
GAMES = {
    "one_hot": ("SeqEcho-v0", ECHO, "lstm"),
    "discrete": ("SeqEcho-v0", {**ECHO, "encoding": "discrete"}, "lstm"),
    "normalized, with cues": ("SeqCopy-v0", {"length": 3, "n_values": 4, "encoding": "normalized"}, "lstm"),
    "learned from rewards": ("SeqMemorize-v0", {"length": 6, "distractors": "random"}, "reinforce"),
    "with a critic": ("SeqEcho-v0", ECHO, "recurrent-ppo"),
    "of a library": ("SeqEcho-v0", {**ECHO, "encoding": "discrete"}, "recurrent-ppo-stock"),
    "observes its answers": ("SeqEcho-v0", ECHO, "recurrent-ppo-stock", {"feedback": ("action",)}),
    "observes its rewards": ("SeqEcho-v0", ECHO, "recurrent-ppo-stock", {"feedback": ("reward",)}),
    "observes both": ("SeqEcho-v0", {**ECHO, "encoding": "discrete"}, "recurrent-ppo-stock", OBSERVES),
    "is paid at the end": ("SeqCopy-v0", {"length": 3}, "recurrent-ppo-stock", {"pay": "at_end", **OBSERVES}),
}


@pytest.fixture(params=GAMES.values(), ids=GAMES, scope="module")
def tiny(request: pytest.FixtureRequest) -> TinyGame:
    id, parameters, agent, *options = request.param
    return tiny_game(id, parameters, agent, scale=3.0, options=EnvOptions(**dict(*options)))


def computed(game: Game, episode: int) -> dict[str, Any]:
    """An LSTM written down from Hochreiter and Schmidhuber's equations, with the numbers of a game."""
    weights = {name: np.array(value) for name, value in json.loads(game.to_json())["lstm"].items() if value is not None}
    hidden = cell = np.zeros(weights["recurrent"].shape[1])
    found: dict[str, list[Any]] = {"hidden": [], "cell": [], "scores": []}
    past = np.zeros(4 * len(hidden))
    for symbol, target in zip(game.episodes[episode].inputs, game.episodes[episode].targets, strict=True):
        i, f, g, o = np.split(weights["inputs"][symbol] + past + weights["recurrent"] @ hidden, 4)
        cell = cell / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        hidden = np.tanh(cell) / (1 + np.exp(-o))
        scores = weights["head"] @ hidden + weights["head_bias"]
        past = np.zeros(4 * len(hidden))
        if "actions" in weights:
            past += weights["actions"][scores.argmax()]
        if "reward" in weights and scores.argmax() == target:
            past += weights["reward"]
        for name, value in (("hidden", hidden), ("cell", cell), ("scores", scores)):
            found[name].append(value)
    return found


def test_the_weights_are_those_of_torch(tiny: TinyGame) -> None:
    for episode in range(3):
        found, expected = computed(tiny.game, episode), by_torch(tiny, episode)
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values, atol=1e-4, rtol=0)


def test_the_answers_are_those_of_the_agent_in_its_env(tiny: TinyGame) -> None:
    problem, options = tiny.learner.problem, tiny.learner.options
    watched = play(problem, {"agent": tiny.learner.policy()}, inspection_stream(tiny.game.seed, 0), options)
    assert watched.answers["agent"].tolist() == [scores.argmax() for scores in computed(tiny.game, 0)["scores"]]


def test_what_an_agent_observes_of_its_past_is_in_its_game(tiny: TinyGame) -> None:
    lstm, options = tiny.game.lstm, tiny.learner.options
    assert (lstm.actions is not None) == ("action" in options.feedback)
    assert (lstm.reward is not None) == ("reward" in options.feedback and options.pay == "each_step")


def test_every_cell_has_a_row(tiny: TinyGame) -> None:
    assert sorted(tiny.game.lstm.order) == list(range(5))


def test_a_large_network_has_128_rows() -> None:
    tiny = tiny_game("SeqEcho-v0", ECHO, hidden=130)
    assert len(tiny.game.lstm.recurrent[0]) == 130
    assert len(set(tiny.game.lstm.order)) == 128
    assert set(tiny.game.lstm.order) < set(range(130))
    np.testing.assert_allclose(computed(tiny.game, 0)["scores"], by_torch(tiny, 0)["scores"], atol=1e-5, rtol=0)


def test_the_episodes_are_those_of_the_problem(tiny: TinyGame) -> None:
    game, problem = tiny.game, tiny.learner.problem
    data = seq_envs.sample(problem, len(game.episodes), inspection_stream(game.seed, 0))
    symbols = problem.code.decode(data.observations)
    for number, episode in enumerate(game.episodes):
        length = data.lengths[number]
        assert episode.inputs == symbols[number, :length].tolist()
        assert [target is not None for target in episode.targets] == data.scored[number, :length].tolist()
        right = [target for target in episode.targets if target is not None]
        assert right == data.targets[number][data.scored[number]].tolist()
    assert game.question == problem.question
    assert game.answers == [str(answer) for answer in range(problem.action_space.n)]  # type: ignore[attr-defined]  # Discrete.


def test_cues_are_drawn_as_everywhere() -> None:
    assert tiny_game("SeqCopy-v0", {"length": 2, "n_values": 3}).game.symbols == ["0", "1", "2", "_", ">"]


def test_json_has_everything(tiny: TinyGame) -> None:
    text = tiny.game.to_json()
    assert Game.from_json(text) == Game.from_json(Game.from_json(text).to_json())
    assert Game.from_json(text).lstm == tiny.game.lstm
    assert json.loads(text)["run"]["id"] == tiny.game.run["id"]


@pytest.mark.parametrize(
    ("agent", "id", "parameters", "message"),
    [
        ("gru", "SeqEcho-v0", {}, "an agent with the core lstm"),
        ("bilstm", "SeqEcho-v0", {}, "an agent with the core lstm"),
        ("recurrent-ppo-gru", "SeqEcho-v0", {}, "an agent with the core lstm"),
        ("recurrent-ppo-stock-window", "SeqEcho-v0", {}, "an agent with the core lstm"),
        ("ppo", "SeqEcho-v0", {}, "an agent with the core lstm"),
        ("optimal", "SeqEcho-v0", {}, "an agent with the core lstm"),
        ("lstm", "SeqClassify-v0", {}, "the inputs of SeqClassify are real numbers"),
        ("lstm", "SeqNext-v0", {}, "SeqNext does not have one answer out of a list"),
        ("lstm", "SeqCopy-v0", {"framing": "many_to_one"}, "SeqCopy does not have one answer out of a list"),
        ("lstm", "SeqEcho-v0", {"n_values": 101}, "at most 100 answers, and SeqEcho has 101"),
        ("lstm", "SeqEcho-v0", {"length": 201}, "at most 200 time steps, and SeqEcho has 201"),
    ],
)
def test_what_a_page_cannot_show(agent: str, id: str, parameters: dict[str, Any], message: str) -> None:
    learner = make_learner(agent, id, **parameters)
    with pytest.raises(Refused, match=message):
        Game.of(learner, Config.of(agent, id, parameters))


def test_a_wrong_seed() -> None:
    config = Config.of("lstm", "SeqEcho-v0", {})
    with pytest.raises(ValueError, match="seed must be"):
        Game.of(config.learner(), config, seed=-1)


def test_the_page_escapes_and_fetches_nothing(tiny: TinyGame) -> None:
    name = 'a </script><img src="x"> & b'
    source = page({name: tiny.game, "other": tiny.game})
    root = parsed(source)
    assert not root.all("img")
    assert not root.all("link")
    assert [radio.attributes["value"] for radio in root.all("input")] == [name, "other"]
    assert all("src" not in script.attributes for script in root.all("script"))
    assert "http" not in source


PLAY = (ROOT / "docs" / "play.md").read_text(encoding="utf-8")
FILES = sorted((ROOT / "docs" / "games").glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_games_of_the_documentation_are_current(path: Any) -> None:
    """After a change of a problem, write them again with the command that `docs/play.md` has."""
    game = Game.from_json(path.read_text(encoding="utf-8"))
    config = Config(**game.run)
    made = Game.of(config.learner(), config, game.steps_learned, game.seed)
    assert made.episodes == game.episodes
    assert (made.problem, made.question, made.symbols, made.answers) == (
        game.problem, game.question, game.symbols, game.answers,
    )  # fmt: skip
    assert re.search(rf"^[^:]+: games/{path.stem}\.json$", PLAY, re.MULTILINE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_networks_of_the_documentation_answer_right(path: Any) -> None:
    """`docs/play.md` says that only `copy` makes mistakes, in about one episode of a hundred."""
    game = Game.from_json(path.read_text(encoding="utf-8"))
    wrong = 0
    for number, episode in enumerate(game.episodes):
        answers = np.argmax(computed(game, number)["scores"], axis=-1)
        wrong += any(target not in (None, answer) for target, answer in zip(episode.targets, answers, strict=True))
    assert wrong <= (2 if path.stem == "copy" else 0)


def test_the_first_symbol_decides_from_the_step_that_the_documentation_names() -> None:
    """`docs/play.md` says so of the cells above zero."""
    game = Game.from_json((ROOT / "docs" / "games" / "first.json").read_text(encoding="utf-8"))
    above = np.array([computed(game, number)["cell"] for number in range(len(game.episodes))]) > 0
    first = np.array([episode.inputs[0] for episode in game.episodes])
    decided = [
        all(len(np.unique(above[first == symbol, step], axis=0)) == 1 for symbol in np.unique(first))
        for step in range(above.shape[1])
    ]
    since = max(step for step, holds in enumerate(decided) if not holds) + 1
    ordinal = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"][since]
    assert f"From the {ordinal} step on, the first symbol alone decides" in PLAY


def test_the_games_of_the_documentation_are_small() -> None:
    assert len(FILES) == 4
    assert sum(path.stat().st_size for path in FILES) < 80_000
