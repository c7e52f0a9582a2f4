"""The best policy found that receives its previous action and whether it was the best one, but has no memory."""

from __future__ import annotations

import heapq

import numpy as np

from seq_envs.audit.best_actions import Judged
from seq_envs.audit.samples import Samples
from seq_envs.encodings import Array
from seq_envs.estimation.feedback_rules import BOTH, ObservationBins, RulePlay
from seq_envs.estimation.feedback_search import improved, swept
from seq_envs.estimation.feedback_starts import starting_rules
from seq_envs.problem import Episodes

_MOST_EPISODES = 2000
"""The most episodes that rules are learned from, and as many that they are judged by."""
_CAUTIONS = (0.0, 1.0)
_FINALISTS = 2


def with_feedback(samples: Samples) -> Judged:
    """Rules by observation, time step, previous action and previous reward, learned from every other episode.

    A search finds them, see `seq_envs.estimation.feedback`, so this is a lower bound. It counts rewards from the least
    of each step on, in parts of the largest difference.
    """
    size = (*samples.playing.shape, samples.rewards.shape[1])
    grades = np.zeros(size)
    grades[samples.playing] = samples.rewards - samples.rewards.min(axis=1, keepdims=True)
    grades = (grades / max(grades.max(), 1e-12)).astype(np.float32)
    least = np.bincount(samples.episode, samples.rewards.min(axis=1), size[0])
    scale = float((samples.rewards.max(axis=1) - samples.rewards.min(axis=1)).max())
    bins = ObservationBins(samples.labels)
    candidates = np.arange(size[2])

    def plays(which: slice) -> RulePlay:
        labels = samples.labels[which]
        episodes = Episodes(labels, labels, samples.playing[which], samples.playing[which].sum(axis=1))
        return RulePlay(bins, episodes, grades[which], candidates, BOTH)

    end = 2 * _MOST_EPISODES
    few, many, held_out = plays(slice(0, end // 4, 4)), plays(slice(0, end, 4)), plays(slice(2, end, 4))
    begun = (swept(few, rules, max(_CAUTIONS)) for rules in starting_rules(few))
    finalists = heapq.nlargest(_FINALISTS, begun, key=held_out.mean_return)
    best = max(
        (improved(many, rules, caution) for rules in finalists for caution in _CAUTIONS), key=held_out.mean_return
    )
    judged_by = slice(1, end, 2)
    returns: Array = plays(judged_by).play(best).earned.sum(axis=1) * scale + least[judged_by]
    return Judged("the current observation, the time step, its previous action and reward", returns)
