"""For Stable-Baselines3: the native vector env as a `VecEnv`, any memory core for RecurrentPPO, and a faster one.

    from seq_agents.sb3 import make_vec_env

    model = RecurrentPPO("MlpLstmPolicy", make_vec_env("SeqEcho-v0", n_envs=64, seed=0, lag=3))

`CorePolicy` and `FastRecurrentPPO` need sb3-contrib. The others need stable-baselines3 only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seq_agents.sb3.core_policy import CorePolicy as CorePolicy
    from seq_agents.sb3.frames import Frames as Frames
    from seq_agents.sb3.frames import FramesPolicy as FramesPolicy
    from seq_agents.sb3.frames import FramesVecEnv as FramesVecEnv
    from seq_agents.sb3.policy import Sb3Policy as Sb3Policy
    from seq_agents.sb3.recurrent_ppo import FastRecurrentPPO as FastRecurrentPPO
    from seq_agents.sb3.vec_env import SequenceVecEnv as SequenceVecEnv
    from seq_agents.sb3.vec_env import make_vec_env as make_vec_env

_MODULE_OF = {
    "CorePolicy": "core_policy",
    "FastRecurrentPPO": "recurrent_ppo",
    "Frames": "frames",
    "FramesPolicy": "frames",
    "FramesVecEnv": "frames",
    "Sb3Policy": "policy",
    "SequenceVecEnv": "vec_env",
    "make_vec_env": "vec_env",
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'seq_agents.sb3' has no attribute {name!r}")
    value = getattr(import_module(f"seq_agents.sb3.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
