"""`python -m seq_agents.cli` is `seq-envs`."""

from __future__ import annotations

from seq_agents.cli.main import main

main()
