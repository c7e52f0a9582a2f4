"""Read every kind of file that this package writes, and print each class that pickle looks up.

python tests/support/reads_our_formats.py RUNS RESULTS MORE_RESULTS [--proof]

RUNS is a folder of run folders. An audit hook cannot be removed, so this runs as a separate process.
"""

from __future__ import annotations

import pickle
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from seq_agents.cli import main as cli
from seq_agents.experiments.run_folder import Run
from seq_agents.experiments.training import train

import seq_envs

ASKED: list[str] = []


def note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "pickle.find_class":
        ASKED.append(".".join(map(str, arguments)))


def main(runs: Path, *results: Path) -> None:
    for path in runs.iterdir():
        run = Run.open(path)
        run.load(run.config.learner())
        cli.main(["evaluate", str(path), "--episodes", "20"])
        train(run, 20)
    for folder in results:
        cli.main(["report", str(folder), "--markdown"])
    cli.main(["report", str(results[0])])
    env = seq_envs.SequenceEnv(seq_envs.SeqEcho(), render_mode="rgb_array")
    env.reset(seed=0)
    env.render()


if __name__ == "__main__":
    packed = pickle.dumps(Path("a"))
    sys.addaudithook(note)
    with redirect_stdout(StringIO()):
        main(*map(Path, sys.argv[1:4]))
    if "--proof" in sys.argv:
        pickle.loads(packed)
    print("\n".join(ASKED))
