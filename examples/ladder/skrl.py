"""The ladder for skrl's PPO_RNN, with an LSTM for the policy and one for the values, as in skrl's own examples.

Install it in a virtual environment of its own, and let it climb from the folder of this repository:

    pip install -c examples/ladder/skrl-constraints.txt . "skrl[torch]" torch
    seq-envs ladder examples.ladder.skrl:train

skrl does everything but make the environments and the networks: it plays, keeps the states, and computes the loss and
the update. `examples.ladder.skrl:next_step` plays in the autoreset mode that vector envs have by default.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from seq_agents.ladder import MakeEnvs
from skrl.agents.torch.ppo import PPO_CFG, PPO_RNN
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.trainers.torch import SequentialTrainer
from skrl.utils import set_seed
from torch.optim.lr_scheduler import LinearLR

from examples.ladder.policies.skrl import Actor, Critic, Greedy

PACKAGES = ("skrl", "torch", "gymnasium")
LANES = 32


def train(make_envs: MakeEnvs, budget: int, autoreset_mode: str = "SameStep") -> Greedy:
    class Compared(PPO_RNN):
        def update(self, **time: Any) -> None:
            """Read the memory as the update does, before its first step."""
            names = ("observations", "actions", "terminated", "log_prob", "rnn_policy_0", "rnn_policy_1")
            read = dict(zip(names, self.memory.sample_all(names, sequence_length=make_envs.rollout)[0], strict=True))
            states = [read[name].transpose(0, 1) for name in names[-2:]]
            _, updated = self.policy.act({**read, "taken_actions": read["actions"], "rnn": states})
            make_envs.compare_log_probs(read["log_prob"], updated["log_prob"])
            super().update(**time)

    set_seed(make_envs.seed)
    env, steps = wrap_env(make_envs(LANES, autoreset_mode=autoreset_mode), "gymnasium"), make_envs.rollout
    spaces = {"observation_space": env.observation_space, "action_space": env.action_space, "device": "cpu"}
    actor = Actor(LANES, steps, int(env.action_space.n), **spaces)
    models = {"policy": actor, "value": Critic(LANES, steps, 1, **spaces)}
    falling = partial(LinearLR, start_factor=1.0, end_factor=0.0, total_iters=4 * budget // (LANES * steps))
    cfg = PPO_CFG(rollouts=steps, learning_epochs=4, mini_batches=4, learning_rate=5e-3, entropy_loss_scale=0.02)
    cfg.learning_rate_scheduler = falling  # A step in each epoch. The discount is 0.99, and lambda 0.95.
    cfg.experiment = {"write_interval": 0, "checkpoint_interval": 0}
    agent = Compared(models=models, memory=RandomMemory(memory_size=steps, num_envs=LANES), cfg=cfg, **spaces)
    once = {"timesteps": steps, "headless": True, "disable_progressbar": True, "close_environment_at_exit": False}
    trainer = SequentialTrainer(env=env, agents=agent, cfg=once)
    while make_envs.count.time_steps < budget and not make_envs.solved:
        trainer.train()
    return Greedy(actor.eval())


next_step = partial(train, autoreset_mode="NextStep")
