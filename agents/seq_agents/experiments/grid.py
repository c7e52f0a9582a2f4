"""The grid of a benchmark: agents x problems x seeds, and single entries beside them."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import gymnasium

import seq_envs
from seq_agents.agents import AGENTS, agent_type
from seq_agents.errors import reason
from seq_agents.experiments.config import Config, determining_settings
from seq_agents.experiments.entry import Entry
from seq_agents.experiments.fairness import Budget, with_core_weights, within_budget
from seq_agents.experiments.further import Further
from seq_agents.experiments.search import Search, combinations, in_words
from seq_agents.experiments.until import Until
from seq_agents.menu import did_you_mean
from seq_envs.env_options import OPTION_NAMES, EnvOptions
from seq_envs.evaluation import EPISODES
from seq_envs.problems import GROUPS
from seq_envs.sizes import of_data

_LONGEST_EXCERPT = 300
"""The most characters of a value in a message."""


class GridError(ValueError):
    """A grid that cannot be run; the message says where and why."""


@dataclass(frozen=True, kw_only=True)
class GridAgent:
    """An agent of a grid, its settings and its problems."""

    agent: str
    """A name of `seq_agents.agents.AGENTS`, or "module:factory"."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings for every problem, which replace the tuned ones."""
    by_id: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Settings for single ids, which replace both."""
    ids: Sequence[Any] | None = None
    """The problems that the agent learns, as `Grid.ids`; None: those of the grid."""

    def problems(self, of_grid: Sequence[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The id and the parameters of each problem that the agent learns, where the grid has these problems."""
        for problem in _matching(of_grid if self.ids is None else self.ids):
            parameters = {"id": problem} if isinstance(problem, str) else dict(problem)
            yield parameters.pop("id"), parameters


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A single entry of a grid: one agent on one problem."""

    agent: str
    """A name of `seq_agents.agents.AGENTS`, or "module:factory"."""
    id: str
    """Id of the environment."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the problem that differ from the id's, and options of the environment such as `pay`."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings that replace the tuned ones."""
    seeds: int | None = None
    """Number of seeds; None: that of the grid."""
    until: Until | None = None
    """When the training stops early; None: never."""
    further: Further | None = None
    """How far beyond the training the agent is right; None: that is not measured."""
    reported: str = ""
    """What the source of the experiment reports."""
    elsewhere: Sequence[Mapping[str, Any]] = ()
    """As `Grid.elsewhere`."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Every agent learns every problem with every seed; the single entries are run besides."""

    agents: Mapping[str, GridAgent] = field(default_factory=dict)
    """Agents by their names in the results."""
    ids: Sequence[Any] = ()
    """Each is an id or a pattern of ids of the menu, another registered id, or a mapping of `id`, parameters
    and options of the environment such as `pay`."""
    entries: Mapping[str, Experiment] = field(default_factory=dict)
    """Single entries by their names in the results."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the environment for all problems, such as {pay: at_end}, see `seq_envs.env_options.EnvOptions`."""
    seeds: int = 5
    episodes: int = EPISODES
    standard: bool = False
    """Whether agents have the standard settings, the same for all problems; if not, those tuned for an id come first.
    Single entries always have the tuned ones."""
    budget: Budget | None = None
    """What every agent learns from, in place of the settings that say so; None: as its settings say."""
    parameters: int | None = None
    """About how many weights every core has, in place of the setting `hidden`; None: as its settings say."""
    sweep: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Values by setting. Every agent that learns tries each combination on every problem, and the report has the best.
    Empty: there is no search."""
    trial_seeds: int = 1
    """Seeds of each trial of the search."""
    elsewhere: Sequence[Mapping[str, Any]] = ()
    """Changes of parameters, such as {split: test} or {length: 100}. Each trained agent is evaluated on every problem
    that is changed in this way too."""

    def all_entries(self) -> list[Entry]:
        """Every agent on every problem, and the single entries; each only once. With `sweep`, without the agents that
        are searched for.

        Raises:
            GridError: an unknown agent, id, parameter or setting, or a wrong value.
        """
        return self._once(self._entries())

    def searches(self) -> list[Search]:
        """The trials of every agent that learns, on every problem, if there is a `sweep`.

        Raises:
            GridError: as for `all_entries`.
        """
        searches = []
        for name, agent in self.agents.items() if self.sweep else ():
            for id, parameters in agent.problems(self.ids) if _learns(agent.agent) else ():
                trials = self._once(
                    self._entry(name, agent, id, parameters, values, self.trial_seeds, in_words(values))
                    for values in combinations(self.sweep)
                )
                _refuse_equal(trials)
                searches.append(Search(tuple(trials), self.seeds))
        return searches

    def _once(self, entries: Iterable[Entry]) -> list[Entry]:
        by_identity: dict[tuple[str, str, str], Entry] = {}
        for entry in entries:
            there = by_identity.setdefault(entry.identity, entry)  # Two patterns may match the same id.
            if there != entry:
                raise GridError(
                    f"{in_short(entry.name)} on {in_short(entry.label)} is in the grid twice, with different settings"
                )
        return list(by_identity.values())

    def _entries(self) -> Iterator[Entry]:
        for name, agent in self.agents.items():
            if not (self.sweep and _learns(agent.agent)):
                for id, parameters in agent.problems(self.ids):
                    yield self._entry(name, agent, id, parameters, {}, self.seeds)
        for name, single in self.entries.items():
            yield _entry(
                name, single.agent, single.id, single.parameters, single.settings,
                seeds=self.seeds if single.seeds is None else single.seeds, episodes=self.episodes,
                until=single.until, further=single.further, reported=single.reported, elsewhere=single.elsewhere,
            )  # fmt: skip

    def _entry(
        self,
        name: str,
        agent: GridAgent,
        id: str,
        parameters: Mapping[str, Any],
        values: Mapping[str, Any],
        seeds: int,
        trial: str = "",
    ) -> Entry:
        settings = {**agent.settings, **agent.by_id.get(id, {}), **values}
        return _entry(
            name, agent.agent, id, {**self.options, **parameters}, settings, seeds=seeds, episodes=self.episodes,
            trial=trial, standard=self.standard, budget=self.budget, weights=self.parameters,
            elsewhere=() if trial else self.elsewhere,
        )  # fmt: skip


def _refuse_equal(trials: Sequence[Entry]) -> None:
    """Refuse trials that train with the same settings, such as a sweep over `updates` where a budget sets them.

    Raises:
        GridError: two trials are equal; the message names them.
    """
    by_settings: dict[str, Entry] = {}
    for trial in trials:
        same = by_settings.setdefault(str(determining_settings(trial.agent, trial.settings)), trial)
        if same is not trial:
            raise GridError(
                f"sweep: {trial.name} trains with the same settings at {in_short(same.trial)} and at "
                f"{in_short(trial.trial)}: device changes no result, and a budget or parameters may set them"
            )


def _learns(agent: str) -> bool:
    return agent not in AGENTS or AGENTS[agent].learns_from != "nothing"


def _matching(ids: Sequence[Any]) -> Iterator[Any]:
    """The problems, with every pattern and every group replaced by its ids."""
    for problem in ids:
        if isinstance(problem, str) and problem in GROUPS:
            yield from GROUPS[problem]
            continue
        if isinstance(problem, str) and set(problem) & set("*?["):
            matched = fnmatch.filter(seq_envs.MENU, problem)
            if not matched:
                hint = did_you_mean(problem.strip("*"), seq_envs.MENU)
                raise GridError(f"ids: {problem!r} matches none of the {len(seq_envs.MENU)} ids{hint}")
            yield from matched
        else:
            yield problem


def _entry(
    name: str,
    agent: str,
    id: str,
    parameters: Mapping[str, Any],
    settings: Mapping[str, Any],
    *,
    standard: bool = False,
    budget: Budget | None = None,
    weights: int | None = None,
    elsewhere: Sequence[Mapping[str, Any]] = (),
    **others: Any,
) -> Entry:
    """An entry with all settings of its agent.

    Raises:
        GridError: an unknown agent, id, parameter or setting, or a wrong value.
    """
    given = {key: of_data(value) for key, value in parameters.items()}
    parameters = {key: value for key, value in given.items() if key not in OPTION_NAMES}
    try:
        options = EnvOptions(**{key: value for key, value in given.items() if key in OPTION_NAMES})
        config = Config.of(agent, id, parameters, 0, settings, standard=standard, options=options)
        agent_type(agent).refuse(options)
        chosen = config.settings
        if weights is not None and (agent not in AGENTS or AGENTS[agent].core):
            chosen = with_core_weights(agent, config.problem(), chosen, weights)
        if budget is not None:
            chosen = within_budget(agent, config.problem(), chosen, budget)
    except (Exception, SystemExit) as error:  # The module of an id or of an agent may raise anything.
        if isinstance(error, ImportError) and ":" not in agent + id:
            raise  # An extra of this package is missing: the command line says which.
        readable = isinstance(error, (ValueError, TypeError, gymnasium.error.Error))
        why = str(error) if readable else reason(error)
        raise GridError(f"{in_short(name)} on {in_short(id)}: {in_short(why)}") from None
    entry = Entry(
        name=name, agent=agent, id=id, parameters=_distinguishing(id, config.parameters), options=config.options,
        settings=chosen,
        standard=standard, stop_when_solved=budget is not None and budget.stop_when_solved,
        elsewhere=tuple({key: of_data(value) for key, value in changes.items()} for changes in elsewhere), **others,
    )  # fmt: skip
    further = entry.further.changes() if entry.further else ()
    for where, changes in (
        *(("elsewhere", each) for each in entry.elsewhere),
        *(("further", each) for each in further),
    ):
        try:
            entry.problem_with(changes)
        except (ValueError, TypeError) as wrong:
            raise GridError(f"{where}: {in_short(name)} on {in_short(entry.label)}: {in_short(str(wrong))}") from None
    return entry


def changed(
    grid: Grid,
    agents: Sequence[str] | None = None,
    ids: Sequence[Any] | None = None,
    seeds: int | None = None,
    episodes: int | None = None,
    standard: bool | None = None,
    options: Mapping[str, Any] | None = None,
) -> Grid:
    """The grid with other agents, problems, seeds, episodes, options, or with standard or tuned settings.

    An agent of the grid keeps its settings. Other agents or problems remove the single entries; other seeds apply to
    them too.

    Raises:
        GridError: other agents, problems or options for a grid that has only single entries, or standard settings for
            these.
    """
    if (agents is not None or ids is not None or standard or options) and not grid.agents:
        raise GridError(
            "the agents, ids, options and settings of this grid are fixed: it is made of the entries "
            f"{', '.join(grid.entries)}"
        )
    changes: dict[str, Any] = {"ids": ids, "seeds": seeds, "episodes": episodes, "standard": standard}
    changes["options"] = {**grid.options, **options} if options else None
    if agents is not None:
        changes["agents"] = {name: grid.agents.get(name, GridAgent(agent=name)) for name in agents}
    if ids is not None:  # They replace the ids of single agents, too.
        kept = changes.get("agents", grid.agents)
        changes["agents"] = {name: dataclasses.replace(agent, ids=None) for name, agent in kept.items()}
    if agents is not None or ids is not None:
        changes["entries"] = {}
    elif seeds is not None:
        changes["entries"] = {name: dataclasses.replace(single, seeds=seeds) for name, single in grid.entries.items()}
    return dataclasses.replace(grid, **{name: value for name, value in changes.items() if value is not None})


def _distinguishing(id: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Drop parameters that equal the id's own and sort the rest, so that a problem has one label."""
    kept = dict(sorted(parameters.items()))
    problem = seq_envs.make_problem(id, **kept)
    for name in list(kept):
        fewer = {other: value for other, value in kept.items() if other != name}
        with suppress(ValueError):  # Without one parameter, another one may be out of its range.
            if seq_envs.make_problem(id, **fewer) == problem:
                kept = fewer
    return kept


def in_short(text: str) -> str:
    """A text in one line, cut after `_LONGEST_EXCERPT` characters."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_EXCERPT else f"{line[:_LONGEST_EXCERPT]}..."
