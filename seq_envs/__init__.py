"""Sequence problems as Gymnasium environments: `gymnasium.make("SeqEcho-v0")` after `import seq_envs`."""

from seq_envs import policies, testing
from seq_envs.answers import ActionError
from seq_envs.dataset import Dataset, draw, sample
from seq_envs.env import SequenceEnv
from seq_envs.estimation import levels
from seq_envs.evaluation import Evaluation, evaluate
from seq_envs.level import Level, Levels
from seq_envs.problem import Episodes, Problem
from seq_envs.problems import MENU, SeqClassify, SeqCopy, SeqEcho, SeqMemorize, SeqNext
from seq_envs.registration import ids, make_problem, register
from seq_envs.vector_env import SequenceVectorEnv

__version__ = "0.1.0"

__all__ = [
    "ActionError",
    "Dataset",
    "Episodes",
    "Evaluation",
    "Level",
    "Levels",
    "Problem",
    "SeqClassify",
    "SeqCopy",
    "SeqEcho",
    "SeqMemorize",
    "SeqNext",
    "SequenceEnv",
    "SequenceVectorEnv",
    "draw",
    "evaluate",
    "ids",
    "levels",
    "make_problem",
    "policies",
    "register",
    "sample",
    "testing",
]

for _id, (_problem, _fixed) in MENU.items():
    register(_id, _problem, **_fixed)
