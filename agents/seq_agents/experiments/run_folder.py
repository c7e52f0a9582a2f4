"""A run folder: the files of one training. Each is written whole or not at all.

    config.json             agent, id, parameters, settings, seed, versions
    checkpoint.safetensors  the last saved state of the training: weights, optimizer, random generators
    curve.csv               seconds, time steps and accuracy of the training up to the checkpoint
    evaluation.json         the final evaluation; missing until the training has ended

No file is ever unpickled.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError

import seq_envs
from seq_agents.agents import modules_of
from seq_agents.errors import RunError
from seq_agents.experiments.config import Config
from seq_agents.experiments.files import without_nan, write_whole
from seq_agents.experiments.provenance import versions
from seq_agents.learners.learner import Learner, Moment

_CONFIG, _CHECKPOINT, _CURVE, _EVALUATION = (
    "config.json", "checkpoint.safetensors", "curve.csv", "evaluation.json",
)  # fmt: skip
CURVE_COLUMNS = ("seconds", "steps", "accuracy")
DIVERGED = "the training broke off (is the learning rate too high?)"
"""How an error begins when the weights are no longer finite."""


class Run:
    """A run folder on disk."""

    def __init__(self, path: Path, config: Config) -> None:
        self.path = path
        self.config = config

    @classmethod
    def create(cls, path: Path, config: Config) -> Run:
        """Make a new folder; an empty one may exist already.

        Raises:
            RunError: the folder is not empty, or it cannot be made; then no new folder is left behind.
        """
        run = cls(path, config)
        new = [folder for folder in (path, *path.parents) if not folder.exists()]
        try:
            if path.exists() and not path.is_dir():
                raise RunError(f"{path} is a file: choose a folder")
            if path.exists() and any(path.iterdir()):
                raise RunError(f"{path} is not empty: choose another folder, or continue the run in it with --resume")
            path.mkdir(parents=True, exist_ok=True)
            run._write_json(_CONFIG, {**dataclasses.asdict(config), "versions": versions()})
        except OSError as wrong:
            for folder in new:
                with suppress(OSError):
                    folder.rmdir()
            raise RunError(f"{path} cannot be written: {wrong.strerror}") from None
        return run

    @classmethod
    def open(cls, path: Path, trust: bool = False) -> Run:
        """Open a folder that exists.

        Args:
            path: of the folder.
            trust: whether modules that its config names, as in "module:Agent", may be imported: they can run any code.

        Raises:
            RunError: it is no run folder, its config is broken, or it names modules and is not trusted.
        """
        named = modules_named_by(path)
        if named and not trust:
            raise RunError(
                f"{path / _CONFIG} names {' and '.join(sorted(named))}: to use this run, the module must be imported, "
                "and it can run any code. Add --trust (from Python, trust=True) if you trust it"
            )
        try:
            raw = json.loads((path / _CONFIG).read_text(encoding="utf-8"))
            config = _config_of(raw).completed()
            config.problem()
        except OSError as wrong:
            raise RunError(f"{path} is no run folder: {_CONFIG} cannot be read ({wrong.strerror})") from None
        except Exception as wrong:  # A broken file may hold anything.
            raise RunError(f"{path / _CONFIG} is broken: {wrong}") from None
        return cls(path, config)

    @property
    def finished(self) -> bool:
        """Whether the final evaluation is there."""
        return (self.path / _EVALUATION).exists()

    def save(self, learner: Learner, curve: Sequence[Sequence[float]]) -> None:
        """Write the curve, with rows as `CURVE_COLUMNS`, and the checkpoint after its last row."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([CURVE_COLUMNS, *curve])
        self._write(_CURVE, text.getvalue().encode())
        tensors = {name: tensor.contiguous() for name, tensor in learner.state().items()}
        for name, tensor in tensors.items():
            if not tensor.isfinite().all():
                raise RunError(f"{DIVERGED}: {name} is not finite")
        seconds, steps = (curve[-1][0], curve[-1][1]) if curve else (0.0, 0)
        facts = {"made_by": self._made_by(), "seconds": repr(seconds), "steps": repr(steps)}
        self._write(_CHECKPOINT, safetensors.torch.save(tensors, facts))

    def load(self, learner: Learner) -> list[list[float]]:
        """Restore a learner from the checkpoint, if there is one; returns the curve up to the checkpoint.

        Raises:
            RunError: the checkpoint is broken, or belongs to another problem or a network of another size.
        """
        path = self.path / _CHECKPOINT
        if not self.begun:
            return []
        try:
            content = path.read_bytes()  # `safe_open` takes no path that is not UTF-8.
            tensors = safetensors.torch.load(content)
            facts = _metadata(content)
        except (SafetensorError, OSError) as wrong:
            raise RunError(f"{path} is broken: {wrong}") from None
        if facts.get("made_by") != self._made_by():
            raise RunError(f"{path} was made by {facts.get('made_by', 'something else')}, not by {self._made_by()}")
        try:
            learner.restore(tensors)
            steps = float(facts["steps"])
        except (KeyError, ValueError, TypeError, RuntimeError) as wrong:
            raise RunError(f"{path} does not fit: {wrong}") from None
        return [row for row in self.curve() if row[1] <= steps]

    @property
    def begun(self) -> bool:
        """Whether there is a checkpoint."""
        return (self.path / _CHECKPOINT).exists()

    def curve(self) -> list[list[float]]:
        """The rows of the learning curve, as `CURVE_COLUMNS`."""
        path = self.path / _CURVE
        if not path.exists():
            return []
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))[1:]
            return [[float(seconds), int(steps), float(accuracy)] for seconds, steps, accuracy in rows]
        except (ValueError, csv.Error) as wrong:
            raise RunError(f"{path} is broken: {wrong}") from None

    @property
    def has_curve(self) -> bool:
        """Whether there is a learning curve with an accuracy: an agent that does not learn has none."""
        return any(math.isfinite(accuracy) for *_, accuracy in self.curve())

    def finish(self, evaluation: seq_envs.Evaluation, training: Moment, seconds: float) -> None:
        """Write the final evaluation."""
        self._write_json(
            _EVALUATION,
            {**dataclasses.asdict(evaluation), "training_steps": training.steps, "training_seconds": round(seconds, 3)},
        )

    def evaluation(self) -> dict[str, Any]:
        """The final evaluation, as `finish` wrote it."""
        read: dict[str, Any] = json.loads((self.path / _EVALUATION).read_text(encoding="utf-8"))
        return read

    def versions(self) -> dict[str, str]:
        """The versions that the run was made with; an old run has none."""
        read = json.loads((self.path / _CONFIG).read_text(encoding="utf-8")).get("versions", {})
        return {str(name): str(version) for name, version in read.items()} if isinstance(read, dict) else {}

    def _made_by(self) -> str:
        options = self.config.env_options()
        return f"{self.config.agent} on {self.config.problem()}{f' with {options}' if options.chosen() else ''}"

    def _write_json(self, name: str, value: Mapping[str, Any]) -> None:
        self._write(name, (json.dumps(without_nan(value), indent=1) + "\n").encode())

    def _write(self, name: str, content: bytes) -> None:
        write_whole(self.path / name, content)


def _config_of(raw: Mapping[str, Any]) -> Config:
    """The configuration that a file describes. Version 0.1.0 had no standard settings and no options."""
    raw = {"standard": False, "options": {}, **raw}
    return Config(**{field.name: raw[field.name] for field in dataclasses.fields(Config)})


def modules_named_by(path: Path) -> set[str]:
    """What a run folder imports of other modules: "module:Agent", "module:Core", "module:id"."""
    try:
        raw = json.loads((path / _CONFIG).read_text(encoding="utf-8"))
        agent, id = str(raw["agent"]), str(raw["id"])
    except Exception:  # `Run.open` says what is wrong with the file.
        return set()
    return modules_of(agent) | ({id} if ":" in id and not id.startswith("seq_envs:") else set())


def _metadata(content: bytes) -> dict[str, str]:
    """The metadata of a safetensors file: its header is JSON, after eight bytes with the header's length."""
    length = int.from_bytes(content[:8], "little")
    metadata: dict[str, str] = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return metadata
