"""Games against LSTMs with random weights."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from seq_agents.browser import Game
from seq_agents.experiments.config import Config
from seq_agents.inspection.observed import observed
from seq_agents.learners.learner import Learner

from seq_envs.dataset import raw_episodes
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.seeds import inspection_stream


class TinyGame(NamedTuple):
    """A game and the learner that it is made from."""

    game: Game
    learner: Learner


def tiny_game(
    id: str,
    parameters: dict[str, Any],
    agent: str = "lstm",
    hidden: int = 5,
    scale: float = 1.0,
    options: EnvOptions = NO_OPTIONS,
) -> TinyGame:
    """A game against a learner whose random weights are multiplied by `scale`."""
    few = {"lanes": 4} if "ppo" in agent else {}
    config = Config.of(agent, id, parameters, settings={"hidden": hidden, **few}, options=options)
    learner = config.learner()
    network: Any = learner.network_and_core()[0]  # type: ignore[index]  # These learners have a network.
    with torch.no_grad():
        for weights in network.parameters():
            weights.mul_(scale)
    return TinyGame(Game.of(learner, config), learner)


def by_torch(tiny: TinyGame, episode: int) -> dict[str, np.ndarray[Any, Any]]:
    """What torch computes along an episode: hidden (T, H), cell (T, H) and scores (T, n)."""
    learner, view = tiny.learner, tiny.learner.network_view()
    assert view is not None
    raw = raw_episodes(learner.problem, episode + 1, inspection_stream(tiny.game.seed, 0))
    with torch.no_grad():
        features = view.features(observed(learner.problem, learner.policy(), learner.options, raw))[episode:]
        activity, scores = view.states(features, range(features.shape[1])), view.read(features).scores
    assert activity is not None
    found = {"hidden": activity.state["h"][0], "cell": activity.state["c"][0], "scores": scores[0, :, 0]}
    return {name: values.numpy() for name, values in found.items()}
