"""MLflow: the learning curve of a training, from the function that `learn` calls after each update.

MLFLOW_TRACKING_URI=sqlite:///mlflow.db python examples/clients/mlflow_curve.py
"""

from __future__ import annotations

import mlflow
from seq_agents.agents import make_learner

import seq_envs


def main() -> None:
    settings = {"updates": 60, "hidden": 32}
    learner = make_learner("gru", "SeqEcho-v0", seed=0, standard=True, settings=settings)
    with mlflow.start_run():
        mlflow.log_params(settings)
        learner.learn(lambda moment: mlflow.log_metric("accuracy", moment.accuracy, step=moment.steps))
        score = seq_envs.evaluate(learner.policy(), "SeqEcho-v0", 1000).normalized_score
        mlflow.log_metric("normalised score", score)
    print(f"normalised score {score:.4f}")


if __name__ == "__main__":
    main()
