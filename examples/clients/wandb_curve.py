"""Weights & Biases: the learning curve of a training, from the function that `learn` calls after each update.

    WANDB_MODE=offline python examples/clients/wandb_curve.py

Offline, the run is kept in the folder `wandb`, and `wandb sync` sends it later.
"""

from __future__ import annotations

import wandb
from seq_agents.agents import make_learner

import seq_envs


def main() -> None:
    settings = {"updates": 60, "hidden": 32}
    learner = make_learner("gru", "SeqEcho-v0", seed=0, standard=True, settings=settings)
    with wandb.init(project="seq-envs", config=settings) as run:
        learner.learn(lambda moment: run.log({"accuracy": moment.accuracy}, step=moment.steps))
        run.summary["normalised score"] = seq_envs.evaluate(learner.policy(), "SeqEcho-v0", 1000).normalized_score
        print(f"normalised score {run.summary['normalised score']:.4f}")


if __name__ == "__main__":
    main()
