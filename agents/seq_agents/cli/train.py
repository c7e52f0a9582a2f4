"""`seq-envs train` and `evaluate`: an agent learns a problem in a run folder, and is evaluated from it."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seq_agents.cli.env_options import about_options, add_env_options, env_options
from seq_agents.cli.hints import as_typed, next_commands, on_runs, path_word
from seq_agents.cli.interruption import Interrupted, number_of
from seq_agents.cli.options import Command, add_parameters, add_standard, agent_name, count, parameters, seed, settings
from seq_agents.cli.threads import use_one_thread
from seq_agents.cli.trained import add_run, given_options, trained
from seq_agents.cli.waiting import CountedPolicy, loading, working
from seq_agents.errors import Arguments, Refused
from seq_agents.progress import ProgressBar
from seq_envs.evaluation import EPISODES

if TYPE_CHECKING:
    from seq_agents.experiments.config import Config
    from seq_agents.experiments.run_folder import Run
    from seq_envs.policies import Policy


def add_commands(command: Command) -> None:
    """Add the commands."""
    train = command("train", _train, "train an agent on a problem, and keep the training in a run folder")
    train.add_argument("agent", metavar="AGENT", type=agent_name, help="see `seq-envs list`; or module:Learner")
    train.add_argument("id", metavar="ID", help="such as SeqEcho-v0")
    train.add_argument("--core", metavar="CORE", help="the core that remembers, such as gru, in place of the agent's")
    train.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting of the agent")
    add_standard(train)
    train.add_argument("--seed", type=seed, default=0, help="seed of the training (default: 0)")
    train.add_argument("--out", type=Path, metavar="RUN", help="the run folder (default: runs/AGENT-ID-SEED)")
    train.add_argument("--resume", action="store_true", help="continue from the checkpoint in RUN, if there is one")
    add_env_options(train)
    add_parameters(train)

    evaluate = command("evaluate", _evaluate, "evaluate a trained agent, on its problem or with parameters changed")
    add_run(evaluate)
    evaluate.add_argument("--seed", type=seed, default=0, help="seed of the episodes (default: 0)")
    evaluate.add_argument("--json", action="store_true", help="print the evaluation as JSON")
    for parser in (train, evaluate):
        parser.add_argument(
            "--episodes", type=count, default=EPISODES, help=f"episodes of the evaluation (default: {EPISODES})"
        )


def _train(chosen: argparse.Namespace) -> None:
    """Train an agent in a run folder, and print its evaluation."""
    from seq_agents.cli.result_table import Result, result_table
    from seq_agents.cli.terminal import print_table

    with loading():
        from seq_agents.experiments.training import Stopped, train

        use_one_thread()
        config = _config(chosen)
        path = chosen.out or Path("runs") / f"{config.agent.replace(':', '-')}-{config.id}-{config.seed}"
        run = _run_folder(path, config, chosen.resume)
    try:
        with ProgressBar(config.agent) as bar, ExitStack() as evaluating:

            def with_progress(policy: Policy) -> Policy:
                report = evaluating.enter_context(working(_evaluating(chosen.episodes)))
                return CountedPolicy(policy, chosen.episodes, config.problem().steps, report)

            evaluation = train(run, chosen.episodes, bar, with_progress)
    except Stopped as stopped:
        raise Interrupted(stopped.number, _to_continue(run, chosen.typed)) from None
    except KeyboardInterrupt as interruption:
        raise Interrupted(number_of(interruption), _to_continue(run, chosen.typed)) from None
    print_table(
        result_table(
            config.problem(),
            {config.agent: Result(evaluation, run.evaluation()["training_seconds"])},
            about_options(config),
        )
    )
    print(f"{path}: config, checkpoint{', learning curve' if run.has_curve else ''} and evaluation.\n")
    commands = ("watch", "evaluate", "plot") if run.has_curve else ("watch", "evaluate")
    print(next_commands(*(on_runs(command, run) for command in commands)))


def _evaluating(episodes: int) -> str:
    return f"evaluating {episodes:,} episodes"


def _config(chosen: argparse.Namespace) -> Config:
    """The configuration of the training.

    Raises:
        Refused: the agent cannot be saved.
        ValueError, TypeError: an unknown agent, parameter or setting, or a wrong value.
    """
    from seq_agents.agents import agent_type, with_core
    from seq_agents.experiments.config import Config
    from seq_agents.learners.user_defined import UserDefinedLearner

    id, agent = chosen.id, chosen.agent
    if chosen.core is not None:
        agent = with_core(agent, chosen.core)
    if issubclass(agent_type(agent), UserDefinedLearner):
        raise Refused(
            f"{agent} cannot be saved in a run folder, which takes agents of `seq-envs list` and subclasses of Learner",
            lambda _: ["bench", "--agents", agent, "--ids", id],
        )
    given = agent_type(agent).settings_type.parsed(settings(chosen.set))
    return Config.of(
        agent,
        id,
        parameters(id, chosen),
        chosen.seed,
        given,
        standard=bool(chosen.standard),
        options=env_options(chosen),
    )


def _run_folder(path: Path, config: Config, resume: bool) -> Run:
    """The run folder: a new one, or an existing one of the same training.

    Raises:
        Refused: the folder has another training, or the agent cannot be made.
        seq_agents.errors.RunError: the folder cannot be used.
    """
    from seq_agents.agents import modules_of
    from seq_agents.experiments.run_folder import Run, modules_named_by

    if resume and path.exists():
        others = modules_named_by(path) - {*modules_of(config.agent), config.id}
        if others:  # They are not imported, since they can run any code.
            raise Refused(f"{path} was trained with {' and '.join(sorted(others))}. Use the same, or another --out")
        run = Run.open(path, trust=True)
        _refuse_other(run, config)
        return Run(path, dataclasses.replace(run.config, settings=config.settings))  # Maybe on another device.
    try:
        config.learner()  # Raises before there is a folder.
    except RuntimeError as wrong:  # torch raises it for a network that is too large.
        raise Refused(
            f"{config.agent} cannot be made with these settings: {str(wrong).partition(chr(10))[0]}"
        ) from None
    return Run.create(path, config)


_OTHER = {
    "agent": "another agent",
    "id": "another problem",
    "parameters": "other parameters",
    "settings": "other settings",
    "options": "other options of the environment",
    "seed": "another seed",
}
"""How a message names the fields of a Config."""


def _refuse_other(run: Run, config: Config) -> None:
    """Refuse to continue a run with a different configuration.

    Raises:
        Refused: something differs; the message says what.
    """
    from seq_agents.experiments.config import determining_settings

    # The options first, since settings depend on them.
    names = dict.fromkeys(("options", *(field.name for field in dataclasses.fields(config))))
    fields: dict[str, tuple[Any, Any]] = {name: (getattr(run.config, name), getattr(config, name)) for name in names}
    fields["settings"] = (
        determining_settings(run.config.agent, run.config.settings),
        determining_settings(config.agent, config.settings),
    )
    del fields["standard"]  # The same settings may be standard and tuned.
    if run.config.problem() == config.problem():  # The same parameters may be given in different ways.
        del fields["parameters"], fields["id"]
    for name, (there, asked) in fields.items():
        if there != asked:
            raise Refused(
                f"{run.path} was trained with {_OTHER[name]}: {_difference(name, there, asked)}. "
                "Use the same, or another --out"
            )


def _difference(name: str, there: Any, asked: Any) -> str:
    if not isinstance(there, Mapping):
        return f"{name} was {there}, not {asked}"
    names = [key for key in {**there, **asked} if there.get(key) != asked.get(key)]
    return ", ".join(f"{key} was {_value_in_words(there, key)}, not {_value_in_words(asked, key)}" for key in names)


def _value_in_words(values: Mapping[str, Any], name: str) -> str:
    return str(values[name]) if name in values else "the default"


def _to_continue(run: Run, typed: Sequence[str]) -> str:
    """A message about an interrupted run: what is saved, and the command that continues it."""
    curve = run.curve() if run.begun else []
    kept = f"its checkpoint has {int(curve[-1][1]):,} time steps" if curve else "it has no checkpoint yet"
    more = [] if "--resume" in typed else ["--resume"]
    if not any(word == "--out" or word.startswith("--out=") for word in typed):
        more += ["--out", path_word(run.path)]
    return f"interrupted. {run.path} is kept: {kept}.\nTo continue: {as_typed([*typed, *more])}"


def _evaluate(chosen: argparse.Namespace) -> None:
    """Evaluate the agent of a run folder, on its problem or with some parameters changed."""
    from seq_agents.cli.result_table import Result, result_table
    from seq_agents.cli.terminal import print_table
    from seq_agents.experiments.files import without_nan

    with loading():
        use_one_thread()
        run, problem, learner, *_ = trained(chosen)
    with working(_evaluating(chosen.episodes)) as report:
        policy = CountedPolicy(learner.policy(), chosen.episodes, problem.steps, report)
        evaluation = run.config.evaluate(policy, problem, chosen.episodes, chosen.seed)
    if chosen.json:
        print(json.dumps(without_nan(dataclasses.asdict(evaluation)), indent=1))
    else:
        print_table(result_table(problem, {run.config.agent: Result(evaluation, 0.0)}, about_options(run.config)))
        given = given_options(chosen, run)
        print(next_commands(on_runs("watch", run, given=given), *([] if given else _horizon_of(run.config))))


def _horizon_of(config: Config) -> list[Arguments]:
    """The command that measures how far the agent of a run remembers; none if it would train something different."""
    from seq_agents.agents import modules_of, settings_of
    from seq_agents.experiments.sweeps import SWEEPS

    if config.parameters or config.options or config.id not in SWEEPS or modules_of(config.agent):
        return []
    usual = settings_of(config.agent, config.id, standard=config.standard).as_dict()
    if {**config.settings, "device": None} != {**usual, "device": None}:
        return []
    return [["horizon", config.agent, "--ids", config.id, *(["--standard"] if config.standard else [])]]
