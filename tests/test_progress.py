"""What is shown of work: on a terminal a bar, elsewhere a line now and then."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from s3ft import progress as module
from s3ft.pipeline.selection import Solved
from s3ft.progress import progress
from s3ft.records import Example, Response, Verdict
from s3ft.store import Place, Spent, Store


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    file = io.StringIO()
    monkeypatch.setattr(module, "console", Console(file=file, highlight=False, soft_wrap=True))
    return file


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_elsewhere_it_is_a_line_now_and_then_with_all_that_matters(
    output: io.StringIO, clock: list[float]
) -> None:
    with progress("train: self", 1000, note="solved: 1 self") as tick:
        for _ in range(10):
            clock[0] += 4
            tick(20, 100)
        clock[0] += 60
        tick(800, 10, note="solved: 9 self")
    assert output.getvalue().splitlines() == [
        "train: self: 80/1,000, 25 tokens/s, 16 s, 0:03:04 left, solved: 1 self",
        "train: self: 160/1,000, 25 tokens/s, 32 s, 0:02:48 left, solved: 1 self",
        "train: self: 1,000/1,000, 10 tokens/s, 100 s, solved: 9 self",
    ]


def test_what_was_done_before_says_nothing_of_the_time_left(
    output: io.StringIO, clock: list[float]
) -> None:
    with progress("train: self", 1000, done=900) as tick:
        clock[0] += 20
        tick(50)
    assert output.getvalue() == "train: self: 950/1,000, 20 s, 0:00:20 left\n"


def test_work_that_is_done_already_is_silent(output: io.StringIO) -> None:
    with progress("train: self", 10, done=10):
        pass
    assert output.getvalue() == ""


def test_on_a_terminal_it_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    terminal = Console(file=file, force_terminal=True, width=140, color_system=None)
    monkeypatch.setattr(module, "console", terminal)
    with progress("train: self", 10, done=4) as tick:
        tick(6, 600, note="solved: 7 self")
    last = file.getvalue().split("\r")[-1]
    for part in ("train: self", "━━━", "10/10", "tokens/s", "solved: 7 self"):
        assert part in last


def test_the_solved_counts_prompts_by_source_and_the_judge_s_errors(tmp_path: Path) -> None:
    places = [Place("train", n, "self", sample) for n in range(3) for sample in range(2)]
    nothing = Spent("test", "self", 0, 0, 0.0)
    with Store(tmp_path / "run.sqlite") as store:
        rows = [Example(f"e{n}", ({"role": "user", "content": "?"},), "!") for n in range(3)]
        store.add_examples({"train": rows})
        store.add_responses([Response("k", "!")], [(place, "k") for place in places], nothing)
        earlier = [(places[0], Verdict("k", "correct")), (places[2], Verdict("k", "unknown"))]
        store.add_verdicts(earlier, "judge", nothing)
        assert store.unjudged("train", "self") == 4
        solved = Solved(store, "train", "self", ["paraphrase"])
        assert str(solved) == "solved: 1 self; 1 judge errors"
        solved.add([(places[1], Verdict("k", "correct")), (places[3], Verdict("k", "unknown"))])
        assert str(solved) == "solved: 1 self; 2 judge errors"
        solved.add([(places[2], Verdict("k", "correct")), (places[3], Verdict("k", "incorrect"))])
        assert str(solved) == "solved: 2 self"


def test_what_turns_out_to_have_been_done_before_is_not_done_in_no_time(
    output: io.StringIO, clock: list[float]
) -> None:
    with progress("train: s3ft-seed0", 1000) as tick:
        clock[0] += 60  # the model is loaded; the checkpoint has 800 steps
        tick(0, already_done=801)
        clock[0] += 20
        tick(10)
    assert output.getvalue().splitlines() == [
        "train: s3ft-seed0: 801/1,000, 60 s",
        "train: s3ft-seed0: 811/1,000, 80 s, 0:06:18 left",
    ]


def test_on_a_terminal_too(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    file = io.StringIO()
    terminal = Console(file=file, force_terminal=True, width=140, get_time=lambda: clock[0])
    monkeypatch.setattr(module, "console", terminal)
    with progress("train: s3ft-seed0", 1000) as tick:
        clock[0] += 60
        tick(0, already_done=800)
        for _ in range(10):
            clock[0] += 2
            tick(1)
        tick(0)
    last = file.getvalue().split("\r")[-1]
    assert "810/1000" in last
    assert "0:06:20" in last, last


@pytest.mark.parametrize("terminal", [False, True])
def test_after_a_resume_the_time_left_is_that_of_this_start_s_pace(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    """900 were stored, the model loads for 50 s, and from then on ten rows take 40 s."""
    file = io.StringIO()
    shown = Console(file=file, force_terminal=terminal, width=140, get_time=lambda: clock[0])
    monkeypatch.setattr(module, "console", shown)
    with progress("train: self", 1000, done=900) as tick:
        clock[0] += 50
        tick(10)
        for _ in range(2):
            clock[0] += 40
            tick(10)
    last = file.getvalue().split("930/")[-1]
    assert "0:04:40 left" in last, last
