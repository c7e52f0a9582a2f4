"""Learners for seq_envs: recurrent reinforcement learning, supervised LSTMs, and controls without memory."""

import seq_envs  # noqa: F401 - registers the ids.
