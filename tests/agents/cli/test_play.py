"""A person plays: prompts, accepted and refused answers, and a screen that shows no earlier time step."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from seq_agents.cli.interruption import Terminated
from seq_agents.cli.play import play
from spaces_of_settings import EVERY_BASE_CHOICE, Ragged, name

import seq_envs
from seq_envs import policies
from seq_envs.policies import Policy
from seq_envs.seeds import EXAMPLE_STREAM

ECHO = seq_envs.SeqEcho(length=4, lag=1)
CLEAR, SECOND_SCREEN, FIRST_SCREEN = "\033[H\033[2J", "\033[?1049h", "\033[?1049l"


class Typist:
    """Types lines and then raises `end`; keeps everything that is printed."""

    def __init__(self, *lines: str, end: type[BaseException] = EOFError) -> None:
        self.lines = list(lines)
        self.end = end
        self.written: list[str] = []
        self.prompts: list[str] = []

    def read(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.lines:
            raise self.end
        return self.lines.pop(0)

    def play(self, problem: seq_envs.Problem, episodes: int = 1, erase: bool = False) -> list[float]:
        return play(problem, 0, episodes, read=self.read, write=self.written.append, erase=erase)

    @property
    def text(self) -> str:
        return "\n".join(self.written)


def typed(answer: Any) -> str:
    return " ".join(map(str, np.atleast_1d(answer).tolist()))


def answers_of(policy: Policy, problem: seq_envs.Problem, episodes: int) -> list[str]:
    """What a person types who answers as a policy does, in the first episodes of stream 0."""
    observations, _, _, lengths = seq_envs.sample(problem, episodes, seed=0)
    lines: list[str] = []
    for episode in range(episodes):
        state = policy.initial_state(1)
        for step in range(lengths[episode]):
            answers, state = policy.act(observations[episode : episode + 1, step], state)
            lines.append(typed(answers[0]))
    return lines


EVERY_PROBLEM = [pytest.param(seq_envs.make_problem(id, **c), id=f"{id}-{name(c)}") for id, c in EVERY_BASE_CHOICE]
EVERY_PROBLEM += [
    pytest.param(Ragged(), id="ragged"),
    pytest.param(seq_envs.SeqCopy(framing="many_to_one", output_length=1), id="one place"),
]


@pytest.mark.parametrize("erase", [False, True], ids=["plain", "erase"])
@pytest.mark.parametrize("problem", EVERY_PROBLEM)
def test_optimal_answers_are_all_right(problem: seq_envs.Problem, erase: bool) -> None:
    lines = answers_of(policies.optimal(problem), problem, 2)
    if erase:
        _, _, _, lengths = seq_envs.sample(problem, 2, seed=0)
        lines[lengths[0] : lengths[0]] = [""]
        lines.insert(0, "")
    typist = Typist(*lines)
    assert typist.play(problem, episodes=2, erase=erase) == [1.0, 1.0]
    assert not typist.lines
    assert "✗" not in typist.text
    assert len(re.findall(r"^you +1\.0000 +yes$", typist.text, re.MULTILINE)) == 2
    assert typist.text.endswith("2 episodes: mean accuracy 1.0000, exact match in 2.")


@pytest.mark.parametrize("problem", EVERY_PROBLEM)
def test_wrong_answers_are_all_wrong(problem: seq_envs.Problem) -> None:
    _, targets, _, lengths = seq_envs.sample(problem, 1, seed=0)
    targets = targets[0, : lengths[0]]
    if targets.dtype.kind == "f":
        wrong = (targets + 0.5) % 1.0
    else:
        space = problem.action_space
        wrong = (targets + 1) % getattr(space, "nvec", getattr(space, "n", 0))
    typist = Typist(*map(typed, wrong))
    assert typist.play(problem) == [0.0]
    assert "✓" not in typist.text
    assert re.search(r"^you +0\.0000 +no$", typist.text, re.MULTILINE)


@pytest.mark.parametrize("problem", EVERY_PROBLEM)
def test_random_answers_score_as_in_the_env(problem: seq_envs.Problem) -> None:
    lines = answers_of(policies.random(problem, seed=1), problem, 1)
    env = seq_envs.SequenceEnv(problem, render_mode="ansi")
    env.reset(seed=0)
    info: dict[str, Any] = {}
    for line in lines:
        numbers = np.array(line.split(), env.action_space.dtype)
        *_, info = env.step(numbers.reshape(env.action_space.shape))
    typist = Typist(*lines)
    assert typist.play(problem) == [info["accuracy"]]
    title, *rows = str(env.render()).splitlines()
    rest = typist.text.partition(f"\n{title}\n")[2].partition("\n\n  ")[0].splitlines()
    for label in ("input ", "answer", "truth "):
        rendered, printed = (
            [cell for row in there if row.startswith(label) for cell in row[6:].split() if cell != "…"]
            for there in (rows, rest)
        )
        assert printed[-len(rendered) :] == rendered
        assert len(printed) == len(lines)


def test_a_whole_game_without_a_terminal() -> None:
    typist = Typist("", "3", "5", "8")
    play(ECHO, 0, read=typist.read, write=typist.written.append)  # Under pytest stdout is no terminal.
    welcome, *steps, end = typist.written
    question = "Which value was the input 1 step ago?"
    assert welcome.startswith(
        f"{seq_envs.SeqEcho.title}\n{ECHO}\n\nYou see one input at a time. The question: {question}\n\nAn example"
    )
    assert welcome.endswith("\n\nAnswer with an integer from 0 to 9, then Enter. Enter alone answers 0; q leaves.")
    assert steps == [
        "step 1 of 4: input 3. This answer does not count: press Enter.",
        f"step 2 of 4: input 5. {question}",
        "Right.",
        f"step 3 of 4: input 7. {question}",
        "Right.",
        f"step 4 of 4: input 8. {question}",
        "Wrong: it was 7.",
    ]
    assert end == (
        """
SeqEcho  step 4 of 4  right 2 of 3
step   1 2 3 4
input  3 5 7 8
answer 0 3 5 8
truth  . 3 5 7
       . ✓ ✓ ✗

            accuracy  exact match
──────────  ────────  ───────────
you           0.6667           no
chance        0.1000        0.001
memoryless    0.1000        0.001
optimal       1.0000            1

memoryless: the best policy that knows the current input and the time step only.
optimal: the best policy.
"""
    )
    assert set(typist.prompts) == {""}


def test_the_example_episode_is_not_played() -> None:
    typist = Typist()
    typist.play(ECHO)
    _, *played = seq_envs.draw(ECHO, 0).splitlines()
    _, *example = seq_envs.draw(ECHO, EXAMPLE_STREAM).splitlines()
    assert "\n".join(played) not in typist.text
    assert "\n".join(["step  1 2 3 4", *example]) in typist.text


NEXT = seq_envs.SeqNext()
WHOLE = seq_envs.SeqCopy(framing="many_to_one", length=3)


@pytest.mark.parametrize(
    ("problem", "text", "wanted"),
    [
        (ECHO, "10", "an integer from 0 to 9"),
        (ECHO, "-1", "an integer from 0 to 9"),
        (ECHO, "3.0", "an integer from 0 to 9"),
        (ECHO, "three", "an integer from 0 to 9"),
        (ECHO, "1 2", "an integer from 0 to 9"),
        (ECHO, ",", None),  # A comma alone is not an answer.
        (ECHO, " 3\t", None),
        (ECHO, "9" * 5000, "an integer from 0 to 9"),
        (ECHO, "\033[A", "an integer from 0 to 9"),
        (NEXT, "1.01", "a number from 0 to 1"),
        (NEXT, "nan", "a number from 0 to 1"),
        (NEXT, "1e999", "a number from 0 to 1"),
        (NEXT, "0,5", "a number from 0 to 1"),
        (NEXT, ".5", None),
        (NEXT, "1", None),
        (WHOLE, "1 2", "3 integers from 0 to 9, with spaces between them"),
        (WHOLE, "1 2 10", "3 integers from 0 to 9, with spaces between them"),
        (WHOLE, f"1 -1 {2**63}", "3 integers from 0 to 9, with spaces between them"),
        (WHOLE, f"1 1 {2**64}", "3 integers from 0 to 9, with spaces between them"),
        (WHOLE, "1, 2,3", None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, seq_envs.Problem) else str(value)[:9],
)
def test_wrong_answers_are_asked_for_again(problem: seq_envs.Problem, text: str, wanted: str | None) -> None:
    typist = Typist(text)
    assert typist.play(problem) == []
    refusals = [written for written in typist.written if " is not " in written and "finished" not in written]
    assert refusals == ([] if wanted is None else [f"{text!r} is not {wanted}."])
    assert any(written.startswith("step 2 of") for written in typist.written) == (wanted is None)
    assert f"Answer with {wanted or ''}" in typist.written[0]


@pytest.mark.parametrize("problem", [ECHO, NEXT, WHOLE], ids=["Discrete", "Box", "MultiDiscrete"])
def test_enter_alone_says_zero(problem: seq_envs.Problem) -> None:
    silent = Typist(*[""] * problem.steps)
    zeros = Typist(*[typed(np.zeros(problem.answers.shape, int))] * problem.steps)
    assert silent.play(problem) == zeros.play(problem)
    assert silent.written == zeros.written


@pytest.mark.parametrize("erase", [False, True], ids=["plain", "erase"])
@pytest.mark.parametrize("way", ["q", " Q ", EOFError, KeyboardInterrupt, Terminated])
@pytest.mark.parametrize("answered", range(10))
def test_a_person_can_leave_at_any_time(way: str | type[BaseException], answered: int, erase: bool) -> None:
    lines = ["0"] * answered
    typist = Typist(*lines, way, end=AssertionError) if isinstance(way, str) else Typist(*lines, end=way)
    episode, step = divmod(answered, 5 if erase else 4)
    step = max(0, step - erase)
    if way in (KeyboardInterrupt, Terminated):
        with pytest.raises(KeyboardInterrupt):  # The command then ends with 130 or 143.
            typist.play(ECHO, 3, erase)
    else:
        assert len(typist.play(ECHO, 3, erase)) == episode
        assert "\nYou left." in typist.written
        assert ("2 episodes: mean accuracy" in typist.text) == (episode == 2)
    assert ("This episode is not finished: it does not count." in typist.text) == (step > 0)
    if step:
        assert f"\nSeqEcho  step {step} of 4  right" in typist.text
    assert typist.text.count("\nyou  ") == episode
    assert typist.written.count(FIRST_SCREEN) == typist.written.count(SECOND_SCREEN)


def test_an_unfinished_episode_reveals_nothing_later() -> None:
    typist = Typist("0", "0")
    typist.play(ECHO)
    assert "input  3 5 7\n" in typist.text


def test_the_screen_is_restored_after_every_end() -> None:
    typist = Typist("", end=ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        typist.play(ECHO, erase=True)
    assert typist.written[-1] == FIRST_SCREEN


def test_random_games_differ() -> None:
    problem = seq_envs.SeqEcho(n_values=100_000, encoding="discrete")
    first, second = Typist(), Typist()
    for typist in (first, second):
        play(problem, read=typist.read, write=typist.written.append, erase=False)
    assert first.written[0] == second.written[0]
    assert first.written[1] != second.written[1]


# What is asked.


@pytest.mark.parametrize("problem", EVERY_PROBLEM)
def test_every_problem_asks_a_question(problem: seq_envs.Problem) -> None:
    assert isinstance(problem, Ragged) or problem.question != problem.title
    typist = Typist()
    typist.play(problem)
    assert problem.question in typist.written[0]


@pytest.mark.parametrize(
    ("id", "parameters", "question"),
    [
        ("SeqEcho-v0", {"lag": 0}, "Which value is the input now?"),
        ("SeqEcho-v0", {"lag": 3}, "Which value was the input 3 steps ago?"),
        ("SeqMemorize-v0", {}, "Which symbol comes next? After the last input, the first one comes again."),
        ("SeqMemorize-v0", {"framing": "many_to_one"}, "Which symbol was the first input?"),
        ("SeqClassify-v0", {"length": 20}, "Is the sum of all inputs so far at least 5? 1: yes, 0: no."),
        ("SeqCopy-v0", {}, "At each > one answer: what were values 1 to 5 of the sequence, one after another?"),
        (
            "SeqCopy-v0",
            {"reverse": True, "offset": 1, "output_length": 3},
            "At each > one answer: what were values 4 to 2 of the sequence, one after another?",
        ),
        ("SeqCopy-v0", {"framing": "many_to_one"}, "What were values 1 to 5 of the sequence?"),
        ("SeqCopy-v0", {"framing": "many_to_one", "output_length": 1}, "What was value 1?"),
        ("SeqCopy-v0", {"output_length": 1}, "At >: what was value 1?"),
        ("SeqCopy-v0", {"framing": "one_to_many"}, "Which value is the input now?"),
        ("SeqNext-v0", {}, "Which value comes next? An answer within 0.05 is right."),
        ("SeqNext-v0", {"encoding": "discrete"}, "Which value comes next?"),
    ],
)
def test_questions(id: str, parameters: dict[str, Any], question: str) -> None:
    assert seq_envs.make_problem(id, **parameters).question == question


@pytest.mark.parametrize("problem", [seq_envs.SeqClassify(), seq_envs.SeqNext(length=20, max_step=3)], ids=str)
@pytest.mark.parametrize("erase", [False, True], ids=["plain", "erase"])
def test_an_outcome_that_would_reveal_later_answers_is_not_told(problem: seq_envs.Problem, erase: bool) -> None:
    typist = Typist(*[""] * (problem.steps + erase))
    typist.play(problem, erase=erase)
    assert "Which answers were right follows after the episode" in typist.written[0].replace("\n", " ")
    assert not re.search(r"^(Right|Wrong)", typist.text, re.MULTILINE)


def test_the_outcome_of_several_places() -> None:
    problem = seq_envs.SeqCopy(framing="many_to_one", length=3)
    typist = Typist("", "", "3 5 0")
    typist.play(problem)
    assert "67% right: it was 3 5 7." in typist.written


TEN_PLACES = pytest.param(seq_envs.SeqCopy(framing="many_to_one", length=10, n_values=100), id="10 places")


@pytest.mark.parametrize("erase", [False, True], ids=["plain", "erase"])
@pytest.mark.parametrize("problem", [*EVERY_PROBLEM, TEN_PLACES])
def test_play_fits_a_narrow_terminal(problem: seq_envs.Problem, erase: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    typist = Typist(*[""] * (problem.steps + erase))
    typist.play(problem, erase=erase)
    assert "not finished" not in typist.text
    visible = re.sub("|".join(map(re.escape, (CLEAR, FIRST_SCREEN, SECOND_SCREEN))), "", typist.text)
    assert max(map(len, visible.splitlines())) <= 40


def test_an_input_and_an_outcome_fit_a_very_narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "22")
    typist = Typist("", "0", "0", "0", "0")
    typist.play(seq_envs.SeqEcho(length=4, n_values=4_000_000, lag=0, encoding="discrete"), erase=True)
    screens = typist.text.partition(SECOND_SCREEN)[2].partition(FIRST_SCREEN)[0].replace(CLEAR, "")
    assert "Wrong: it was" in screens
    assert max(map(len, screens.splitlines())) <= 22


@pytest.mark.parametrize("columns", ["40", "200", ""])
def test_the_transcript_has_every_step(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In strips, however long the episode is, with the numbers of the prompts."""
    monkeypatch.setenv("COLUMNS", columns)
    typist = Typist(*[""] * 60)
    typist.play(seq_envs.SeqEcho(length=60))
    _, _, transcript = typist.text.partition("SeqEcho  step 60 of 60")
    numbers = [number for row in re.findall("^step (.*)", transcript, re.MULTILINE) for number in row.split()]
    assert numbers == [str(step + 1) for step in range(60)]
    assert "…" not in transcript
    assert "step 60 of 60: input" in typist.text
