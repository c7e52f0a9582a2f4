"""Optuna: search for a learning rate, and stop trials early that learn less than the others.

python examples/clients/optuna_pruning.py
"""

from __future__ import annotations

import optuna
import torch
from seq_agents.agents import make_learner
from seq_agents.learners.learner import Moment

import seq_envs

SETTINGS = {"updates": 60, "hidden": 32}


def objective(trial: optuna.Trial) -> float:
    rate = trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True)
    learner = make_learner("gru", "SeqEcho-v0", seed=0, standard=True, settings={**SETTINGS, "learning_rate": rate})

    def watch(moment: Moment) -> None:
        trial.report(moment.accuracy, step=moment.steps)
        if trial.should_prune():
            raise optuna.TrialPruned  # An exception in `watch` stops the training.

    learner.learn(watch)
    return float(seq_envs.evaluate(learner.policy(), learner.problem, episodes=500, seed=1).normalized_score)


def main() -> None:
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler, pruner = optuna.samplers.TPESampler(seed=0), optuna.pruners.MedianPruner(n_startup_trials=3)
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
    study.optimize(objective, n_trials=8)
    pruned = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in study.trials)
    print(f"{pruned} of 8 trials were pruned; learning rate {study.best_params['learning_rate']:.4f}")
    print(f"normalised score {study.best_value:.4f}")


if __name__ == "__main__":
    main()
