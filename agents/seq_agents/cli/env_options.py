"""The options of environments on the command line."""

from __future__ import annotations

import argparse

from seq_envs.env_options import FEEDBACK, PAY, EnvOptions
from seq_envs.parameters import Integer


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


def env_options(chosen: argparse.Namespace) -> EnvOptions:
    """The options that were given.

    Raises:
        ValueError: one is wrong.
    """
    limit = chosen.max_episode_steps
    return EnvOptions(
        pay=EnvOptions.pay if chosen.pay is None else chosen.pay,
        feedback=tuple(chosen.feedback or ()),
        max_episode_steps=None if limit is None else Integer(1).parse(limit),
    )
