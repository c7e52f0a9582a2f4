"""Rendering: an episode as text, as a picture and in a window."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from spaces_of_settings import EVERY_BASE_CHOICE, name

import seq_envs


def test_text_of_a_played_episode() -> None:
    env = gymnasium.make("SeqEcho-v0", length=4, render_mode="ansi")
    env.reset(seed=0)
    for action in (7, 3, 6):
        env.step(action)
    assert env.render() == (
        "SeqEcho  step 3 of 4  right 1 of 2\nstep   0 1 2 3\ninput  3 5 7 8\nanswer 7 3 6\ntruth  . 3 5\n       . ✓ ✗"
    )
    env.step(7)
    assert env.render().splitlines()[0] == "SeqEcho  step 4 of 4  right 2 of 3"


def test_text_of_a_whole_answer_that_is_partly_right() -> None:
    env = gymnasium.make("SeqCopy-v0", length=2, framing="many_to_one", render_mode="ansi")
    env.reset(seed=0)
    env.step([0, 0])
    env.step([3, 0])
    assert env.render() == (
        "SeqCopy  step 2 of 2  right 0.5 of 1\n"
        "step     0   1\n"
        "input    3   5\n"
        "answer 0,0 3,0\n"
        "truth    . 3,5\n"
        "         .   ~"
    )


def test_an_answer_is_kept_although_its_array_changes() -> None:
    buffer = np.zeros(3, int)
    for make, wrap in ((gymnasium.make, lambda x: x), (gymnasium.make_vec, lambda x: x[None])):
        env = make("SeqCopy-v0", length=3, framing="many_to_one", render_mode="ansi")
        env.reset(seed=0)
        for value in (1, 2):
            buffer[:] = value
            env.step(wrap(buffer))
        buffer[:] = 3
        text = env.render() if make is gymnasium.make else env.render()[0]
        assert text.splitlines()[3].split() == ["answer", "1,1,1", "2,2,2"]


def test_the_truth_is_not_rendered_before_the_answer() -> None:
    env = gymnasium.make("SeqMemorize-v0", render_mode="ansi")
    env.reset(seed=0)
    for action in (0, 1, 2):
        env.step(action)
    truth = env.render().splitlines()[4]
    assert truth.split() == ["truth", "0", "1", "2"]


def test_a_long_episode_is_rendered_with_its_latest_steps() -> None:
    env = gymnasium.make("SeqEcho-v0", length=200, render_mode="ansi")
    env.reset(seed=0)
    for _ in range(150):
        env.step(0)
        assert max(map(len, env.render().splitlines())) <= 72
    assert "…" in env.render()
    assert env.render().splitlines()[1].split()[-1] == "150"


def test_a_long_solution_is_cut_into_strips() -> None:
    strips = seq_envs.draw("SeqEchoHard-v0").split("\n\n")
    assert len(strips) > 1
    steps = [step for strip in strips for step in strip.splitlines()[0].split()[1:]]
    assert steps == [str(step) for step in range(50)]


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_pictures_have_one_size_and_rendering_has_no_effect(id: str, choice: dict[str, Any]) -> None:
    env, plain = gymnasium.make(id, render_mode="rgb_array", **choice), gymnasium.make(id, **choice)
    env.action_space.seed(0)
    env.reset(seed=0)
    plain.reset(seed=0)
    pictures = [env.render()]
    over = False
    while not over:
        action = env.action_space.sample()
        ours, theirs = env.step(action), plain.step(action)
        assert np.array_equal(ours[0], theirs[0])
        assert ours[1:] == theirs[1:]
        over = ours[2]
        pictures.append(env.render())
        assert np.array_equal(pictures[-1], env.render())
    assert {(picture.shape, picture.dtype) for picture in pictures} == {(pictures[0].shape, np.dtype(np.uint8))}
    assert all(not np.array_equal(after, before) for after, before in zip(pictures[1:], pictures, strict=False))


def test_a_right_answer_looks_different_from_a_wrong_one() -> None:
    pictures = []
    for action in (3, 4):
        env = gymnasium.make("SeqEcho-v0", lag=0, render_mode="rgb_array")
        env.reset(seed=0)
        env.step(action)
        pictures.append(env.render().astype(int))
    mark_row = slice(-16 - 24, -16)
    grey = [picture[mark_row].mean(axis=2) < 200 for picture in pictures]
    assert grey[0].any()
    assert grey[1].any()
    assert not np.array_equal(*grey)  # The marks differ in shape, not only in colour.


@pytest.mark.filterwarnings("ignore:.*You are trying to use 'human' rendering")
def test_human_mode_opens_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    pygame = pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = gymnasium.make("SeqEcho-v0", render_mode="human")
    env.reset(seed=0)
    env.step(3)
    picture = pygame.surfarray.array3d(pygame.display.get_surface()).swapaxes(0, 1)
    plain = gymnasium.make("SeqEcho-v0", render_mode="rgb_array")
    plain.reset(seed=0)
    plain.step(3)
    assert np.array_equal(picture, plain.render())
    env.close()


def test_render_before_reset_and_without_a_mode() -> None:
    with pytest.raises(ResetNeeded):
        gymnasium.make("SeqEcho-v0", render_mode="ansi").unwrapped.render()
    env = gymnasium.make("SeqEcho-v0").unwrapped
    env.reset()
    with pytest.warns(UserWarning, match="render_mode"):
        assert env.render() is None
    with pytest.raises(ValueError, match="render_mode must be one of 'ansi', 'rgb_array', got 'svg'"):
        seq_envs.SequenceEnv("seq_envs.problems.echo:SeqEcho", render_mode="svg")
