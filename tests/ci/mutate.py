"""Change the package in one small way after another, and see whether its tests notice.

    python tests/ci/mutate.py [--only seq_envs/lanes.py ...] [--sample 50] [--jobs 2]

Each mutation (see `mutations.py`) is written into a copy of the project. There the tests of the changed module (see
`mutation_targets.toml`) run until the first failure. If none fails, the mutation survives: either its module needs
another test, or `known_survivors.toml` an entry with the reason why no test can notice it. The exit code is 1 if a
mutation survives that has no such entry.

All of `seq_envs` and the learners takes many hours; `--sample` takes some mutations of each module by chance.
Needs the package's development environment and a system that can fork.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from forked_tests import TestRun, import_libraries
from mutations import Mutation, mutations

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
COPIED = ("agents", "seq_envs", "tests", "examples", "results", "pyproject.toml", "README.md", "constraints.txt")
MOST_CPU_SECONDS = 10
"""A mutation counts as noticed after this CPU time and three times what the tests take without one: it is endless."""
MOST_SECONDS = 1200.0
"""A mutation counts as noticed after this time too, since it may wait for ever without using the CPU."""


class Target(NamedTuple):
    """A mutation of a module and the tests that should notice it."""

    module: str
    mutation: Mutation
    tests: tuple[str, ...]

    def __str__(self) -> str:
        place, line, _, _, before, after = self.mutation
        return f"{self.module}:{line} {place}: {before} -> {after}"


def tests_of(module: str) -> tuple[str, ...]:
    """The test files of a module, quickest first: those of the longest path in `mutation_targets.toml` that fits."""
    targets = tomllib.loads((HERE / "mutation_targets.toml").read_text(encoding="utf-8"))
    return tuple(targets[max((path for path in targets if module.startswith(path)), key=len)])


def modules() -> list[str]:
    """All modules that `mutation_targets.toml` has tests for, as paths from the root of the project."""
    targets = tomllib.loads((HERE / "mutation_targets.toml").read_text(encoding="utf-8"))
    found = {path for target in targets for path in (ROOT / target).rglob("*.py")}
    found |= {ROOT / target for target in targets if target.endswith(".py")}
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def known_survivors() -> set[tuple[str, str, str, str]]:
    """Module, place, before and after of each mutation that cannot be noticed, or need not be."""
    entries = tomllib.loads((HERE / "known_survivors.toml").read_text(encoding="utf-8"))["survivor"]
    return {(entry["module"], entry["place"], entry["before"], entry["after"]) for entry in entries if entry["reason"]}


def targets(chosen: list[str], count: int | None, seed: int) -> list[Target]:
    """The mutations to try: all of the chosen modules, or `count` of each, without the known survivors."""
    known, found = known_survivors(), []
    for module in chosen:
        source = (ROOT / module).read_text(encoding="utf-8")
        tried = [
            Target(module, mutation, (module, *tests_of(module)))
            for mutation in mutations(source)
            if (module, mutation.place, mutation.before, mutation.after) not in known
        ]
        if count is not None and count < len(tried):
            tried = random.Random(seed).sample(tried, count)
        found += tried
    return found


class Project:
    """A copy of the project, in which one module at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source, copied = ROOT / name, folder / name
            if source.is_dir():
                shutil.copytree(source, copied, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copied)

    def write(self, module: str, mutation: Mutation | None) -> None:
        """Write a module as it is, or with a mutation."""
        source = (ROOT / module).read_text(encoding="utf-8")
        (self.folder / module).write_text(mutation.apply(source) if mutation else source, encoding="utf-8")

    def test(self, tests: tuple[str, ...], most_cpu_seconds: int) -> TestRun:
        """Start these tests, which end with the first failure."""
        options = ["-x", "--hypothesis-profile=brief", f"--basetemp={self.folder}/.temp"]
        return TestRun(self.folder, [*options, *tests], self.folder / "pytest-output.txt", most_cpu_seconds)


def cpu_seconds_of(project: Project, tests: tuple[str, ...]) -> float:
    """The CPU time of tests as long as nothing is changed.

    Raises:
        SystemExit: they fail.
    """
    run = project.test(tests, most_cpu_seconds=3600)
    if run.wait():
        raise SystemExit(f"{run.output.read_text(encoding='utf-8')}\n{', '.join(tests)} fail without any mutation.")
    return run.cpu_seconds


def survivors(projects: list[Project], tried: list[Target], limits: dict[tuple[str, ...], int]) -> Iterator[Target]:
    """Try these mutations, as many at a time as there are copies of the project; yield those that no test notices."""
    waiting, idle = list(reversed(tried)), list(projects)
    running: list[tuple[Project, Target, TestRun, float]] = []
    try:
        while waiting or running:
            while waiting and idle:
                project, target = idle.pop(), waiting.pop()
                project.write(target.module, target.mutation)
                run = project.test(target.tests, limits[tests_of(target.module)])
                running.append((project, target, run, time.monotonic() + MOST_SECONDS))
            for entry in list(running):
                project, target, run, deadline = entry
                if run.exit_code() is None and time.monotonic() < deadline:
                    continue
                run.stop()
                if run.exit_code() == pytest.ExitCode.OK:
                    yield target
                running.remove(entry)
                project.write(target.module, None)
                idle.append(project)
            time.sleep(0.05)
    finally:
        for _, _, run, _ in running:
            run.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="MODULE", help="modules or folders, as paths from the root")
    parser.add_argument("--sample", type=int, metavar="N", help="try N mutations of each module, chosen at random")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of a sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutations to try at the same time")
    parser.add_argument("--list", action="store_true", help="print the mutations instead of trying them")
    chosen = parser.parse_args()
    only = tuple(chosen.only or [""])
    tried = targets([module for module in modules() if module.startswith(only)], chosen.sample, chosen.seed)
    if not tried:
        parser.error(f"no module that mutation_targets.toml has tests for begins with {' or '.join(only)}")
    if chosen.list:
        print(*tried, sep="\n")
        return
    # A source that changes twice within a second must not be taken for its older bytecode.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    import_libraries()
    with tempfile.TemporaryDirectory() as folder:
        projects = [Project(Path(folder) / str(job)) for job in range(chosen.jobs)]
        limits = {}
        for tests in {tests_of(target.module): None for target in tried}:
            seconds = cpu_seconds_of(projects[0], tests)
            limits[tests] = MOST_CPU_SECONDS + int(3 * seconds)
            print(f"{seconds:.1f} s of CPU without a mutation: {', '.join(tests)}", flush=True)
        print(f"{len(tried)} mutations of {len({target.module for target in tried})} modules", flush=True)
        count = 0
        for target in survivors(projects, tried, limits):
            print(f"SURVIVES {target}", flush=True)
            count += 1
    print(f"{len(tried) - count} of {len(tried)} mutations are noticed")
    sys.exit(count > 0)


if __name__ == "__main__":
    main()
