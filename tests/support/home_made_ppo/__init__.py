"""A recurrent PPO as a user writes it, in torch alone, sound unless a fault is planted.

climb(HomeMadePPO(gamma=0.99, gae_lambda=0.95), rollout=24)
climb(HomeMadePPO(fault="stale states"), rollout=24)
"""

from __future__ import annotations

from home_made_ppo.agent import HomeMadePPO
from home_made_ppo.faults import FAULTS, Fault

__all__ = ["FAULTS", "Fault", "HomeMadePPO"]
