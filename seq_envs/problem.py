"""A problem: frozen parameters, a sampler of whole episodes, and the right answers."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np
from gymnasium import spaces

from seq_envs.answers import Answers, answers_of
from seq_envs.encodings import Array, Encoding
from seq_envs.episode_ends import is_inside, is_last_step
from seq_envs.notebook import table
from seq_envs.parameters import Choice
from seq_envs.published import Published

if TYPE_CHECKING:
    from seq_envs.level import Levels


class Episodes(NamedTuple):
    """A batch of B whole episodes of up to T steps.

    Steps after an episode's end are padding: they are not scored, and have any observation that can be encoded.
    """

    observations: Array
    """(B, T, ...): raw symbols (integers) or values (float32), before encoding."""
    targets: Array
    """(B, T, *action_space.shape): the right answer; arbitrary where not scored."""
    scored: Array
    """(B, T) bool: whether the answer counts."""
    lengths: Array
    """(B,) int64: the steps of each episode, 1 ... T."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem(ABC):
    """A sequence problem. Subclass it as a frozen, keyword-only dataclass whose fields are `parameter(...)`s.

    A subclass states five things: `steps`, `code`, `action_space`, `sample` and `solve`; `tolerance` too if answers are
    real numbers, `whole_answers` if an answer of several places counts as a whole, and `certain` if the optimal policy
    is not always right. `solve_all` may solve all steps at once. `guess` and `known_levels` may add the best answers
    without memory and their scores; otherwise these are estimated from data. `sources` may add the time steps that an
    answer depends on. `leaks` names the parts of its own past that an agent must not observe. `splits` names the
    parameters that the literature trains and tests with, and `published` holds its results. A property that does not
    depend on the parameters, such as `leaks` of many problems, may be a class attribute.

    To change a parameter use `seq_envs.make_problem(problem, name=value)`. Defaults that depend on other parameters
    then follow, which they do not with `dataclasses.replace`.

    Raises:
        ValueError: at construction, for a parameter outside its range, or one that the framing does not use; the
            message names the parameter, the value and what is allowed.
    """

    title: ClassVar[str] = "a problem without a title"
    """The problem in a few words, for lists of problems."""
    whole_answers: ClassVar[bool] = False
    """Whether a MultiDiscrete answer is right only as a whole, such as a set of symbols. Otherwise places count."""
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """Parameters by name, such as those that agents train with and are tested with: `make_problem(..., split=name)`."""
    counts_errors: ClassVar[bool] = False
    """Whether the literature reports errors per million answers, since accuracies are close to 1."""
    block_steps: ClassVar[int | None] = None
    """Time steps that are drawn at once, which decides what a seed means; None: 2,048. 1: an episode at a time, where
    episodes are expensive."""
    published: ClassVar[tuple[Published, ...]] = ()
    """Results that others have published."""

    def __post_init__(self) -> None:
        fields = dataclasses.fields(self)
        for field in fields:
            if "domain" not in field.metadata:
                raise TypeError(f"{type(self).__name__}.{field.name} must be declared with parameter(...)")
            value = getattr(self, field.name)
            if value is not None or field.default is not None:
                self._set(field.name, field.metadata["domain"].check(field.name, value))
        used = self.framing_defaults()
        for field in fields:
            if field.default is None:
                value = getattr(self, field.name)
                if field.name in used:
                    self._set(field.name, used[field.name] if value is None else value)
                elif value is not None:
                    raise ValueError(
                        f"{field.name} is not used by {self._choices()}: leave it out (got {field.name}={value!r})"
                    )
        self.check()

    def _repr_html_(self) -> str:
        rows = [
            (field.name, getattr(self, field.name), field.metadata["meaning"], field.metadata["domain"])
            for field in dataclasses.fields(self)
        ]
        return table(f"{type(self).__name__}: {self.title}", ("parameter", "value", "meaning", "allowed"), rows)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _choices(self) -> str:
        names = [field.name for field in dataclasses.fields(self) if isinstance(field.metadata["domain"], Choice)]
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in names)

    @property
    def certain(self) -> bool:
        """Whether `solve` is always right. If not, because of noise or chance, `levels` measures what it earns."""
        return True

    @property
    def question(self) -> str:
        """What a scored step asks, in a sentence for a human who plays; the default is the title."""
        return self.title

    def framing_defaults(self) -> Mapping[str, object]:
        """The default values of the parameters that this framing uses and other framings may not use."""
        return {}

    def check(self) -> None:  # noqa: B027 - most problems have no such rule.
        """Raise a ValueError if the parameters do not fit each other."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """T: the steps of the longest episode."""

    @property
    @abstractmethod
    def code(self) -> Encoding:
        """The encoding of raw observations."""

    @property
    @abstractmethod
    def action_space(self) -> spaces.Space[Any]:
        """The space of one answer: a new one each time, since a space carries a random generator."""

    @property
    def observation_space(self) -> spaces.Space[Any]:
        """The space of one observation: a new one each time."""
        return self.code.space

    @abstractmethod
    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        """`batch` independent episodes, drawn with `rng` alone."""

    @abstractmethod
    def solve(self, history: Array) -> Array:
        """The optimal answers at step t from the observations up to and including step t.

        history (B, t+1, ...) holds raw observations; the result is (B, *action_space.shape), arbitrary where step t is
        not scored.
        """

    def solve_all(self, observations: Array) -> Array:
        """The optimal answers at every step of whole episodes, each from the observations up to its step.

        Override it where it is faster than `solve` at each step, which takes time that grows with the square of T.

        Args:
            observations: (B, T, ...) raw.

        Returns:
            (B, T, *action_space.shape), as `solve` returns them.
        """
        steps = range(1, observations.shape[1] + 1)
        return np.stack([self.solve(observations[:, :step]) for step in steps], axis=1)

    def sources(self, history: Array, step: int) -> Array | None:
        """The time steps that the optimal answer at `step` depends on.

        The current time step counts as known, so an answer that is the same in every episode has no sources.

        - No other step matters: `solve` gives the same answer if the observations at all other steps are exchanged for
          those of another episode that has the same sources.
        - What decides which steps matter is a source too: two episodes with the same observations at the sources of
          one of them have the same answer.
        - Every source matters: in some episodes or mixtures of two episodes, though not necessarily in this episode,
          `solve` gives another answer if the observation of this source alone is exchanged.

        If observations determine each other, the sources are the steps that `solve` reads.

        Args:
            history: (B, T', ...) raw observations, T' > step. What follows `step` is not read.
            step: the time step of the answer.

        Returns:
            (B, step+1) bool, arbitrary where `step` is not scored; None: not stated.
        """
        return None

    def guess(self, observations: Array, step: int) -> Array | None:
        """The answers of highest expected accuracy at step `step` from the current observation alone.

        observations (B, ...) are raw; the result is (B, *action_space.shape). None: to be estimated from data.
        """
        return None

    def known_levels(self) -> Levels | None:
        """The scores of chance, the best memoryless policy and the optimal policy; None: to be estimated from data."""
        return None

    @property
    def leaks(self) -> tuple[str, ...]:
        """The parts of its own past that help a policy without memory beyond the current observation and the time step:
        "action" if its previous action does, "reward" if its previous reward does.

        A policy can store a symbol in an answer that is not scored, or in one that it gives up, so most problems leak
        through the action. `seq_envs.testing.check_problem` accepts the leaks that are stated here.
        """
        return ()

    @cached_property
    def answers(self) -> Answers:
        """The answers that the action space accepts, and how they are graded."""
        return answers_of(self.action_space, getattr(self, "tolerance", None), self.whole_answers)

    def grade(self, actions: Any, targets: Any) -> Any:
        """How right the answers are, in [0, 1].

        actions and targets (..., *action_space.shape) give (...): 1.0 or 0.0 for a Discrete or Box answer, the
        fraction of its places that are right for a MultiDiscrete one, or 1.0 or 0.0 with `whole_answers`.
        """
        return self.answers.grade(actions, targets)


def fixed_length(observations: Array, targets: Array, scored: Array) -> Episodes:
    """Episodes (B, T, ...) that all have T steps and the same scored steps (T,)."""
    batch, steps = observations.shape[:2]
    everywhere = np.empty((batch, steps), np.bool_)
    everywhere[:] = scored
    lengths = np.empty(batch, np.int64)
    lengths.fill(steps)
    return Episodes(observations, targets, everywhere, lengths)


def varied_length(observations: Array, targets: Array, lengths: Array | None, scored: Array | None = None) -> Episodes:
    """Episodes (B, T, ...) of different lengths.

    Args:
        observations, targets: as in `Episodes`.
        lengths: (B,); None: all episodes have T steps.
        scored: (T,) or (B, T) bool, the steps that are scored up to the end of each episode; None: its last step.
    """
    if lengths is None:
        return fixed_length(observations, targets, last_of(observations.shape[1]) if scored is None else scored)
    steps = observations.shape[1]
    counted = is_last_step(lengths, steps) if scored is None else scored & is_inside(lengths, steps)
    return Episodes(observations, targets, counted, lengths)


def same_sources(history: Array, step: int, steps: Any) -> Array:
    """The result of `Problem.sources`, (B, step+1) bool, if all episodes have the same sources.

    Args:
        history: (B, T', ...) raw observations.
        step: the time step of the answer.
        steps: the sources, a sequence of time steps; those outside 0 ... `step` are left out.
    """
    sources = np.empty((len(history), step + 1), np.bool_)
    sources[:] = np.isin(np.arange(step + 1), steps)
    return sources


EveryStepOrLast = Literal["one_to_one", "many_to_one"]
"""The framings of most problems: every step is scored, or only the last."""
OneToOne = Literal["one_to_one"]
ManyToOne = Literal["many_to_one"]
ManyToMany = Literal["many_to_many"]
"""The framing of a problem that has only this one."""


def last_of(steps: int) -> Array:
    """The scored steps (T,) of a framing with one question, at the end."""
    scored = np.zeros(steps, np.bool_)
    scored[-1] = True
    return scored
