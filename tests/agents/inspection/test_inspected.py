"""An inspection as text, as a page and as a figure; and agents that cannot be inspected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pages import every, parsed
from seq_agents.agents import make_learner
from seq_agents.inspection import Inspection, credit, inspect, inspected
from seq_agents.inspection.curves import even_places
from seq_agents.inspection.findings import by_lag, on_sources
from seq_agents.inspection.page import page
from seq_agents.inspection.text import Colours, state_text
from seq_agents.report.figure_formats import FORMATS
from spaces_of_settings import Ragged
from tiny_agents import tiny

import seq_envs

torch.set_num_threads(1)
MEMORIZE = seq_envs.make_problem("SeqMemorize-v0", length=6)


@pytest.fixture(scope="module")
def whole() -> Inspection:
    """With a critic, a state, gates and sources."""
    return inspect(tiny("recurrent-ppo"), name="<b>ppo & co</b>")


@pytest.fixture(scope="module")
def stateless() -> Inspection:
    return inspect(tiny("bilstm", Ragged()), seed=1)


def test_what_it_has(whole: Inspection) -> None:
    assert [(credit.of, credit.method) for credit in whole.credits] == [
        ("answer", "occlusion"), ("answer", "gradient"), ("value", "occlusion"), ("value", "gradient"),
    ]  # fmt: skip
    assert whole.probe is not None
    assert whole.probe.untrained is not None, "a learner knows itself before its training"
    assert whole.notes == []
    assert by_lag(whole).columns[-1].heading == "gradient of the value"
    assert [row[0] for row in by_lag(whole, most=2).rows] == [0, 3]
    gradients = [row[4:] for row in by_lag(whole).rows]
    assert [max(column) for column in zip(*gradients, strict=True)] == [1.0, 1.0], "shares of the largest"
    assert len(repr(whole)) < 500
    assert whole.played.steps == 4


def test_an_agent_without_a_state(stateless: Inspection) -> None:
    assert stateless.panels == []
    assert stateless.probe is None
    assert [credit.method for credit in stateless.credits] == ["occlusion", "gradient"]
    assert stateless.notes == [
        "The network keeps no state from step to step, so there is no state to draw or to probe.",
        "Ragged does not state which steps a right answer depends on.",
    ]
    assert [column.heading for column in by_lag(stateless).columns] == ["steps ago", "gradient of the answer"]
    assert on_sources(stateless).rows == ()
    assert "Credit on the steps" not in page(stateless), "an empty table is left out"


def test_episodes_that_are_too_long_for_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit, "MOST_STEPS", 3)
    found = inspect(tiny("mlp"))
    assert found.credits == ()
    assert found.notes == ["Credit is for problems of at most 3 time steps, got 4."]
    assert found.probe is not None
    assert "<svg" in page(found)


def test_other_errors_of_credit_are_no_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise ValueError

    monkeypatch.setattr(inspected, "credit", fails)
    with pytest.raises(ValueError, match=r"^$"):
        inspect(tiny("mlp"))


@pytest.mark.parametrize("agent", ["lstm", "bilstm"])
def test_a_network_that_diverged(agent: str) -> None:
    learner = tiny(agent)
    learner.network.load_state_dict(
        {name: torch.full_like(part, float("nan")) for name, part in learner.network.state_dict().items()}
    )
    with pytest.raises(ValueError, match="a network with finite numbers, got scores with NaN or infinity"):
        inspect(learner)


def test_answers_that_no_replaced_input_changes() -> None:
    """Only the marker can be replaced, and only the last answer depends on it: an mlp does not see it there."""
    found = inspect(tiny("mlp", MEMORIZE))
    assert "Replacing inputs changes no answer at the time steps whose right answer depends on them." in str(found)
    assert [row[:2] for row in on_sources(found).rows] == [("answers", "gradient")]
    assert "nan" not in repr(found)


def test_symbols_of_mathematics_are_text(tmp_path: Path) -> None:
    found = inspect(tiny("mlp"), name="a <b> & $x$ pays $a_b$ and $x^{$")
    found.save_figure(tmp_path / "figure.svg")
    assert "a &lt;b&gt; &amp; $x$ pays" in (tmp_path / "figure.svg").read_text(encoding="utf-8")


def test_inputs_that_are_always_the_same() -> None:
    found = inspect(tiny("lstm", seq_envs.make_problem("SeqNext-v0", length=5)))
    assert "The inputs are the same in every episode, so there is nothing to read from the state." in str(found)
    assert "<svg" in page(found)


def test_as_text(whole: Inspection) -> None:
    lines = str(whole).splitlines()
    assert lines[0] == "step   0 1 2 3"
    assert lines[1].startswith("input  ")
    assert lines[6].startswith("h (4 units, at most ")
    heat = [line for line in lines if re.fullmatch(r" {7}[=.+#-]( [=.+#-]){3}", line)]
    assert len(heat) >= 8, "a line for each of four units of h and of c"
    assert "gate" not in str(whole)


@pytest.mark.parametrize(("colours", "code"), [(Colours.INDEXED, "38;5;"), (Colours.DIRECT, "38;2;")])
def test_in_colours(whole: Inspection, colours: Colours, code: str) -> None:
    text = state_text(whole, 80, colours)
    assert code in text
    plain = re.sub(r"\033\[[\d;]*m", "", text).splitlines()
    assert [line for line in plain if "▀" in line] == ["       ▀ ▀ ▀ ▀ "] * 4, "two units in a line"


def test_a_narrow_terminal_has_the_latest_steps(whole: Inspection) -> None:
    lines = state_text(whole, 11, Colours.NONE).splitlines()
    assert lines[0] == "step   2 3"
    assert max(len(line) for line in lines[:5]) <= 11


def test_a_line_has_the_mean_of_its_units() -> None:
    found = inspect(make_learner("lstm", MEMORIZE, 0, {"hidden": 16, "updates": 1}))
    panel = found.panels[0]
    means = panel.values.reshape(8, 2, 5).mean(axis=1)
    levels = ((means / np.abs(means).max() + 1) * 2).round().astype(int)
    drawn = ["".join(line.split()) for line in state_text(found, 80, Colours.NONE).splitlines()[7:15]]
    assert drawn == ["".join("=-.+#"[level] for level in row) for row in levels]


def test_the_page_is_sound(whole: Inspection, stateless: Inspection) -> None:
    for inspection in (whole, stateless):
        source = page(inspection)
        root = parsed(source)
        for element in every(root):
            for name in ("src", "href"):
                assert (element.attributes.get(name) or "data:image/png;base64,").startswith("data:image/png;base64,")
        assert "http" not in source
        assert "@import" not in source
        assert [element.tag for element in every(root) if element.tag == "h1"] == ["h1"]
        assert all(element.attributes.get("aria-label") for element in root.all("svg", role="img"))
        assert all(table.all("caption")[0].text() for table in root.all("table"))


def test_the_page_has_everything_and_escapes_it(whole: Inspection) -> None:
    source = page(whole)
    assert "<b>" not in source
    assert "&lt;b&gt;ppo &amp; co&lt;/b&gt;" in source
    root = parsed(source)
    assert "<code>lag</code> steps ago" in source
    assert "`" not in source
    assert len(root.all("img")) == len(whole.panels) == 5
    assert len(root.all("image")) == len(whole.credits) == 4
    outlined = [rect for rect in root.all("rect") if rect.attributes.get("class") == "source"]
    assert len(outlined) == 4 * 3, "each of three answers comes from one step, in four maps"
    assert whole._repr_html_().startswith("<iframe srcdoc=")
    assert '"' not in whole._repr_html_().split('"')[1], "the page is escaped"


@pytest.mark.parametrize("form", FORMATS)
def test_a_figure_is_the_same_each_time(stateless: Inspection, form: str, tmp_path: Path) -> None:
    for name in ("first", "again"):
        stateless.save_figure(tmp_path / f"{name}.{form}")
    first = (tmp_path / f"first.{form}").read_bytes()
    assert first.startswith({"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}[form])
    assert first == (tmp_path / f"again.{form}").read_bytes()


def test_files_have_what_there_is(whole: Inspection, stateless: Inspection, tmp_path: Path) -> None:
    whole.save_figure(tmp_path / "figure.svg")
    assert "<!-- forget" in (tmp_path / "figure.svg").read_text(encoding="utf-8")
    stateless.save_html(tmp_path / "page.html")
    assert {path.name for path in tmp_path.iterdir()} == {"figure.svg", "page.html"}
    with pytest.raises(ValueError, match=r"must end with .svg, .pdf, .png, got '.*figure.jpg'"):
        stateless.save_figure(tmp_path / "figure.jpg")


def test_a_policy_needs_its_problem() -> None:
    learner = tiny("lstm")
    with pytest.raises(ValueError, match="problem must be given for a policy, got None"):
        inspect(learner.policy())
    found = inspect(learner.policy(), learner.problem)
    assert found.probe is not None
    assert found.probe.untrained is None
    other = inspect(learner.policy(), learner.problem, untrained=tiny("lstm", seed=1))
    assert other.probe is not None
    assert other.probe.untrained is not None
    assert other.probe.trained.tolist() == found.probe.trained.tolist()


@pytest.mark.parametrize(
    "agent", [make_learner("optimal", MEMORIZE), seq_envs.policies.random(MEMORIZE), 3, None], ids=str
)
def test_agents_without_a_network(agent: Any) -> None:
    with pytest.raises(ValueError, match=r"agent must have a network to look at: .* got "):
        inspect(agent, MEMORIZE)


@pytest.mark.parametrize("seed", [-1, 0.5, 2**32, None])
def test_a_wrong_seed(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed must be"):
        inspect(tiny("lstm"), seed=seed)


@pytest.mark.parametrize(("count", "places"), [(1, [0]), (10, list(range(10))), (11, [0, 2, 4, 6, 8, 10])])
def test_labels_of_an_axis(count: int, places: list[int]) -> None:
    assert even_places(count) == places
    assert even_places(512) == list(range(0, 512, 100))
