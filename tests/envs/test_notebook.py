"""What a notebook or a prompt shows of results, data sets and problems: short, whole and escaped."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pages import cells, parsed
from spaces_of_settings import IDS, Ragged

import seq_envs
from seq_envs.notebook import Drawing


def shown(value: Any) -> list[list[str]]:
    """The table that a notebook shows."""
    [table] = parsed(value._repr_html_()).all("table")
    return cells(table)


def test_only_public_names_are_listed() -> None:
    assert [name for name in dir(seq_envs) if not name.startswith("__")] == seq_envs.__all__
    assert {"__version__", "__doc__", "__name__"} <= {*dir(seq_envs)}


@pytest.mark.parametrize("id", ["SeqEcho-v0", "SeqNext-v0"])
def test_an_evaluation(id: str) -> None:
    evaluation = seq_envs.evaluate(seq_envs.policies.memoryless(id), id, 20)
    assert len(repr(evaluation)) < 350
    assert "episodes=20" in repr(evaluation)
    heading, accuracy, exact, score = shown(evaluation)
    assert heading == ["", "mean", "95% interval"]
    low, high = evaluation.accuracy_interval
    assert accuracy == ["accuracy", f"{evaluation.accuracy:.4f}", f"{low:.4f} to {high:.4f}"]
    assert exact[:2] == ["exact match", f"{evaluation.exact_match:.4f}"]
    assert score[:2] == ["normalised score", f"{evaluation.normalized_score:.4f}"]
    assert "20 episodes" in evaluation._repr_html_()


def test_levels() -> None:
    levels = seq_envs.levels("SeqEcho-v0")
    assert [row[:2] for row in shown(levels)[1:]] == [
        ["chance", "0.1000"],
        ["memoryless", "0.1000"],
        ["optimal", "1.0000"],
    ]
    assert "the best memoryless policy" in levels._repr_html_()
    assert "a control task" in seq_envs.levels("SeqNext-v0")._repr_html_()
    assert "&lt;0.0001" in seq_envs.levels("SeqCopyHard-v0")._repr_html_()
    assert shown(seq_envs.levels("SeqEcho-v0", feedback=True))[-1][0] == "feedback"


def test_a_data_set() -> None:
    data = seq_envs.sample(Ragged(), 3)
    assert repr(data).startswith("Dataset of 3 episodes: observations (3, 7) ")
    assert len(repr(seq_envs.sample("SeqEcho-v0", 1000))) < 200
    assert [row[0] for row in shown(data)[1:]] == ["observations", "targets", "scored", "lengths"]
    assert shown(data)[3][1:] == ["(3, 7)", "bool"]


@pytest.mark.parametrize("id", IDS)
def test_a_problem(id: str) -> None:
    problem = seq_envs.make_problem(id)
    fields = dataclasses.fields(problem)
    assert [row[:2] for row in shown(problem)[1:]] == [
        [field.name, str(getattr(problem, field.name))] for field in fields
    ]


def test_a_drawing_is_shown_as_it_is_printed() -> None:
    drawing = seq_envs.draw("SeqMemorize-v0")
    assert isinstance(drawing, str)
    [text] = parsed(drawing._repr_html_()).all("pre")
    assert text.text() == " ".join(drawing.split()) or text.text() == drawing
    assert Drawing("a < b & <c>")._repr_html_() == "<pre>a &lt; b &amp; &lt;c&gt;</pre>"


@pytest.mark.parametrize("name", ["random", "memoryless", "optimal"])
def test_policies_have_short_reprs(name: str) -> None:
    problem = seq_envs.make_problem("SeqEcho-v0")
    assert repr(getattr(seq_envs.policies, name)(problem)) == f"<{name} policy of {problem}>"
