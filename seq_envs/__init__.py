"""Sequence problems as Gymnasium environments: `gymnasium.make("SeqEcho-v0")` after `import seq_envs`.

Importing registers the ids. Everything else, the problems too, is loaded when it is first used.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

from seq_envs import problems as _problems
from seq_envs import registry as _registry
from seq_envs.gymnasium_version import require_gymnasium as _require_gymnasium

if TYPE_CHECKING:
    from seq_envs import policies as policies
    from seq_envs import testing as testing
    from seq_envs.adoption import Adopted as Adopted
    from seq_envs.adoption import adopt as adopt
    from seq_envs.answers import ActionError as ActionError
    from seq_envs.dataset import Dataset as Dataset
    from seq_envs.dataset import draw as draw
    from seq_envs.dataset import sample as sample
    from seq_envs.env import SequenceEnv as SequenceEnv
    from seq_envs.estimation.levels import levels as levels
    from seq_envs.evaluation import Evaluation as Evaluation
    from seq_envs.evaluation import evaluate as evaluate
    from seq_envs.level import Level as Level
    from seq_envs.level import Levels as Levels
    from seq_envs.problem import Episodes as Episodes
    from seq_envs.problem import Problem as Problem
    from seq_envs.problems import MENU as MENU
    from seq_envs.registration import make_problem as make_problem
    from seq_envs.registration import register as register
    from seq_envs.registry import ids as ids
    from seq_envs.vector_env import SequenceVectorEnv as SequenceVectorEnv

__version__ = "0.1.0"

_CONTENTS = {
    "adoption": ["Adopted", "adopt"],
    "answers": ["ActionError"],
    "dataset": ["Dataset", "draw", "sample"],
    "env": ["SequenceEnv"],
    "estimation.levels": ["levels"],
    "evaluation": ["Evaluation", "evaluate"],
    "level": ["Level", "Levels"],
    "policies": ["policies"],
    "problem": ["Episodes", "Problem"],
    "problems": ["MENU"],
    "registration": ["make_problem", "register"],
    "registry": ["ids"],
    "testing": ["testing"],
    "vector_env": ["SequenceVectorEnv"],
}
"""The public names by the module that holds them; the modules `policies` and `testing` are public themselves."""

_MODULE_OF = _problems.MODULE_OF | {name: f"seq_envs.{module}" for module, names in _CONTENTS.items() for name in names}
"""The module of each public name; the classes of problems are those of the menu."""

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'seq_envs' has no attribute {name!r}")
    module = _import_module(_MODULE_OF[name])
    value = module if name in _CONTENTS else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, and those that every module has."""
    return sorted({*(name for name in globals() if name.startswith("__")), *__all__})


_require_gymnasium()
for _id, _path in _problems.PATHS.items():
    _registry.add(_id, _path, _problems.FIXED[_id])
