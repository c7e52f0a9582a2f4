"""The options of environments on the command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from seq_agents.cli.hints import refuse_commas
from seq_envs.env_options import FEEDBACK, PAY, EnvOptions
from seq_envs.parameters import Integer

if TYPE_CHECKING:
    from seq_agents.experiments.config import Config


def add_env_options(parser: argparse.ArgumentParser) -> None:
    """Add them. Their values stay text, since `EnvOptions` checks them."""
    group = parser.add_argument_group("the environment")
    group.add_argument("--pay", metavar="WHEN", help=f"when rewards are paid: {' or '.join(PAY.options)}")
    group.add_argument(
        "--feedback",
        nargs="+",
        metavar="PART",
        help=f"what the agent observes of its past: {', '.join(FEEDBACK.options)}",
    )
    group.add_argument("--max-episode-steps", metavar="STEPS", help="truncate episodes after so many time steps")


def about_options(config: Config) -> str:
    """The options of the environment of a run, in sentences; empty for the defaults."""
    options = config.env_options()
    if not options.chosen():
        return ""
    sentences = [f"The agent learned in an environment with {options}."]
    if options.feedback:
        sentences.append(
            "It observes its past, by which an agent without memory can exceed the memoryless level: see "
            f"seq_envs.levels({config.id!r}, feedback={options.feedback})."
        )
    return " ".join(sentences)


def env_options(chosen: argparse.Namespace) -> EnvOptions:
    """The options that were given.

    Raises:
        ValueError: one is wrong.
        Refused: the parts of feedback have commas between them.
    """
    for part in chosen.feedback or ():
        refuse_commas("--feedback", part)
    limit = chosen.max_episode_steps
    return EnvOptions(
        pay=EnvOptions.pay if chosen.pay is None else chosen.pay,
        feedback=tuple(chosen.feedback or ()),
        max_episode_steps=None if limit is None else Integer(1).parse(limit),
    )
