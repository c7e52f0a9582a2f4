"""The ladder for TorchRL: PPO of its LSTMModule, Collector, GAE and ClipPPOLoss.

Install it in a virtual environment of its own, and let it climb from the folder of this repository:

    pip install -c examples/ladder/torchrl-constraints.txt ".[agents]" torchrl
    seq-envs ladder examples.ladder.torchrl:train

TorchRL does everything but make the environments: it plays, keeps the states, and computes advantages and the loss.
"""

from __future__ import annotations

import torch
from seq_agents.ladder import MakeEnvs
from torchrl.collectors import Collector
from torchrl.data import LazyTensorStorage, SamplerWithoutReplacement, TensorDictReplayBuffer
from torchrl.envs import Compose, GymWrapper, InitTracker, TransformedEnv
from torchrl.modules import set_recurrent_mode
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

from examples.ladder.policies.torchrl import Greedy, compare, networks

PACKAGES = ("torchrl", "tensordict", "torch")
LANES, EPOCHS, MINIBATCHES = 32, 4, 4


def train(make_envs: MakeEnvs, budget: int) -> Greedy:
    torch.manual_seed(make_envs.seed)
    # Of Gymnasium's autoreset modes, this is the one that TorchRL prefers: it resets ended lanes itself.
    envs = GymWrapper(make_envs(LANES, autoreset_mode="Disabled"), categorical_action_encoding=True)
    lstm, actor, critic = networks(envs.observation_spec["observation"].shape[-1], envs.action_spec.space.n)
    env = TransformedEnv(envs, Compose(InitTracker(), lstm.make_tensordict_primer()))
    frames = LANES * make_envs.rollout
    collector = Collector(env, actor, frames_per_batch=frames, total_frames=-(-budget // frames) * frames)
    sampler = {"sampler": SamplerWithoutReplacement(), "batch_size": LANES // MINIBATCHES}
    buffer = TensorDictReplayBuffer(storage=LazyTensorStorage(LANES), **sampler)  # It holds one lane in each place.
    # vmap cannot look into an LSTM.
    gae = GAE(gamma=0.99, lmbda=0.95, value_network=critic, deactivate_vmap=True)
    loss = ClipPPOLoss(actor, critic, entropy_coeff=0.02, normalize_advantage=True)
    optimizer = torch.optim.Adam(loss.parameters(), 5e-3)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, -(-budget // frames))
    for data in collector:
        with torch.no_grad(), set_recurrent_mode(True):
            gae(data)
        compare(make_envs, actor, data, gamma=0.99, gae_lambda=0.95)
        buffer.extend(data)
        for minibatch in (minibatch for _ in range(EPOCHS) for minibatch in buffer):
            optimizer.zero_grad()
            sum(value for name, value in loss(minibatch).items() if name.startswith("loss_")).backward()
            torch.nn.utils.clip_grad_norm_(loss.parameters(), 0.5)
            optimizer.step()
        schedule.step()
        if make_envs.solved:
            break
    return Greedy(actor)
