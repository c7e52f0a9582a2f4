"""A watched episode is the one that an environment plays with the same answers; a page and an animation show it."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from pages import cells, parsed
from PIL import Image
from seq_agents.watch import Watched, play
from seq_agents.watch.page import page
from spaces_of_settings import EVERY_BASE_CHOICE, Ragged, name
from tiny_agents import LEARNING, taken_by, tiny

import seq_envs
from seq_envs.encodings import Alphabet, Token
from seq_envs.env_options import EnvOptions
from seq_envs.policies import Policy
from seq_envs.seeds import EXAMPLE_STREAM

torch.set_num_threads(1)
ECHO = seq_envs.make_problem("SeqEcho-v0", length=4, n_values=3)


def rendered(problem: seq_envs.Problem, policy: Policy, seed: int) -> list[str]:
    """What an environment draws, before the first answer and after each."""
    env = seq_envs.SequenceEnv(problem, render_mode="ansi")
    observation, _ = env.reset(seed=seed)
    state, over = policy.initial_state(1), False
    frames = [env.render()]
    while not over:
        answer, state = policy.act(np.asarray(observation)[None], state)
        observation, _, over, _, _ = env.step(answer[0])
        frames.append(env.render())
    return frames


def without_title(text: str) -> list[str]:
    return text.splitlines()[1:]


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_it_is_what_an_environment_draws(id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    for seed in range(2):
        watched = play(problem, {"mine": seq_envs.policies.random(problem)}, seed)
        frames = rendered(problem, seq_envs.policies.random(problem), seed)
        assert [without_title(watched.text(played)) for played in range(watched.steps + 1)] == [
            without_title(frame) for frame in frames
        ]
        right = frames[-1].splitlines()[0].partition("  right ")[2]
        assert str(watched).splitlines()[0] == f"mine: right {right}"


def test_an_episode_ends_where_it_is_over() -> None:
    lengths = {play(Ragged(), {"mine": seq_envs.policies.optimal(Ragged())}, seed).steps for seed in range(20)}
    assert len(lengths) > 1
    assert lengths == {int(seq_envs.sample(Ragged(), 1, seed).lengths[0]) for seed in range(20)}


def test_it_states_the_options_that_it_was_played_with() -> None:
    options = EnvOptions(pay="at_end", feedback=("reward",), max_episode_steps=2)
    watched = play(ECHO, {"mine": seq_envs.policies.optimal(ECHO)}, 0, options)
    assert watched.steps == 4, "it is played to the end"
    assert watched.played_in == f"{ECHO} with pay='at_end', feedback=('reward',)"
    assert watched.played_in in html.unescape(page(watched, 4.0))
    assert play(ECHO, {"mine": seq_envs.policies.optimal(ECHO)}).played_in == str(ECHO)


@pytest.mark.parametrize("agent", LEARNING)
def test_every_agent_can_be_watched(agent: str) -> None:
    learner = tiny(agent)
    watched = play(taken_by(agent), {"before": learner.policy()})
    assert str(watched).startswith("before: right ")
    assert rendered(taken_by(agent), learner.policy(), 0)[-1].splitlines()[1:] == without_title(str(watched))


def two() -> Watched:
    return play(
        "SeqMemorize-v0",
        {
            "none & <b>": seq_envs.policies.memoryless("SeqMemorize-v0"),
            "best": seq_envs.policies.optimal("SeqMemorize-v0"),
        },
        EXAMPLE_STREAM,
    )


def test_the_animation_has_a_frame_for_each_time_step(tmp_path: Path) -> None:
    watched = two()
    watched.save_gif(tmp_path / "episode.gif", steps_per_second=5)
    with Image.open(tmp_path / "episode.gif") as animation:
        assert animation.n_frames == watched.steps + 1
        durations = []
        for frame in range(animation.n_frames):
            animation.seek(frame)
            durations.append(animation.info["duration"])
        last = np.asarray(animation.convert("RGB"))
    assert durations == [200] * watched.steps + [3000]
    assert animation.info["loop"] == 0, "it begins again"
    env = gymnasium.make("SeqMemorize-v0", render_mode="rgb_array")
    env.reset(seed=0)
    height, width, _ = np.asarray(env.render()).shape
    assert last.shape == (2 * height, width, 3), "one policy below the other"
    green = (last.astype(int) - (0, 158, 115) == 0).all(-1)
    assert green[height:].any(), "the best policy is right"


def test_the_page_has_every_time_step() -> None:
    page = two()
    source = page_of(page)
    root = parsed(source)
    [table] = root.all("table")
    steps, inputs, truths, memoryless, best = cells(table)
    assert steps == ["step", "0", "1", "2", "3"]
    assert inputs == ["input", *(str(value) for value in page.episode.observations[0])]
    assert truths == ["truth", *inputs[2:], inputs[1]]
    assert memoryless[0].startswith("none & <b> right ")
    assert best[0] == "best right 4 of 4"
    assert best[-1] == f"{inputs[1]}\N{NO-BREAK SPACE}✓ (right)"
    assert {cell.rpartition(" (")[2] for cell in memoryless[1:]} == {"right)", "wrong)"}
    assert "http" not in source
    assert "<b>" not in source, "a name is escaped"


def test_code_in_a_title_is_marked() -> None:
    source = page_of(play("SeqEcho-v0", {"best": seq_envs.policies.optimal("SeqEcho-v0")}))
    assert "<code>lag</code> steps ago</h1>" in source
    assert "value of lag steps ago</title>" in source


def test_the_page_is_framed_in_a_notebook() -> None:
    watched = two()
    [frame] = parsed(watched._repr_html_()).all("iframe")
    assert frame.attributes["srcdoc"] == page_of(watched)


def page_of(watched: Watched) -> str:
    [frame] = parsed(watched._repr_html_()).all("iframe")
    page = frame.attributes["srcdoc"]
    assert page is not None
    return page


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    watched = two()
    watched.save_html(tmp_path / "episode.html")
    assert (tmp_path / "episode.html").read_text(encoding="utf-8") == page_of(watched)
    for save in (watched.save_html, watched.save_gif):
        with pytest.raises(OSError, match="nowhere"):
            save(tmp_path / "nowhere" / "episode")
        with pytest.raises(IsADirectoryError):
            save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["episode.html"]


class GrowingInputs(Ragged):
    """The inputs take more room towards the end of an episode."""

    def sample(self, rng: Any, batch: int) -> seq_envs.Episodes:
        episodes = super().sample(rng, batch)
        return episodes._replace(observations=np.broadcast_to(10 ** np.arange(7), episodes.observations.shape))

    @property
    def code(self) -> Token:
        return Token(Alphabet(2_000_000))


def test_all_frames_are_as_wide(tmp_path: Path) -> None:
    """Also where inputs grow, and where a name is long."""
    problem = GrowingInputs()
    play(problem, {"a very long name " * 4: seq_envs.policies.random(problem)}).save_gif(tmp_path / "episode.gif")
    with Image.open(tmp_path / "episode.gif") as animation:
        paper = set()
        for frame in range(animation.n_frames):
            animation.seek(frame)
            picture = np.asarray(animation.convert("RGB"))
            paper.add(tuple(picture[0, -1]))
            assert picture.shape[1] >= 11 * 64, "the title has room"
    assert paper == {(250, 250, 248)}


def test_partly_right_answers() -> None:
    problem = seq_envs.make_problem("SeqCopy-v0", framing="many_to_one", length=3, n_values=2)
    watched = [play(problem, {"random": seq_envs.policies.random(problem, seed)}) for seed in range(8)]
    source = "".join(map(page_of, watched))
    assert 'data-kind="partly right"' in source
    assert '[data-kind="partly right"]' in source, "it has a colour"


@pytest.mark.parametrize("speed", [0, -1, 0.05, 1000, float("nan"), "4"])
def test_a_wrong_speed(speed: Any, tmp_path: Path) -> None:
    for save in (two().save_gif, two().save_html):
        with pytest.raises(ValueError, match=r"steps_per_second must be a number in \(0.1, 50\), got "):
            save(tmp_path / "file", speed)
    assert not list(tmp_path.iterdir())


def test_an_animation_of_a_long_episode_is_refused(tmp_path: Path) -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=201)
    watched = play(problem, {"best": seq_envs.policies.random(problem)})
    with pytest.raises(ValueError, match="at most 200 time steps, got 201"):
        watched.save_gif(tmp_path / "file")
    watched.save_html(tmp_path / "file")


class Wrong:
    """A policy that gives one answer, whatever it is."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def initial_state(self, batch_size: int) -> None:
        pass

    def act(self, observations: Any, state: Any) -> tuple[Any, Any]:
        return self.answer, state


@pytest.mark.parametrize(
    ("policies", "error", "message"),
    [
        ({}, ValueError, "policies must hold at least one policy"),
        ({"a": 3}, TypeError, "policy must have initial_state"),
        ({"a": Wrong(np.array([99]))}, seq_envs.ActionError, "actions must be integers in 0 ... 2, got 99"),
        ({"a": Wrong(np.array([[1]]))}, seq_envs.ActionError, r"of shape \(1,\), got shape \(1, 1\)"),
    ],
)
def test_wrong_policies(policies: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        play(ECHO, policies)


@pytest.mark.parametrize("seed", [-1, 0.5, "0", None])
def test_a_wrong_seed(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed must be"):
        play(ECHO, {"best": seq_envs.policies.optimal(ECHO)}, seed)
