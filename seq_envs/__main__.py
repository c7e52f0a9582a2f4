"""`python -m seq_envs`: the command `seq-envs`, which this package's installation provides."""

from importlib.metadata import entry_points

if __name__ == "__main__":
    [command] = entry_points(group="console_scripts", name="seq-envs")
    command.load()()
