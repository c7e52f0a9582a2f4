"""After each call, every public property of our envs equals that of Gymnasium's envs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, VectorEnv

import seq_envs

LANES = 3
MODES = list(AutoresetMode)


def properties(env: Any) -> dict[str, Any]:
    """The public attributes that are not methods."""
    names = [name for name in dir(env) if not name.startswith("_")]
    values = {name: inspect.getattr_static(env, name) for name in names}
    return {name: getattr(env, name) for name, value in values.items() if not inspect.isroutine(value)}


def state(value: Any) -> Any:
    """A value that can be compared: generators by their state, specs by their id."""
    if isinstance(value, tuple):
        return tuple(map(state, value))
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    return value.id if isinstance(value, gymnasium.envs.registration.EnvSpec) else value


def assert_same_properties(ours: Any, theirs: Any, only_theirs: set[str], where: str) -> None:
    found, expected = properties(ours), properties(theirs)
    for name in expected.keys() - only_theirs:
        assert name in found, f"{where}: {name} is missing"
        assert type(found[name]) is type(expected[name]) or name == "unwrapped", f"{where}: {name}"
        assert state(found[name]) == state(expected[name]) or name == "unwrapped", f"{where}: {name}"


class Plain(gymnasium.Env[Any, Any]):
    """A minimal Gymnasium env, to compare the properties of ours with."""

    metadata = seq_envs.SequenceEnv.metadata
    action_space, observation_space = gymnasium.spaces.Discrete(10), gymnasium.spaces.Discrete(10)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return 0, {}

    def step(self, action: Any) -> Any:
        return 0, 0.0, False, False, {}


def set_generator(env: gymnasium.Env[Any, Any]) -> None:
    env.unwrapped.np_random = np.random.default_rng(7)


SCALAR_CALLS: list[tuple[str, Callable[[Any], Any]]] = [
    ("reset with a seed", lambda env: env.reset(seed=5)),
    ("step", lambda env: env.step(1)),
    ("reset in mid-episode", lambda env: env.reset()),
    ("step", lambda env: env.step(1)),
    ("reset with another seed", lambda env: env.reset(seed=2**70)),
    ("reset with options", lambda env: env.reset(options={"anything": 1})),
    ("set np_random", set_generator),
    ("close", lambda env: env.close()),
    ("close again", lambda env: env.close()),
    ("reset after close", lambda env: env.reset(seed=0)),
]


@pytest.mark.parametrize("render_mode", [None, "ansi", "rgb_array"])
def test_scalar_properties(render_mode: str | None) -> None:
    gymnasium.register("Plain-v0", entry_point=Plain)
    try:
        made = {"render_mode": render_mode}
        theirs = gymnasium.make("Plain-v0", **made)
        ours = gymnasium.make("SeqEcho-v0", encoding="discrete", **made)
        theirs.unwrapped.spec.id = ours.unwrapped.spec.id
        for name, call in SCALAR_CALLS:
            call(ours)
            call(theirs)
            for level in ("wrapped", "unwrapped"):
                pair = (ours, theirs) if level == "wrapped" else (ours.unwrapped, theirs.unwrapped)
                assert_same_properties(*pair, {"env"}, f"{level}, after {name}")
    finally:
        del gymnasium.registry["Plain-v0"]


def make_native(mode: AutoresetMode, limit: int | None, **options: Any) -> VectorEnv[Any, Any, Any]:
    limited = {} if limit is None else {"max_episode_steps": limit}
    return gymnasium.make_vec("SeqEcho-v0", LANES, autoreset_mode=mode, **limited, **options)


def make_sync(mode: AutoresetMode, limit: int | None, **options: Any) -> VectorEnv[Any, Any, Any]:
    limited = {} if limit is None else {"max_episode_steps": limit}
    kwargs = {"autoreset_mode": mode}
    return gymnasium.make_vec("SeqEcho-v0", LANES, "sync", vector_kwargs=kwargs, **limited, **options)


def mask(*lanes: bool) -> dict[str, Any]:
    return {"reset_mask": np.array(lanes)}


OF_SINGLE_ENVS = {"envs", "env_fns", "copy", "observation_mode"}
"""Properties of a SyncVectorEnv about the single envs that it consists of; a native vector env has none."""
VECTOR_CALLS: list[tuple[str, Callable[[Any], Any]]] = [
    ("reset with a seed", lambda envs: envs.reset(seed=5)),
    *[("step", lambda envs: envs.step(np.array([1, 5, 9])))] * 2,
    ("reset of one lane", lambda envs: envs.reset(options=mask(False, True, False))),
    *[("step", lambda envs: envs.step(np.array([3, 3, 3])))] * 3,
    ("reset of two lanes with seeds", lambda envs: envs.reset(seed=[7, None, 8], options=mask(True, True, False))),
    ("step", lambda envs: envs.step(np.array([3, 3, 3]))),
    ("reset with some seeds", lambda envs: envs.reset(seed=[None, 2**70, None])),
    ("reset", lambda envs: envs.reset()),
    *[("step", lambda envs: envs.step(np.array([3, 3, 3])))] * 2,
    ("close", lambda envs: envs.close()),
    ("close again", lambda envs: envs.close()),
    ("reset after close", lambda envs: envs.reset(seed=1)),
]


@pytest.mark.parametrize("limit", [None, -1, 1, 3, 10, 11])
@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_vector_properties(mode: AutoresetMode, reveal: bool, limit: int | None) -> None:
    ours, theirs = (make(mode, limit, reveal=reveal, length=6) for make in (make_native, make_sync))
    waiting = np.zeros(LANES, bool)
    for name, call in VECTOR_CALLS:
        if mode is AutoresetMode.DISABLED and name == "step" and waiting.any():
            for envs in (ours, theirs):
                envs.reset(options={"reset_mask": waiting.copy()})  # Both refuse to step a lane whose episode is over.
        returned, expected = call(ours), call(theirs)
        assert data_equivalence(returned, expected, exact=True), f"{name}: {returned} is not {expected}"
        reset = {"reset of one lane": [1], "reset of two lanes with seeds": [0, 1]}.get(name, [0, 1, 2])
        waiting[reset] = False
        if name == "step":
            waiting = expected[2] | expected[3]
        assert_same_properties(ours, theirs, OF_SINGLE_ENVS, f"after {name}")
        assert ours.spec.max_episode_steps == theirs.spec.max_episode_steps
        assert str(ours).replace("SequenceVectorEnv", "SyncVectorEnv") == str(theirs)


def test_random_seeds_are_kept() -> None:
    for read_before in (False, True):
        envs = gymnasium.make_vec("SeqEcho-v0", LANES, n_values=1000)
        seeds = envs.np_random_seed if read_before else None
        observations, _ = envs.reset()
        assert seeds is None or envs.np_random_seed == seeds
        again, _ = envs.reset(seed=list(envs.np_random_seed))
        assert np.array_equal(again, observations)
        assert len(set(envs.np_random_seed)) == LANES
        env = gymnasium.make("SeqEcho-v0", n_values=1000)
        for lane, seed in enumerate(envs.np_random_seed):
            assert np.array_equal(env.reset(seed=seed)[0], observations[lane])


def test_drawing_from_the_generators_changes_no_episode() -> None:
    envs, others = (gymnasium.make_vec("SeqEcho-v0", LANES) for _ in range(2))
    envs.reset(seed=0)
    others.reset(seed=0)
    for _ in range(300):
        [generator.random() for generator in envs.np_random]
        assert np.array_equal(envs.reset()[0], others.reset()[0])


def test_a_generator_that_is_set_is_used_from_the_next_reset_on() -> None:
    first, second = (gymnasium.make("SeqEcho-v0", n_values=1000).unwrapped for _ in range(2))
    first.reset(seed=3)
    for env in (first, second):
        env.np_random = np.random.default_rng(5)
        assert env.np_random_seed == -1
    assert np.array_equal(first.reset()[0], second.reset()[0])


@pytest.mark.parametrize("limit", [0, -2, 1.5, True, "3"])
def test_a_wrong_limit(limit: Any) -> None:
    with pytest.raises(ValueError, match=r"max_episode_steps must be an integer >= 1, got"):
        make_native(AutoresetMode.NEXT_STEP, limit)


def test_a_limit_of_the_spec_truncates_steps_and_forbids_rollouts() -> None:
    spec = gymnasium.spec("SeqEcho-v0")
    gymnasium.register("Short-v0", spec.entry_point, vector_entry_point=spec.vector_entry_point, kwargs=spec.kwargs,
                       max_episode_steps=2)  # fmt: skip
    try:
        envs = gymnasium.make_vec("Short-v0", 2)
        envs.reset(seed=0)
        assert [envs.step([0, 0])[3].tolist() for _ in range(3)] == [[False] * 2, [True] * 2, [False] * 2]
        with pytest.raises(ValueError, match=r"rollout\(\) needs max_episode_steps=None, got 2"):
            envs.rollout(1)
    finally:
        del gymnasium.registry["Short-v0"]


# Settings that cannot be changed.

PARAMETERS = [("length", 3), ("n_values", 4), ("lag", 3), ("framing", "many_to_one"), ("encoding", "discrete")]
SETTINGS = [*PARAMETERS, ("problem", seq_envs.SeqEcho(lag=3)), ("reveal", True), ("render_mode", "ansi")]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_setting_cannot_be_changed(name: str, value: Any) -> None:
    env, envs, sync = gymnasium.make("SeqEcho-v0"), gymnasium.make_vec("SeqEcho-v0", 2), make_sync(MODES[0], None)
    changes: list[Callable[[], Any]] = [
        lambda: setattr(env.unwrapped, name, value),
        lambda: env.set_wrapper_attr(name, value),
        lambda: setattr(envs, name, value),
        lambda: sync.set_attr(name, value),
    ]
    for change in changes:
        with pytest.raises(
            AttributeError, match=f"{name} cannot be changed: make another env|'{name}'.* has no setter"
        ):
            change()  # Gymnasium's own wrappers refuse to set the render mode.
    assert env.unwrapped.problem == envs.problem == seq_envs.SeqEcho()


@pytest.mark.parametrize(("name", "value"), [("num_envs", 3), ("autoreset_mode", MODES[1]), ("max_episode_steps", 3)])
def test_a_setting_of_the_vector_env_cannot_be_changed(name: str, value: Any) -> None:
    with pytest.raises(AttributeError, match=f"{name} cannot be changed"):
        setattr(gymnasium.make_vec("SeqEcho-v0", 2), name, value)


def test_other_attributes_can_be_set() -> None:
    env, envs = gymnasium.make("SeqEcho-v0"), make_sync(MODES[0], None)
    env.unwrapped.note = 1
    assert env.get_wrapper_attr("note") == 1
    envs.set_attr("note", [1, 2, 3])
    assert envs.get_attr("note") == (1, 2, 3)


# The info of `reveal`.


@pytest.mark.parametrize("problem", [seq_envs.SeqEcho(), seq_envs.SeqNext(), seq_envs.SeqCopy(framing="many_to_one")])
def test_revealed_information_has_the_same_keys_and_types_at_every_step(problem: seq_envs.Problem) -> None:
    def types(info: dict[str, Any]) -> dict[str, Any]:
        return {name: (type(value), np.shape(value), np.asarray(value).dtype) for name, value in info.items()}

    env = seq_envs.SequenceEnv(problem, reveal=True)
    for _ in range(3):
        seen = [types(env.reset()[1])]
        over = False
        while not over:
            _, _, over, _, info = env.step(env.action_space.sample())
            seen.append(types(info))
        assert all(types_of_step == seen[0] for types_of_step in seen)
        assert set(seen[0]) == {"scored", "correct", "target", "is_success", "accuracy"}
    envs = seq_envs.SequenceVectorEnv(problem, num_envs=2, reveal=True)
    seen = [types(envs.reset()[1])]
    seen += [types(envs.step(envs.action_space.sample())[4]) for _ in range(3 * problem.steps)]
    assert all(types_of_step == seen[0] for types_of_step in seen)


# Actions.

VALID_INTEGERS: dict[str, Callable[[], Any]] = {
    "int": lambda: 3,
    "np.int64": lambda: np.int64(3),
    "np.uint8": lambda: np.uint8(3),
    "np.array of no axes": lambda: np.array(3, np.int32),
    "torch scalar": lambda: torch().tensor(3),
    "torch scalar of uint8": lambda: torch().tensor(3, dtype=torch().uint8),
}
INVALID_INTEGERS: dict[str, Callable[[], Any]] = {
    "bool": lambda: True,
    "np.bool_": lambda: np.True_,
    "np.array of bool": lambda: np.array(True),
    "torch bool": lambda: torch().tensor(True),
    "float": lambda: 3.0,
    "np.float64": lambda: np.float64(3),
    "torch float": lambda: torch().tensor(3.0),
    "list": lambda: [3],
    "np.array of shape (1,)": lambda: np.array([3]),
    "torch of shape (1,)": lambda: torch().tensor([3]),
    "torch of shape (1, 1)": lambda: torch().tensor([[3]]),
    "torch too large": lambda: torch().tensor(10),
    "np too large": lambda: np.int64(10),
    "np negative": lambda: np.int8(-1),
    "huge": lambda: 2**70,
    "huge of numpy": lambda: np.uint64(2**63 + 3),
    "str": lambda: "3",
    "None": lambda: None,
    "complex": lambda: 3 + 0j,
    "torch of another device": lambda: torch().empty((), dtype=torch().int64, device="meta"),
}


def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.mark.parametrize("action", VALID_INTEGERS)
def test_an_integer_of_any_library_is_an_action(action: str) -> None:
    value = VALID_INTEGERS[action]()
    env = gymnasium.make("SeqEcho-v0", lag=0).unwrapped
    for seed in range(20):
        observation, _ = env.reset(seed=seed)
        assert env.step(value)[1] == float(observation.argmax() == 3)


@pytest.mark.parametrize("action", INVALID_INTEGERS)
def test_other_actions_are_refused(action: str) -> None:
    value = INVALID_INTEGERS[action]()
    env = gymnasium.make("SeqEcho-v0").unwrapped
    env.reset(seed=0)
    with pytest.raises(seq_envs.ActionError, match=r"action must be .*, got"):
        env.step(value)


@pytest.mark.parametrize(
    ("actions", "valid"),
    [
        (lambda: np.array([1, 2]), True),
        (lambda: np.array([1, 2], np.uint8), True),
        (lambda: [1, 2], True),
        (lambda: (1, np.int64(2)), True),
        (lambda: torch().tensor([1, 2]), True),
        (lambda: torch().tensor([True, False]), False),
        (lambda: torch().tensor([1.0, 2.0]), False),
        (lambda: torch().tensor([[1], [2]]), False),
        (lambda: np.array([True, False]), False),
        (lambda: [True, 2], False),
        (lambda: (1, np.True_), False),
        (lambda: np.array([1, 2], object), False),
    ],
)
def test_actions_of_the_vector_env_follow_the_same_rule(actions: Callable[[], Any], valid: bool) -> None:
    value = actions()
    envs = gymnasium.make_vec("SeqEcho-v0", 2)
    envs.reset(seed=0)
    if valid:
        envs.step(value)
    else:
        with pytest.raises(seq_envs.ActionError, match=r"actions must be .*, got"):
            envs.step(value)


@pytest.mark.parametrize(
    ("problem", "action", "valid"),
    [
        (seq_envs.SeqNext(), lambda: torch().tensor([0.5]), True),
        (seq_envs.SeqNext(), lambda: torch().tensor([1]), True),
        (seq_envs.SeqNext(), lambda: torch().tensor(0.5), False),
        (seq_envs.SeqNext(), lambda: torch().tensor([True]), False),
        (seq_envs.SeqNext(), lambda: torch().tensor([0.5], requires_grad=True), False),
        (seq_envs.SeqNext(), lambda: [True], False),
        (seq_envs.SeqCopy(length=2, framing="many_to_one"), lambda: torch().tensor([1, 2]), True),
        (seq_envs.SeqCopy(length=2, framing="many_to_one"), lambda: torch().tensor([True, False]), False),
        (seq_envs.SeqCopy(length=2, framing="many_to_one"), lambda: [True, 2], False),
        (seq_envs.SeqCopy(length=2, framing="many_to_one"), lambda: torch().tensor([1.0, 2.0]), False),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_actions_of_other_spaces_follow_the_same_rule(
    problem: seq_envs.Problem, action: Callable[[], Any], valid: bool
) -> None:
    value = action()
    env = seq_envs.SequenceEnv(problem)
    env.reset(seed=0)
    if valid:
        env.step(value)
    else:
        with pytest.raises(seq_envs.ActionError, match=r"action must be .*, got"):
            env.step(value)
