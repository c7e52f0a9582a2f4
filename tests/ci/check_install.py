"""Check an installation without extras, from a folder outside the sources:   python tests/ci/check_install.py"""

from __future__ import annotations

import sys

import gymnasium

import seq_envs

FORBIDDEN = ("torch", "seq_agents", "pygame", "stable_baselines3", "scipy")

if __name__ == "__main__":
    loaded = [name for name in FORBIDDEN if name in sys.modules]
    assert not loaded, f"import seq_envs has imported {loaded}"
    assert "site-packages" in seq_envs.__file__, seq_envs.__file__
    env = gymnasium.make("seq_envs:SeqEcho-v0", render_mode="rgb_array")
    env.reset(seed=0)
    assert env.render().any()
    import seq_agents  # noqa: F401 - it is installed without the extras too.

    print(f"seq_envs {seq_envs.__version__} works without torch")
