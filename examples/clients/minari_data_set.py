"""Minari: record episodes of the optimal policy as an offline data set. They are those of `seq_envs.sample`.

python examples/clients/minari_data_set.py
"""

from __future__ import annotations

import os
import tempfile

import gymnasium

import seq_envs

EPISODES = 5


def main() -> None:
    import minari

    # Infos need the same keys at every step, which reveal=True ensures.
    env = minari.DataCollector(gymnasium.make("SeqEcho-v0", reveal=True), record_infos=True)
    policy = seq_envs.policies.optimal("SeqEcho-v0")
    for episode in range(EPISODES):
        # Without this option Minari gives every episode a seed of its own: the first episode of another stream.
        observation, _ = env.reset(seed=None if episode else 0, options={"minari_autoseed": False})
        state, over = policy.initial_state(1), False
        while not over:
            answers, state = policy.act(observation[None], state)
            observation, _, over, _, _ = env.step(answers[0])
    recorded = env.create_dataset("seq-echo/optimal-v0")

    sampled = seq_envs.sample("SeqEcho-v0", EPISODES, seed=0).observations
    same = [
        bool((episode.observations[:-1] == expected).all())
        for episode, expected in zip(recorded.iterate_episodes(), sampled, strict=True)
    ]
    print(f"{recorded.total_episodes} episodes; those of sample: {all(same)}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MINARI_DATASETS_PATH"] = folder  # Without it, data sets go to ~/.minari.
        main()
