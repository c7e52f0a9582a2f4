"""Audit any environment: what its seeds, spaces and arrays do, and what memory is worth in it."""

from __future__ import annotations

from seq_envs.audit.findings import Finding as Finding
from seq_envs.audit.report import Audit as Audit
from seq_envs.audit.report import EnvLevel as EnvLevel
from seq_envs.audit.run import audit as audit
