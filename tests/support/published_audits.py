"""Writes `results/audits/SUITE.json`, in a virtual environment that has the suite and this package on its path.

python tests/support/published_audits.py popgym
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module, metadata
from typing import Any

import gymnasium
from paths import ROOT

sys.path.append(str(ROOT))

from seq_envs.audit import audit

STEPS = 30_000
MORE_STEPS = {"popgym-HigherLower": 400_000, "popgym-CountRecall": 400_000}
"""Where the levels differ by little, or there are many actions."""


def popgym() -> Iterator[tuple[str, dict[str, Any]]]:
    """The tasks of POPGym in three difficulties."""
    import_module("popgym")
    first = ("popgym-HigherLower", "popgym-CountRecall")
    names = [
        id for id in gymnasium.registry if id.startswith("popgym-") and id.endswith(("Easy-v0", "Medium-v0", "Hard-v0"))
    ]
    for id in sorted(names, key=lambda id: not id.startswith(first)):
        yield id, {}


def bsuite() -> Iterator[tuple[str, dict[str, Any]]]:
    """Some settings of bsuite's memory tasks."""
    for memory_length in (1, 2, 10, 30, 100):
        yield "bsuite_as_gymnasium:MemoryLen", {"memory_length": memory_length}
    for num_bits in (1, 2, 10, 40):
        yield "bsuite_as_gymnasium:MemorySize", {"num_bits": num_bits}


def minigrid() -> Iterator[tuple[str, dict[str, Any]]]:
    """The memory tasks of Minigrid."""
    import_module("minigrid")
    for id in gymnasium.registry:
        if id.startswith("MiniGrid-Memory"):
            yield id, {}


_MIKASA_IN_THREE = ("MemoryLength", "RepeatFirst", "RepeatPrevious", "CountRecall", "HigherLower", "Autoencode")
_MIKASA_ACTIVE = (
    "ConcentrationEasy", "BattleshipEasy", "MineSweeperEasy", "MultiarmedBanditEasy", "T-Maze", "Numpad-Discrete",
    "MemoryCardsEasy", "MiniGrid-MemoryS7",
)  # fmt: skip


def mikasa() -> Iterator[tuple[str, dict[str, Any]]]:
    """The tasks of MIKASA-Base without pictures; the active ones in one difficulty."""
    import_module("mikasa_base")
    for id in [f"{name}{level}" for name in _MIKASA_IN_THREE for level in ("Easy", "Medium", "Hard")]:
        yield f"{id}-v0", {}
    for id in _MIKASA_ACTIVE:
        yield f"{id}-v0", {}


def rllib() -> Iterator[tuple[str, dict[str, Any]]]:
    """The envs with which RLlib tests its own memory."""
    folder = "ray.rllib.examples.envs.classes"
    yield f"{folder}.repeat_after_me_env:RepeatAfterMeEnv", {"config": {}}
    yield f"{folder}.repeat_after_me_env:RepeatAfterMeEnv", {"config": {"repeat_delay": 4}}
    yield f"{folder}.repeat_initial_obs_env:RepeatInitialObsEnv", {}
    yield f"{folder}.stateless_cartpole:StatelessCartPole", {"config": {}}
    yield f"{folder}.look_and_push:LookAndPush", {}


def pufferlib() -> Iterator[tuple[str, dict[str, Any]]]:
    """PufferLib's toys, from its file `pufferlib/environments/ocean/ocean.py`."""
    yield "ocean:Memory", {"mem_length": 1, "mem_delay": 2}
    yield "ocean:Memory", {"mem_length": 2, "mem_delay": 2}
    yield "ocean:Memory", {"mem_length": 4, "mem_delay": 4}
    yield "ocean:Password", {}
    yield "ocean:Stochastic", {}
    yield "ocean:Bandit", {}


NOT_INSTALLED = {
    "mikasa-base": {"mikasa-base": "0.0.1, commit ac81b6f574"},
    "pufferlib": {"pufferlib": "1.0.1, commit 91460f7"},
}
"""The versions of suites that are read from their repositories."""
SUITES = {
    "mikasa-base": mikasa,
    "pufferlib": pufferlib,
    "rllib": rllib,
    "popgym": popgym,
    "popgym-1.0.6": popgym,
    "bsuite": bsuite,
    "minigrid": minigrid,
}


def write(suite: str) -> None:
    """Audit everything in a suite that its file does not have yet; the file is written anew after each env."""
    path = ROOT / "results" / "audits" / f"{suite}.json"
    path.parent.mkdir(exist_ok=True)
    audits = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    done = [(each["env"], each["set"]) for each in audits]
    for env, kwargs in SUITES[suite]():
        if (env, kwargs) in done:
            continue
        if suite == "popgym-1.0.6" and "CountRecall" not in env:
            continue
        steps = next((steps for start, steps in MORE_STEPS.items() if env.startswith(start)), STEPS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = audit(env, steps=steps, **kwargs)
        audits.append({"set": kwargs, "played": steps, **found.as_dict()})
        if suite in NOT_INSTALLED:
            audits[-1]["versions"] = {**NOT_INSTALLED[suite], **found.versions}
        if suite == "bsuite":  # The env's class is in a module of this repository.
            audits[-1]["versions"] = {"bsuite": metadata.version("bsuite"), **found.versions}
        print(found, "\n", flush=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(audits, indent=1) + "\n", encoding="utf-8")
        part.replace(path)


if __name__ == "__main__":
    write(sys.argv[1])
