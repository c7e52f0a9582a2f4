"""The mutation run changes what it should, and its data fit the sources."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import mutate
import pytest
from mutations import mutations
from paths import ROOT

CI = ROOT / "tests" / "ci"


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a = b < c", ["a = (b <= c)"]),
        ("a = b is None", ["a = (b is not None)"]),
        ("a = b + c * d", ["a = (b - c * d)", "a = b + (c // d)"]),
        ("a += b", ["a -= b"]),
        ("a = b << 32", ["a = (b >> 32)", "a = (b << (32) // 2)", "a = b << 33"]),
        ("a = b and c", ["a = (b or c)"]),
        ("a = not b", ["a = (b)"]),
        ("a = -1", ["a = (1)", "a = -2"]),
        ("a = True", ["a = False"]),
        ("a = 0.5", ["a = 1.0"]),
        ("a = min(b, c)", ["a = max(b, c)"]),
        ("a = b.mean(axis=c)", ["a = b.max(axis=c)"]),
        ("a = b.copy()", ["a = b"]),
        ("a = search(b, side='left')", ["a = search(b, side='right')"]),
        ("a[b] = c", ["pass"]),
        ("f(a)", ["pass"]),
        ("if a: b = c", ["if (not a): b = c"]),
        ("é = 'ü' + a", ["é = ('ü' - a)"]),
        ('"""No change here."""', []),
        ("def f(a: int | None) -> int | None: ...", []),
        ("raise ValueError(a + b)", []),
        ("a = f'{b + c}'", []),
        ("a = zip(b, c, strict=True)", []),
    ],
)
def test_mutations(source: str, changed: list[str]) -> None:
    assert [mutation.apply(source) for mutation in mutations(source)] == changed


def test_a_mutation_names_its_place() -> None:
    [mutation] = mutations("class A:\n    def f(self):\n        return 1\n")
    assert (mutation.place, mutation.line, mutation.before, mutation.after) == ("A.f", 3, "1", "2")


@pytest.mark.parametrize("module", mutate.modules())
def test_every_mutation_compiles_and_has_tests(module: str) -> None:
    source = (ROOT / module).read_text(encoding="utf-8")
    for mutation in mutations(source)[::10]:
        compile(mutation.apply(source), module, "exec")
    assert mutate.tests_of(module)
    assert all((ROOT / file).exists() for file in mutate.tests_of(module)), mutate.tests_of(module)


def test_known_survivors_are_mutations_of_today() -> None:
    entries = tomllib.loads((CI / "known_survivors.toml").read_text(encoding="utf-8"))["survivor"]
    for entry in entries:
        found = {
            (mutation.place, mutation.before, mutation.after)
            for mutation in mutations((ROOT / entry["module"]).read_text(encoding="utf-8"))
        }
        assert (entry["place"], entry["before"], entry["after"]) in found, entry
        assert entry["reason"].endswith("."), entry


def test_a_sample_is_of_each_module() -> None:
    chosen = ["seq_envs/seeds.py", "seq_envs/lanes.py"]
    sample = mutate.targets(chosen, 3, seed=0)
    assert [target.module for target in sample] == [module for module in chosen for _ in range(3)]
    assert mutate.targets(chosen, 3, seed=0) == sample != mutate.targets(chosen, 3, seed=1)


@pytest.mark.slow
def test_the_tests_of_a_module_run() -> None:
    done = subprocess.run(
        [sys.executable, CI / "mutate.py", "--only", "seq_envs/seeds.py", "--sample", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "1 of 1 mutations are noticed", done.stderr
