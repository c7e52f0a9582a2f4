"""The ladder for RLlib's PPO with its own LSTM (`use_lstm=True`), on the new API stack.

RLlib pins another version of Gymnasium. Install it in a virtual environment of its own, and let it climb from the
folder of this repository:

    pip install -c examples/ladder/rllib-constraints.txt . "ray[rllib]" torch
    seq-envs ladder examples.ladder.rllib:train

RLlib does everything but make the environments: it plays, keeps the states, and computes the loss and the update. Its
env runner expects the autoreset mode "NextStep".
"""

from __future__ import annotations

import logging
from typing import Any

import ray
from gymnasium import register
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from seq_agents.ladder import MakeEnvs

from examples.rllib_ppo_lstm import Greedy

PACKAGES = ("ray", "torch", "gymnasium")
LANES = 32


class Compared(PPOTorchLearner):
    make_envs: MakeEnvs  # Set by `train`. RLlib pickles its config, so this cannot be a class of a function.

    def before_gradient_based_update(self, *, timesteps: Any) -> None:
        self.compare = True  # The weights are those of the rollout until the first minibatch has been used.

    def compute_loss_for_module(self, *, module_id: Any, batch: Any, fwd_out: Any, **others: Any) -> Any:
        if self.compare:
            updated = self.module[module_id].get_train_action_dist_cls().from_logits(fwd_out["action_dist_inputs"])
            log_probs = (batch["action_logp"], updated.logp(batch["actions"]))
            self.make_envs.compare_log_probs(*(part[batch["loss_mask"]] for part in log_probs))
            self.compare = False
        return super().compute_loss_for_module(module_id=module_id, batch=batch, fwd_out=fwd_out, **others)


register("Rung-v0", vector_entry_point=lambda num_envs: Compared.make_envs(num_envs, autoreset_mode="NextStep"))


def train(make_envs: MakeEnvs, budget: int) -> Greedy:
    Compared.make_envs, rollout = make_envs, make_envs.rollout
    ray.init("local", include_dashboard=False, logging_level=logging.ERROR, ignore_reinit_error=True)
    config = PPOConfig().environment("Rung-v0").debugging(seed=make_envs.seed, log_level="ERROR")
    config.env_runners(num_envs_per_env_runner=LANES, gym_env_vectorize_mode="vector_entry_point")
    config.env_runners(num_env_runners=0, rollout_fragment_length=rollout).learners(learner_class=Compared)
    # A piece has a rollout and the step that RLlib adds. By default it has 20 steps, and no gradient leaves a piece.
    model = DefaultModelConfig(fcnet_hiddens=[64], use_lstm=True, lstm_cell_size=64, max_seq_len=rollout + 1)
    config.rl_module(model_config=model).training(gamma=0.99, lambda_=0.95, lr=[[0, 5e-3], [budget, 0.0]])
    config.training(train_batch_size_per_learner=LANES * rollout, minibatch_size=LANES * rollout // 4, num_epochs=4)
    config.training(grad_clip=0.5, vf_loss_coeff=0.5, entropy_coeff=0.02, use_kl_loss=False)
    algorithm = config.build_algo()
    while make_envs.count.time_steps < budget and not make_envs.solved:
        algorithm.train()
    algorithm.stop()
    return Greedy(algorithm.get_module())
