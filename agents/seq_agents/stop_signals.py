"""The signals that ask a process to stop."""

from __future__ import annotations

import signal

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C, and what a cluster's scheduler sends before it kills a process."""
