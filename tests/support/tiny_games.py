"""Games against LSTMs with random weights."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from seq_agents.browser import Game
from seq_agents.experiments.config import Config
from seq_agents.learners.learner import Learner

import seq_envs
from seq_envs.seeds import inspection_stream


class TinyGame(NamedTuple):
    """A game and the learner that it is made from."""

    game: Game
    learner: Learner


def tiny_game(
    id: str, parameters: dict[str, Any], agent: str = "lstm", hidden: int = 5, scale: float = 1.0
) -> TinyGame:
    """A game against a learner whose random weights are multiplied by `scale`."""
    config = Config.of(agent, id, parameters, settings={"hidden": hidden})
    learner = config.learner()
    network: Any = learner.network_and_core()[0]  # type: ignore[index]  # These learners have a network.
    with torch.no_grad():
        for weights in network.parameters():
            weights.mul_(scale)
    return TinyGame(Game.of(learner, config), learner)


def by_torch(tiny: TinyGame, episode: int) -> dict[str, np.ndarray[Any, Any]]:
    """What torch computes along an episode: hidden (T, H), cell (T, H) and scores (T, n)."""
    network: Any = tiny.learner.network_and_core()[0]  # type: ignore[index]  # As above.
    problem = tiny.learner.problem
    observations = seq_envs.sample(problem, episode + 1, inspection_stream(tiny.game.seed, 0)).observations[episode]
    state, found = network.initial_state(1), []
    with torch.no_grad():
        for observation in torch.as_tensor(observations):
            scores, state = network.step(observation[None], state)
            found.append((state[0][0].numpy(), state[1][0].numpy(), scores[0].numpy()))
    return dict(zip(("hidden", "cell", "scores"), map(np.stack, zip(*found, strict=True)), strict=True))
