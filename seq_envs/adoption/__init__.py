"""Take a passive environment of another package in as a problem of this one."""

from __future__ import annotations

from seq_envs.adoption.adopted import Adopted as Adopted
from seq_envs.adoption.adopted import adopt as adopt
