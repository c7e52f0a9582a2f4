"""The command `seq-envs`: its parser, and what each command does."""
