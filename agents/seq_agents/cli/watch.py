"""`seq-envs watch`: a trained agent plays an episode, step by step."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from seq_agents.cli.hints import next_commands, on_runs
from seq_agents.cli.options import Command, seed
from seq_agents.cli.output_files import refuse_files
from seq_agents.cli.terminal import is_terminal, takes_colours, terminal_width
from seq_agents.cli.threads import use_one_thread
from seq_agents.cli.trained import Trained, add_run, given_options, trained
from seq_agents.cli.waiting import loading, working
from seq_agents.errors import Refused

if TYPE_CHECKING:
    from seq_agents.watch import Watched
    from seq_envs.policies import Policy

_COLOURS = {"✓": "32", "✗": "31", "~": "33"}
"""The colour of each mark, as a code of a terminal: green, red, yellow."""
_SPEED = 4.0
"""Time steps in a second, unless the user names another speed."""


def add_commands(command: Command) -> None:
    """Add the command."""
    watch = command("watch", _watch, "watch a trained agent play an episode, step by step")
    add_run(watch)
    watch.add_argument("--seed", type=seed, default=0, help="seed of the episode (default: 0)")
    watch.add_argument("--before", action="store_true", help="beside it, the agent before its training")
    watch.add_argument("--speed", type=_speed, help=f"time steps in a second (default: {_SPEED:g})")
    watch.add_argument("--html", type=Path, metavar="FILE", help="write a page instead, which plays the episode")
    watch.add_argument("--gif", type=Path, metavar="FILE", help="write an animation instead")
    watch.add_argument(
        "--game", type=Path, metavar="FILE", help="write a page to play against an LSTM; FILE.json: its data"
    )


def _speed(text: str) -> float:
    from seq_agents.watch.watched import SPEED

    try:
        return float(SPEED.check("--speed", float(text)))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be {SPEED}, got {text!r}") from None


def _watch(chosen: argparse.Namespace) -> None:
    """Play an episode in the terminal, or write files."""
    refuse_files({name: getattr(chosen, name) for name in ("html", "gif", "game")})
    game_alone = chosen.game is not None and chosen.html is None and chosen.gif is None
    if game_alone:
        _refuse_options_of_an_episode(chosen)
    with loading():
        use_one_thread()
        agent = trained(chosen)
    if chosen.game is not None:
        with working("writing the game"):
            _write_game(chosen.game, agent, chosen.seed)
        game = f"{agent.config.id} against {agent.config.agent}"
        content = f"the data of the game {game}" if _is_json(chosen.game) else f"play {game} in a browser"
        print(f"{chosen.game}: {content}.")
    if not game_alone:
        _play_episode(chosen, agent)
    evaluate = on_runs("evaluate", agent.run, given=given_options(chosen, agent.run))
    print(f"\n{next_commands(on_runs('plot', agent.run) if agent.run.has_curve else evaluate)}")


def _play_episode(chosen: argparse.Namespace, agent: Trained) -> None:
    """Play an episode in the terminal, or write it as a page and an animation."""
    from seq_agents.watch import play

    speed = _SPEED if chosen.speed is None else chosen.speed
    with working("playing the episode"):
        watched = play(agent.problem, _policies(agent, chosen.before), chosen.seed, agent.config.env_options())
    with working("drawing the episode"):
        if chosen.html is not None:
            watched.save_html(chosen.html, speed)
        if chosen.gif is not None:
            watched.save_gif(chosen.gif, speed)
    files = [path for path in (chosen.html, chosen.gif) if path is not None]
    for path in files:
        print(f"{path}: {agent.config.agent} plays an episode of {agent.config.id}.")
    if not files:
        print(f"{agent.problem.title}\n{watched.played_in}\n")
        show(watched, speed)


def _refuse_options_of_an_episode(chosen: argparse.Namespace) -> None:
    """Refuse the options that change only an episode that the agent plays, which a game is not.

    Raises:
        Refused: with the option.
    """
    for option, given in {"--before": chosen.before, "--speed": chosen.speed is not None}.items():
        if given:
            raise Refused(f"{option} has no effect on a game: leave it out, or add --html FILE or --gif FILE")


def _is_json(path: Path) -> bool:
    """Whether a game is written as its data."""
    return path.suffix.lower() == ".json"


def _write_game(path: Path, agent: Trained, seed: int) -> None:
    """Write the game against an agent: as JSON if the path ends in .json or .JSON, otherwise as a page."""
    from seq_agents.browser import Game, page
    from seq_agents.experiments.files import write_whole

    game = Game.of(agent.learner, agent.config, agent.steps, seed)
    text = game.to_json() if _is_json(path) else page({agent.config.id: game})
    write_whole(path, text.encode())


def _policies(agent: Trained, before: bool) -> dict[str, Policy]:
    """The policies to watch by name.

    Raises:
        Refused: the agent before its training is asked for, and it does not learn.
    """
    policy = agent.learner.policy()
    if not agent.steps:
        if before:
            raise Refused(f"{agent.config.agent} does not learn: leave --before out")
        return {agent.config.agent: policy}
    after = {f"after {agent.steps:,} time steps": policy}
    return {"before training": agent.config.learner(agent.problem).policy(), **after} if before else after


def show(watched: Watched, steps_per_second: float, sleep: Callable[[float], None] = time.sleep) -> None:
    """Print an episode: step by step on a terminal that is wide enough, otherwise once at its end."""
    coloured = takes_colours()
    whole = str(watched)
    lines = whole.splitlines()
    if not (is_terminal() and max(map(len, lines)) < (terminal_width() or 0) and len(lines) < _height()):
        print(_painted(whole) if coloured else whole)
        return
    for played in range(watched.steps + 1):
        if played:
            sleep(1 / steps_per_second)
            print(f"\033[{len(lines)}A\033[J", end="")  # Up to the first line, and erase.
        frame = watched.text(played)
        print(_painted(frame) if coloured else frame, flush=True)


def _height() -> int:
    """The lines of the terminal."""
    return os.get_terminal_size(sys.stdout.fileno()).lines


def _painted(text: str) -> str:
    """The text with coloured marks, for a terminal."""
    for mark, colour in _COLOURS.items():
        text = text.replace(mark, f"\033[{colour}m{mark}\033[0m")
    return text
