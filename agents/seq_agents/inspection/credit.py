"""Credit: which past inputs an answer, or the critic's value, depends on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

import seq_envs
from seq_agents.inspection.gradient import gradient
from seq_agents.inspection.observed import Observe
from seq_agents.inspection.occlusion import Replacements, occlusion
from seq_agents.networks.view import NetworkView, parts_of
from seq_envs.dataset import encoded, raw_episodes
from seq_envs.encodings import Array
from seq_envs.problem import Episodes
from seq_envs.seeds import inspection_stream

_EPISODES, _REPLACEMENTS = 2, 3
"""The numbers of the streams of the episodes, and of those that give replacements."""
_POOL = 64
"""The episodes that give replacements."""
MOST_STEPS = 512
"""Time steps of the longest episode that credit is computed for: its cost grows with their square."""
_WORDS = {
    "": "",
    "observation": " of the observation",
    "action": " of the previous action",
    "reward": " of the previous reward",
}
"""By the name of a part, what is replaced."""
_MOST_TARGETS = 32
_MOST_READ = 150_000
"""Time steps that are read for the occlusion of the inputs, roughly."""
_MOST_NUMBERS = 1 << 23
"""Numbers of the inputs of all episodes, of which there are 8 at least."""


@dataclass(frozen=True, eq=False)
class Credit:
    """How much the answers, or the values, of B episodes at N time steps depend on the input of each time step."""

    of: str
    """"answer" or "value"."""
    method: str
    """"occlusion" or "gradient"."""
    part: str
    """With feedback, the part of the input that is replaced: "observation", or the previous "action" or "reward".
    Otherwise, and for the gradient, "", the whole input."""
    steps: Array
    """(N,) int64: the time steps of the answers: those at which an answer counts, at most 32 of them."""
    amounts: Array
    """(B, N, T): of the input at each step; NaN after the answer, where no answer counts, and by occlusion where no
    other episode has another input. The first episode is the one that is drawn; averages leave it out."""
    sources: Array | None
    """(B, N, T) bool: the steps that the right answer depends on; None if the problem does not state them, and for a
    part that is no observation."""

    @property
    def total(self) -> float:
        """The sum of the amounts, without the drawn episode."""
        return float(np.nansum(self.amounts[1:]))

    @property
    def by(self) -> str:
        """The method in words, with the part that is replaced if there are several."""
        return f"{self.method}{_WORDS[self.part]}"

    def shares(self) -> Array:
        """(B, N, T): the amounts as shares of their sum for each answer; NaN where that is 0."""
        sums = np.nansum(self.amounts, axis=2, keepdims=True)
        shares: Array = np.divide(self.amounts, sums, out=np.full_like(self.amounts, np.nan), where=sums > 0)
        return shares

    @property
    def on_sources(self) -> tuple[float, float] | None:
        """The mean share on the steps that the right answer depends on, and its chance: the share that these steps are
        of all steps so far that have an amount. NaN if no answer depends on an input; None if the problem does not
        state the sources.
        """
        if self.sources is None:
            return None
        shares = self.shares()[1:]
        so_far = ~np.isnan(shares)
        sources = self.sources[1:] & so_far
        counted = sources.any(axis=2)
        if not counted.any():
            return float("nan"), float("nan")
        share = np.where(sources, shares, 0.0).sum(axis=2)[counted].mean()
        chance = (sources.sum(axis=2)[counted] / so_far.sum(axis=2)[counted]).mean()
        return float(share), float(chance)

    def outlined(self) -> Array:
        """(K, 2) int64: the row and the step of each source in the map (N, T) of the drawn episode."""
        if self.sources is None:
            return np.zeros((0, 2), np.int64)
        counts: Array = ~np.isnan(self.amounts[0]).all(axis=1)
        places: Array = np.argwhere(self.sources[0] & counts[:, None])
        return places

    def by_distance(self) -> Array:
        """(T,): the mean amount by the distance from the input to the answer in time steps; NaN where there is none."""
        amounts = self.amounts[1:]
        means = np.full(amounts.shape[2], np.nan)
        for distance in range(amounts.shape[2]):
            reached = self.steps >= distance
            here = amounts[:, np.flatnonzero(reached), self.steps[reached] - distance]
            if not np.isnan(here).all():
                means[distance] = np.nanmean(here)
        return means

    def __repr__(self) -> str:
        found = self.on_sources
        known = found is not None and not np.isnan(found[0])
        right = f", {found[0]:.2f} of it on the right steps (chance {found[1]:.2f})" if found and known else ""
        return f"<Credit of the {self.of} by {self.by}{right}>"


def credit(
    problem: seq_envs.Problem, view: NetworkView, shown: Episodes, seed: int = 0, observe: Observe | None = None
) -> tuple[Credit, ...]:
    """The credit of the answers by both methods, and that of the critic's values if there is a critic.

    Occlusion (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2): the input
    at one step is replaced by other inputs that other episodes have at this step. The amount is the mean absolute
    change of the probability of the answer that was given (of real answers, or of values: of the number itself).

    The input of an agent with feedback has several parts: the observation, its previous action, its previous reward.
    Each is replaced alone, by what the agent observed in other episodes, and all else that it observed stays as
    recorded, its own later answers and rewards too. So the credit of an observation is what the network itself
    remembers of it; what the agent knows from an answer of its own is credit of the previous action.

    Gradient (Simonyan, Vedaldi and Zisserman 2014, "Deep Inside Convolutional Networks", section 3): the norm of the
    gradient with respect to the features of the input, with feedback those of all its parts. It is the gradient of the
    log odds of the answer that was given, which do not saturate as its probability does; of real answers and of values,
    that of the number itself.

    Args:
        problem: makes the episodes.
        view: of the network.
        shown: a batch of one raw episode, to be drawn.
        seed: of the other episodes.
        observe: gives the observations of episodes; None: those of an agent without feedback.

    Returns:
        First the answers, then the values; of each the occlusion of each part, then the gradient. A previous action or
        reward that is the same in all episodes has no occlusion.

    Raises:
        ValueError: an episode has more than 512 time steps.
    """
    if refusal := too_long(problem):
        raise ValueError(refusal)
    observe = observe or partial(encoded, problem)
    pool = raw_episodes(problem, _POOL, inspection_stream(seed, _REPLACEMENTS))
    others = parts_of(observe(pool))
    replacements = 4 if problem.steps <= 32 else 2
    most = min(
        _MOST_READ // (len(others) * replacements * problem.steps**2), _MOST_NUMBERS // encoded(problem, shown).size
    )
    raw = [shown, raw_episodes(problem, int(np.clip(most, 8, 128)), inspection_stream(seed, _EPISODES))]
    episodes = Episodes(*(np.concatenate(arrays) for arrays in zip(*raw, strict=True)))
    observations = observe(episodes)
    asked = episodes.scored & (np.arange(problem.steps) < episodes.lengths[:, None])
    steps = _some(np.flatnonzero(asked.any(axis=0)))
    if not len(steps):
        return ()
    mask = asked[:, steps, None] & (np.arange(problem.steps) <= steps[:, None])
    sources = _sources(problem, episodes.observations, steps)
    found: list[Credit] = []
    for part, inputs in parts_of(observations).items():
        lengths, rng = (episodes.lengths, pool.lengths), np.random.default_rng([seed, _REPLACEMENTS])
        chosen = Replacements.of(part, inputs, others[part], lengths, rng, replacements)
        if part == "observation" or chosen.replaced.any():
            known = sources if part == "observation" else None
            for of, amounts in occlusion(view, observations, chosen, steps).items():
                amounts = np.where(mask & chosen.replaced[:, None], amounts, np.nan)
                found.append(Credit(of, "occlusion", part if len(others) > 1 else "", steps, amounts, known))
    for of, amounts in gradient(view, observations, steps).items():
        found.append(Credit(of, "gradient", "", steps, np.where(mask, amounts, np.nan), sources))
    return tuple(sorted(found, key=lambda credit: credit.of))


def too_long(problem: seq_envs.Problem) -> str:
    """Why there is no credit for a problem with such long episodes; empty if there is."""
    if problem.steps <= MOST_STEPS:
        return ""
    return f"credit is for problems of at most {MOST_STEPS} time steps, got {problem.steps}"


def _some(steps: Array) -> Array:
    """At most 32 of the steps, evenly spaced, the first and the last among them."""
    if len(steps) <= _MOST_TARGETS:
        return steps
    some: Array = steps[np.linspace(0, len(steps) - 1, _MOST_TARGETS).round().astype(np.int64)]
    return some


def _sources(problem: seq_envs.Problem, raw: Array, steps: Array) -> Array | None:
    """(B, N, T) bool, see `Credit.sources`."""
    found = np.zeros((len(raw), len(steps), raw.shape[1]), np.bool_)
    for place, step in enumerate(steps.tolist()):
        here = problem.sources(raw[:, : step + 1], step)
        if here is None:
            return None
        found[:, place, : step + 1] = here
    return found
