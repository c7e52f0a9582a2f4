"""`python -m seq_envs`: the command `seq-envs`, which this package's installation provides."""

import sys
from importlib.metadata import entry_points

if __name__ == "__main__":
    found = list(entry_points(group="console_scripts", name="seq-envs"))
    if not found:
        sys.exit("seq-envs is not installed: pip install .")
    found[0].load()()
