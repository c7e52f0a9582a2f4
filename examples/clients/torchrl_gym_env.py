"""TorchRL: `GymEnv` makes an environment by its id, and `GymWrapper` takes the native vector environment.

python examples/clients/torchrl_gym_env.py
"""

from __future__ import annotations

import gymnasium
from tensordict.nn import TensorDictModule
from torchrl.envs import GymEnv, GymWrapper

import seq_envs


def main() -> None:
    env = GymEnv("SeqEcho-v0", lag=0)
    env.set_seed(0)
    # TorchRL's actions are one-hot vectors of integers, as the observations are of floats.
    current_value = TensorDictModule(lambda observation: observation.long(), ["observation"], ["action"])
    rollout = env.rollout(20, current_value)  # Ends with the episode.
    print(f"GymEnv: {int(rollout['next', 'reward'].sum())} of {len(rollout)} answers right")

    # set_seed resets the environment and rollout resets it again, so the rollout has the second episode of the stream.
    second = seq_envs.sample("SeqEcho-v0", episodes=2, seed=0).observations[1]
    print("it is the second episode of its stream:", bool((rollout["observation"].numpy() == second).all()))

    # TorchRL refuses the autoreset mode "NextStep" of Gymnasium, and with "SameStep" it drops every other episode.
    envs = GymWrapper(gymnasium.make_vec("SeqEcho-v0", num_envs=3, autoreset_mode="Disabled"))
    print(f"native vector environment: observations {tuple(envs.rollout(20)['observation'].shape)}")


if __name__ == "__main__":
    main()
