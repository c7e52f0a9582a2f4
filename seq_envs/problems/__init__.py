"""The menu: every id by group, its problem, and the parameters that it fixes, one line per id.

A problem is named as "module:Class", the module within this folder, and imported when it is first used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seq_envs.problem import Problem

# fmt: off
_MENU: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "tutorial": {
        # The base ids take every parameter.
        "SeqNext-v0":           ("next:SeqNext", {}),
        "SeqMemorize-v0":       ("memorize:SeqMemorize", {}),
        "SeqEcho-v0":           ("echo:SeqEcho", {}),
        "SeqCopy-v0":           ("copy:SeqCopy", {}),
        "SeqClassify-v0":       ("classify:SeqClassify", {}),
        # The ids of the benchmark take framing and encoding only.
        "SeqNextMedium-v0":     ("next:SeqNext", {"length": 20, "max_step": 3}),
        "SeqMemorizeMedium-v0": ("memorize:SeqMemorize", {"length": 20, "framing": "many_to_one"}),
        "SeqEchoMedium-v0":     ("echo:SeqEcho", {"length": 20, "lag": 4}),
        "SeqCopyMedium-v0":     ("copy:SeqCopy", {"length": 10}),
        "SeqClassifyMedium-v0": ("classify:SeqClassify", {"length": 25}),
        "SeqNextHard-v0":       ("next:SeqNext", {"length": 50, "max_step": 5}),
        "SeqMemorizeHard-v0":   ("memorize:SeqMemorize",
                                 {"length": 100, "framing": "many_to_one", "distractors": "random"}),
        "SeqEchoHard-v0":       ("echo:SeqEcho", {"length": 50, "lag": 16}),
        "SeqCopyHard-v0":       ("copy:SeqCopy", {"length": 20}),
        "SeqClassifyHard-v0":   ("classify:SeqClassify", {"length": 100}),
    },
    "hochreiter": {
        "SeqReber-v0":                  ("reber:SeqReber", {}),
        "SeqReberPaper-v0":             ("reber:SeqReber", {"longest": 50}),
        "SeqLongLag-v0":                ("long_lag:SeqLongLag", {}),
        "SeqLongLagPaper-v0":           ("long_lag:SeqLongLag", {"delay": 50, "n_distractors": 50, "extra": 97}),
        "SeqTwoSequence-v0":            ("two_sequence:SeqTwoSequence", {}),
        "SeqTwoSequencePaper-v0":       ("two_sequence:SeqTwoSequence", {"length": (100, 110), "informative": 3}),
        "SeqAdding-v0":                 ("adding:SeqAdding", {}),
        "SeqAddingPaper-v0":            ("adding:SeqAdding", {"length": (100, 110)}),
        "SeqTemporalOrder-v0":          ("temporal_order:SeqTemporalOrder", {}),
        "SeqTemporalOrderPaper-v0":     ("temporal_order:SeqTemporalOrder", {"length": (100, 110)}),
    },
    "machines": {
        "SeqRepeatCopy-v0":             ("repeat_copy:SeqRepeatCopy", {}),
        "SeqRepeatCopyPaper-v0":        ("repeat_copy:SeqRepeatCopy", {"length": (1, 20), "bits": 8}),
        "SeqAssociativeRecall-v0":      ("associative_recall:SeqAssociativeRecall", {}),
        "SeqAssociativeRecallPaper-v0": ("associative_recall:SeqAssociativeRecall",
                                         {"items": (2, 6), "item_length": 3, "bits": 6}),
        "SeqPrioritySort-v0":           ("priority_sort:SeqPrioritySort", {}),
        "SeqPrioritySortPaper-v0":      ("priority_sort:SeqPrioritySort", {"items": 20, "asked": 16, "bits": 8}),
        "SeqSelectiveCopy-v0":          ("selective_copy:SeqSelectiveCopy", {}),
        "SeqSelectiveCopyPaper-v0":     ("selective_copy:SeqSelectiveCopy",
                                         {"length": 4096, "items": 16, "vocabulary": 16}),
        "SeqInduction-v0":              ("induction:SeqInduction", {}),
        "SeqInductionPaper-v0":         ("induction:SeqInduction", {"length": 256, "vocabulary": 16}),
        "SeqMultiQueryRecall-v0":       ("multi_query_recall:SeqMultiQueryRecall", {}),
        "SeqMultiQueryRecallPaper-v0":  ("multi_query_recall:SeqMultiQueryRecall",
                                         {"length": 64, "pairs": 4, "vocabulary": 8192, "encoding": "discrete"}),
        "SeqDistractedRecall-v0":       ("distracted_recall:SeqDistractedRecall", {}),
    },
    "languages": {
        "SeqParity-v0":                 ("parity:SeqParity", {}),
        "SeqModular-v0":                ("modular:SeqModular", {}),
        "SeqDyck-v0":                   ("dyck:SeqDyck", {}),
        "SeqDyckPaper-v0":              ("dyck:SeqDyck", {"length": (1, 180), "kinds": 128, "depth": 5}),
        "SeqCounting-v0":               ("counting:SeqCounting", {}),
        "SeqCountingPaper-v0":          ("counting:SeqCounting", {"repeats": (1, 40), "letters": 3}),
        "SeqWordProblem-v0":            ("word_problem:SeqWordProblem", {}),
        "SeqWordProblemPaper-v0":       ("word_problem:SeqWordProblem", {"length": 25, "group": "A5"}),
        "SeqFlipFlop-v0":               ("flip_flop:SeqFlipFlop", {}),
        "SeqFlipFlopPaper-v0":          ("flip_flop:SeqFlipFlop", {"length": 256, "ignore_probability": 0.8}),
        "SeqStack-v0":                  ("stack:SeqStack", {}),
        "SeqBinaryAdd-v0":              ("binary_add:SeqBinaryAdd", {}),
    },
    "probes": {
        "SeqCountRecall-v0":            ("count_recall:SeqCountRecall", {}),
        "SeqCountRecallPaper-v0":       ("count_recall:SeqCountRecall", {"n_values": 2, "copies": 26}),
        "SeqHigherLower-v0":            ("higher_lower:SeqHigherLower", {}),
        "SeqHigherLowerPaper-v0":       ("higher_lower:SeqHigherLower", {"n_ranks": 13, "copies": 4}),
        "SeqQuery-v0":                  ("query:SeqQuery", {}),
        "SeqQueryPaper-v0":             ("query:SeqQuery", {"items": 40}),
    },
}
# fmt: on
ABOUT_GROUPS = {
    "tutorial": "J. Brownlee's five tutorial problems (2017)",
    "hochreiter": "the experiments of Hochreiter and Schmidhuber (1997)",
    "machines": "memory machines: copying and recall",
    "languages": "formal languages and state tracking",
    "probes": "what suites of reinforcement learning test memory with",
}
"""What each group of problems is."""

GROUPS: dict[str, list[str]] = {group: list(lines) for group, lines in _MENU.items()}
"""The ids of each group."""
_LINES: dict[str, tuple[str, dict[str, Any]]] = {id: line for lines in _MENU.values() for id, line in lines.items()}

PATHS: dict[str, str] = {id: f"{__name__}.{line[0]}" for id, line in _LINES.items()}
"""The path of each id's problem, as "package.module:Class"."""
FIXED: dict[str, dict[str, Any]] = {id: line[1] for id, line in _LINES.items()}
"""The parameters that each id fixes."""
MODULE_OF: dict[str, str] = {name: module for module, _, name in (path.partition(":") for path in PATHS.values())}
"""The module that holds each class of problems."""


class _Menu(Mapping[str, tuple[type["Problem"], dict[str, Any]]]):
    """The class and the fixed parameters of every id."""

    def __getitem__(self, id: str) -> tuple[type[Problem], dict[str, Any]]:
        module, _, name = PATHS[id].partition(":")
        problem: type[Problem] = getattr(import_module(module), name)
        return problem, FIXED[id]

    def __iter__(self) -> Iterator[str]:
        return iter(_LINES)

    def __len__(self) -> int:
        return len(_LINES)


MENU = _Menu()
"""The class and the fixed parameters of every id; a class is imported when its id is looked up."""
