"""The sentences at the top of a report: what they say of ties, of few seeds and of controls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from made_results import CONTROL, ECHO, entry, folder, result
from seq_agents.report.compared_agents import Role, role_of
from seq_agents.report.finding import finding, horizon_finding
from seq_agents.report.outcome import outcomes
from seq_agents.report.parts import parts_of
from seq_agents.report.table import Column, Table


def found(path: Path, scores: Mapping[str, list[float]], id: str = "SeqEcho-v0") -> str:
    """The sentences of a folder, from the normalised scores of each agent, one for each seed."""
    made = folder(path, [entry(name, id, agent=name, seeds=len(seeds)) for name, seeds in scores.items()])
    for cell in made.cells():
        level = CONTROL if id == "SeqNext-v0" else ECHO
        made.add(cell, result(cell, 0.1 + 0.9 * scores[cell.entry.name][cell.seed], level))
    got = finding(outcomes(made))
    return " ".join([got.sentence, *got.more])


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ({"lstm": [0.9] * 3}, ["On SeqEcho-v0, lstm has an interquartile mean of 0.9000 of 1 (95% interval 0.9000 to"]),
        ({"lstm": [0.9]}, ["(1 seed: no interval)"]),
        (
            {"lstm": [0.9] * 6, "gru": [0.5] * 6},
            ["lstm has the highest", "0.4000 ahead of gru (0.4000 to", "more than chance between seeds explains"],
        ),
        (
            {"lstm": [0.9] * 5, "gru": [0.5] * 5},
            ["lstm has the highest interquartile mean (0.9000 of 1), but its lead over gru may be chance."],
        ),
        (
            {"lstm": [0.9, 0.91, 0.92], "gru": [0.91, 0.9, 0.91]},
            ["lstm has the highest", "but its lead over gru may be chance."],
        ),
        (
            {"lstm": [0.9, 0.9], "gru": [0.1, 0.1]},
            ["but with 2 seeds of a problem there is no interval, so this may be chance."],
        ),
        (
            {"lstm": [0.9] * 6, "ppo": [0.01] * 6, "reservoir": [0.5] * 6, "optimal": [1.0] * 6},
            [
                "lstm has an interquartile mean of 0.9000",
                "The control ppo, which has no memory, scores 0.0100, 0.8900 less than lstm.",
                "The control reservoir, whose memory is not learned, scores 0.5000, 0.4000 less",
                "Bootstrap intervals of 6 seeds of one problem are about 30% too narrow.",
            ],
        ),
        (
            {"lstm": [0.9, 0.8, 0.7], "reservoir": [0.7, 0.8, 0.9]},
            ["its difference from lstm may be chance, so nothing says that memory was learned."],
        ),
        (
            {"lstm": [0.5] * 6, "reservoir": [0.75] * 6},
            ["scores 0.7500, 0.2500 more than lstm, so nothing says that memory was learned."],
        ),
        (
            {"lstm": [0.9] * 6, "reservoir": [0.5] * 2},
            ["scores 0.5000; it shares too few runs with lstm to compare."],
        ),
        ({"mlp": [0.1] * 3, "reservoir": [0.5] * 3}, ["reservoir has the highest interquartile mean"]),
        ({"optimal": [1.0] * 3}, ["optimal has an interquartile mean of 1.0000"]),
    ],
)
def test_the_sentences(scores: Mapping[str, list[float]], words: list[str], tmp_path: Path) -> None:
    text = found(tmp_path / "r", scores)
    for part in words:
        assert part in text


def test_the_mean_may_have_another_order_than_the_interquartile_mean(tmp_path: Path) -> None:
    """In the plain mean, gru leads by 0.09, which is more than chance: so it is not sure that lstm is better."""
    text = found(tmp_path / "r", {"lstm": [0.9] * 54 + [-0.1] * 6, "gru": [0.89] * 60})
    assert text == (
        "On SeqEcho-v0, lstm has the highest interquartile mean (0.9000 of 1), but its lead over gru may be chance."
    )


def test_the_lead_may_not_hold_over_the_shared_runs(tmp_path: Path) -> None:
    text = found(tmp_path / "r", {"lstm": [0.5] * 6 + [1.0] * 6, "gru": [0.6] * 6})
    assert "mean (0.7500 of 1), but gru is ahead by 0.1000 over the runs that both have." in text


def test_a_difference_names_the_shared_runs(tmp_path: Path) -> None:
    text = found(tmp_path / "r", {"lstm": [0.9] * 6 + [1.0] * 6, "gru": [0.6] * 6, "mlp": [0.0] * 6})
    assert "0.3000 ahead of gru (0.3000 to 0.3000) over the 6 runs that both have: more than chance" in text
    assert "mlp, which has no memory, scores 0.0000 over the 6 runs that both have, 0.9000 less than lstm." in text


def test_agents_without_common_runs_are_not_called_equal(tmp_path: Path) -> None:
    made = folder(tmp_path / "r", [entry(name, agent=name, seeds=6) for name in ("lstm", "gru")])
    for cell in made.cells():
        if (cell.seed < 3) == (cell.entry.name == "lstm"):
            made.add(cell, result(cell, 0.9))
    assert "(0.8889 of 1), but gru shares too few runs with it to compare." in finding(outcomes(made)).sentence


def test_agents_on_other_problems_are_not_ranked(tmp_path: Path) -> None:
    ids = {"lstm": ("SeqEcho-v0", "SeqCopy-v0"), "gru": ("SeqEchoHard-v0", "SeqCopyHard-v0")}
    made = folder(tmp_path / "r", [entry(name, id, agent=name, seeds=3) for name in ids for id in ids[name]])
    for cell in made.cells():
        made.add(cell, result(cell, 0.55 if cell.entry.name == "lstm" else 1.0))
    got = finding(outcomes(made))
    assert got.sentence.startswith("Over the 2 problems that need memory, lstm has an interquartile mean of 0.5000 of")
    assert "Not ranked, with runs on other problems: gru." in got.more


def test_several_problems(tmp_path: Path) -> None:
    made = folder(tmp_path / "r", [entry(id=id, seeds=3) for id in ("SeqEcho-v0", "SeqCopy-v0")] + [entry("gru")])
    for cell in made.cells():
        accuracy = 0.55 if cell.entry.id == "SeqCopy-v0" else 1.0
        made.add(cell, result(cell, accuracy))
    got = finding(outcomes(made))
    assert got.sentence.startswith("Over the 2 problems that need memory, lstm has an")
    assert got.more[0] == (
        "On 1 of 2 problems an agent scores 0.99 or more; the hardest is SeqCopy-v0, where the best, lstm, scores "
        "0.5000."
    )
    assert got.more[1] == "Not ranked, with runs on fewer problems: gru."


def test_there_is_no_finding_without_memory(tmp_path: Path) -> None:
    assert found(tmp_path / "r", {"lstm": [1.0]}, "SeqNext-v0") == ""
    assert finding([]).sentence == ""


def test_how_far_agents_remember() -> None:
    columns = tuple(map(Column, ("agent", "SeqEcho-v0: lag", "SeqCopy-v0: length")))
    table = Table("", columns, (("lstm", "at least 16", "8"), ("gru", "4", None), ("mlp", "less", None)))
    assert horizon_finding(table) == (
        "On SeqEcho-v0, lstm remembers up to a lag of at least 16, gru remembers up to a lag of 4 and mlp does not "
        "remember at the smallest lag. On SeqCopy-v0, lstm remembers up to a length of 8."
    )
    assert horizon_finding(Table("", columns[:1], ())) == ""


@pytest.mark.parametrize(
    ("agent", "role"),
    [
        ("lstm", Role.LEARNED_MEMORY),
        ("recurrent-ppo", Role.LEARNED_MEMORY),
        ("bilstm", Role.LEARNED_MEMORY),
        ("ppo-stack", Role.INPUT_MEMORY),
        ("window-mlp", Role.INPUT_MEMORY),
        ("reservoir", Role.FROZEN_MEMORY),
        ("reinforce-reservoir", Role.FROZEN_MEMORY),
        ("mlp", Role.NO_MEMORY),
        ("ppo", Role.NO_MEMORY),
        ("random", Role.REFERENCE),
        ("memoryless", Role.REFERENCE),
        ("optimal", Role.REFERENCE),
        ("their:agent", Role.LEARNED_MEMORY),
        ("reinforce-their:Core", Role.LEARNED_MEMORY),
        ("removed", Role.LEARNED_MEMORY),
    ],
)
def test_roles(agent: str, role: Role) -> None:
    assert role_of(agent) is role


def test_standard_and_tuned_settings_are_apart(tmp_path: Path) -> None:
    made = folder(tmp_path / "r", [entry("a", standard=True), entry("b"), entry("a", "SeqCopy-v0")])
    for cell in made.cells():
        made.add(cell, result(cell, 1.0))
    done = outcomes(made)
    parts = {part.key: [(run.entry.name, run.entry.id) for run in part.done[::2]] for part in parts_of(done)}
    assert parts == {"-standard": [("a", "SeqEcho-v0")], "-tuned": [("b", "SeqEcho-v0"), ("a", "SeqCopy-v0")]}
    assert [(part.key, part.settings) for part in parts_of(parts_of(done)[0].done)] == [("", "")]
    assert [part.done for part in parts_of([])] == [[]]
