"""This package and Stable-Baselines3: the native vector env as a `VecEnv`, and RecurrentPPO that reads whole episodes.

from seq_agents.sb3 import make_vec_env

model = RecurrentPPO("MlpLstmPolicy", make_vec_env("SeqEcho-v0", n_envs=64, seed=0, lag=3))
"""

from __future__ import annotations

from seq_agents.sb3.fused_lstm import FusedLstmPolicy
from seq_agents.sb3.policy import Sb3Policy
from seq_agents.sb3.recurrent_ppo import FastRecurrentPPO
from seq_agents.sb3.vec_env import SequenceVecEnv, make_vec_env

__all__ = ["FastRecurrentPPO", "FusedLstmPolicy", "Sb3Policy", "SequenceVecEnv", "make_vec_env"]
