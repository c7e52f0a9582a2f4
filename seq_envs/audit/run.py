"""`audit`: look at an env from outside, and say what memory is worth in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seq_envs.audit.checks import arrays_of, repeated, spaces_of
from seq_envs.audit.choices import choices_of
from seq_envs.audit.findings import Finding, fault, note
from seq_envs.audit.infos import info_finding
from seq_envs.audit.levels import Worth, table_samples, worth_of_memory
from seq_envs.audit.made import made, name_of, versions_of
from seq_envs.audit.passivity import Passivity
from seq_envs.audit.played import active_levels
from seq_envs.audit.probe import probed
from seq_envs.audit.replay import Env, Raised, Start
from seq_envs.audit.report import Audit
from seq_envs.audit.reward_table import reward_table
from seq_envs.audit.table_findings import table_findings
from seq_envs.parameters import Integer

_FEWEST, _MOST = 40, 5000
"""Episodes of a reward table."""


def audit(
    env: str | Env,
    *,
    steps: int = 500_000,
    most_steps: int = 1000,
    progress: Callable[[float], None] = lambda _: None,
    **kwargs: Any,
) -> Audit:
    """Say what an env's seeds, spaces and arrays do, whether actions change observations, and what memory is worth.

    The env is only played, so this works for any env of Gymnasium, including those of other packages. An env is
    *passive* if actions change neither its observations nor when episodes end. Then each episode can be played once
    with every action. This gives the reward of each action at each step, and from these the best returns of policies
    that receive nothing, the current observation, its feedback, or a simple memory.

    Args:
        env: an env, an id, "module:ID" to import the module first, or "module:Class".
        steps: about how many time steps to play, at least 1000: the more, the smaller the errors.
        most_steps: episodes are cut after this many steps, at least 1.
        progress: called with the share of the work that is done.
        kwargs: arguments of the env that an id makes.

    Raises:
        seq_envs.audit.made.NotInstalled: a package is missing; the message has the line that installs it.
        ValueError, TypeError, gymnasium.error.Error: there is no such env, or an argument is out of range.
    """
    steps = Integer(1000).check("steps", steps)
    most_steps = Integer(1).check("most_steps", most_steps)
    played = made(env, **kwargs)
    choices, why_none = choices_of(played.action_space)
    raising: list[Finding] = []
    while True:
        auditing = _Auditing(played, choices, why_none, steps, most_steps, progress, [*raising])
        try:
            worth = auditing.worth()
            break
        except Raised as raised:
            kept = tuple(choice for choice in choices if not np.array_equal(choice, raised.action))
            raising.append(fault("actions", f"The action {raised.action} raises {raised}."))
            auditing.findings.append(raising[-1])
            if len(kept) in (0, len(choices)):
                worth = Worth((), ("The audit ended there: no action is left that does not raise.",))
                break
            choices = kept
    lengths = auditing.lengths or [0]
    return Audit(
        env=name_of(env),
        versions=versions_of(played),
        observation_space=_text_of(played.observation_space),
        action_space=_text_of(played.action_space),
        episodes=auditing.episodes,
        steps=(min(lengths), float(np.mean(lengths)), max(lengths)),
        passive=auditing.passive,
        findings=tuple(auditing.findings),
        levels=worth.levels,
        worth=worth.sentences,
    )


def _text_of(space: Any) -> str:
    """A space in words, without the addresses of objects in it, which differ between two audits."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(space))


@dataclass
class _Auditing:
    """An audit under way: what it has found, with these actions."""

    env: Env
    choices: tuple[Any, ...]
    why_none: str
    steps: int
    most_steps: int
    progress: Callable[[float], None]
    findings: list[Finding]
    lengths: list[int] = field(default_factory=list)
    passive: bool | None = None
    episodes: int = 0

    def worth(self) -> Worth:
        """Look at everything, in order; what the env allows of it.

        Raises:
            Raised: an action raises.
        """
        start, seeds = repeated(self.env, self.choices, self.most_steps)
        self.findings.append(seeds)
        if start is None:
            return Worth((), ("No episode can be played again, so nothing can be said about actions and memory.",))
        known, self.lengths, found = probed(self.env, start, self.choices, self.most_steps)
        self.findings += found
        self.findings.append(spaces_of(self.env, start, self.choices, range(3), self.most_steps))
        self.findings += arrays_of(self.env, start, self.choices, self.most_steps)
        if known.difference:
            return self._of_active(start, known)
        self.passive = True
        if not self.choices:
            return Worth((), (f"Levels need a table of the rewards of every action, but {self.why_none}.",))
        return self._of_passive(start, known)

    def _of_active(self, start: Start, known: Passivity) -> Worth:
        self.passive = False
        length = float(np.mean(self.lengths))
        levels, self.episodes = active_levels(
            start, self.env, self.choices, self.steps, self.most_steps, length, self.progress
        )
        what = "when an episode ends" if known.only_ends else "what is observed"
        unknown = (
            f"Actions decide {what}, so replays cannot tell what other policies earn: what memory is worth here is "
            "unknown. Compare trained agents with and without memory."
        )
        return Worth(levels, (unknown,))

    def _of_passive(self, start: Start, known: Passivity) -> Worth:
        affordable = int(self.steps / (max(float(np.mean(self.lengths)), 1.0) * (len(self.choices) + 1)))
        table = reward_table(
            start,
            self.env,
            self.choices,
            known,
            min(max(affordable, _FEWEST), _MOST),
            self.most_steps,
            lambda share: self.progress(0.7 * share),
        )
        if table.difference:
            self.findings.append(note("actions", f"But not in every episode: {table.difference}."))
            return self._of_active(start, Passivity(table.difference))
        self.episodes = len(table.lengths)
        self.lengths = table.lengths.tolist()
        self.findings += [info_finding(table_samples(table), table.infos), *table_findings(table)]
        if table.order:
            share = table.order / len(table.lengths)
            depends = (
                f"In {share:.0%} of the episodes a reward depends on earlier actions, so replays with constant "
                "actions cannot tell what a policy earns."
            )
            return Worth((), (depends,))
        return worth_of_memory(table, lambda share: self.progress(0.7 + 0.3 * share))
