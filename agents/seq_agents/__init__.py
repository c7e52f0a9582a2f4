"""Agents for seq_envs: recurrent reinforcement learning, supervised LSTMs, and controls without memory.

Importing this package imports nothing else, so that the command line handles Ctrl-C before anything slow is imported.
"""
