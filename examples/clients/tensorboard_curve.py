"""TensorBoard: the learning curve of a training, from the function that `learn` calls after each update.

python examples/clients/tensorboard_curve.py FOLDER && tensorboard --logdir FOLDER
"""

from __future__ import annotations

import sys

from seq_agents.agents import make_learner
from torch.utils.tensorboard import SummaryWriter


def main(folder: str) -> None:
    learner = make_learner("gru", "SeqEcho-v0", seed=0, standard=True, settings={"updates": 60, "hidden": 32})
    with SummaryWriter(folder) as writer:
        learner.learn(lambda moment: writer.add_scalar("accuracy", moment.accuracy, moment.steps))
    print(f"written to {folder}")


if __name__ == "__main__":
    main(sys.argv[1])
