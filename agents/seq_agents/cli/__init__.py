"""The command `seq-envs`: its parser, and the functions that run each command."""
