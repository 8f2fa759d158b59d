"""A process that is spoken to in JSON lines: what it answers, how it is lost, how it ends."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from s3ft.jsonl_process import JSONLProcess, ProcessEnded

ECHO = """
import json, sys
for line in sys.stdin:
    for _ in range(json.loads(line).get("times", 1)):
        print(line, end="", flush=True)
"""
PARENT = """
import json, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(json.dumps({"child": child.pid}), flush=True)
child.wait()
"""
STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("{}", flush=True)
time.sleep(600)
"""
LIMIT = 60.0
"""Seconds in which a process of these answers, on a busy machine too."""


@pytest.fixture
def start() -> Iterator[Callable[..., JSONLProcess]]:
    started: list[JSONLProcess] = []

    def start(program: str, **options: float | bool) -> JSONLProcess:
        process = JSONLProcess([sys.executable, "-c", program], **options)  # type: ignore[arg-type]
        started.append(process)
        return process

    yield start
    for process in started:
        process.close()


def runs(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_it_answers_lines_of_any_length(start: Callable[..., JSONLProcess]) -> None:
    process = start(ECHO)
    for size in (0, 10, 3_000_000):
        assert process.ask({"text": "ä" * size}, LIMIT) == {"text": "ä" * size}


def test_neither_side_waits_for_the_other_to_read(start: Callable[..., JSONLProcess]) -> None:
    process = start(ECHO)
    for number in range(200):
        process.send({"number": number, "text": "x" * 10_000, "times": 3}, LIMIT)
    found: list[int] = []
    while len(found) < 600:
        found += [message["number"] for message in process.receive_all()]
    assert found == [number for number in range(200) for _ in range(3)]


def test_one_that_never_stops_talking_is_heard_in_parts(
    start: Callable[..., JSONLProcess],
) -> None:
    process = start("while True: print('{}')")
    for _ in range(3):
        assert process.receive_all()


def test_one_that_is_stopped_takes_and_answers_nothing_in_time(
    start: Callable[..., JSONLProcess],
) -> None:
    process = start(ECHO)
    assert process.ask({}, LIMIT) == {}
    os.kill(process.pid, signal.SIGSTOP)
    begin = time.monotonic()
    with pytest.raises(TimeoutError):
        process.ask({}, 0.2)
    with pytest.raises(TimeoutError):  # more than a pipe holds
        process.ask({"text": "x" * 1_000_000}, 0.2)
    assert time.monotonic() - begin < LIMIT
    process.close()
    assert not runs(process.pid)


def test_what_it_said_before_it_died_comes_first(start: Callable[..., JSONLProcess]) -> None:
    process = start("print('{\"n\": 1}'); print('{\"n\": 2}'); print('half', end='')")
    found: list[dict[str, int]] = []
    while len(found) < 2:
        found += process.receive_all()
    with pytest.raises(ProcessEnded):
        process.receive_all()
    assert found == [{"n": 1}, {"n": 2}]
    assert process.exit_code() == 0
    with pytest.raises(ProcessEnded):
        process.ask({}, LIMIT)


def test_it_is_closed_once_and_then_of_no_use(start: Callable[..., JSONLProcess]) -> None:
    process = start(ECHO, grace=LIMIT)
    assert process.usable
    process.close()
    process.close()
    assert not process.usable
    assert process.exit_code() == 0, "it ended by itself, as its input did"


@pytest.mark.parametrize("grace", [0.0, 0.2])
def test_one_that_does_not_end_is_killed(start: Callable[..., JSONLProcess], grace: float) -> None:
    process = start(STUBBORN, grace=grace)
    process.receive(LIMIT)
    process.close()
    assert process.exit_code() == -signal.SIGKILL


def test_a_group_ends_together(start: Callable[..., JSONLProcess]) -> None:
    process = start(PARENT, group=True, grace=LIMIT)
    child = process.receive(LIMIT)["child"]
    assert runs(child)
    process.close()
    assert not runs(child)
    assert process.exit_code() == -signal.SIGTERM
    stubborn = start(STUBBORN, group=True, grace=0.2)
    stubborn.receive(LIMIT)
    stubborn.close()
    assert stubborn.exit_code() == -signal.SIGKILL


def test_a_forked_child_leaves_it_alone(start: Callable[..., JSONLProcess]) -> None:
    process = start(ECHO)
    assert process.ask({}, LIMIT) == {}
    child = os.fork()
    if child == 0:
        usable = process.usable
        process.close()
        os._exit(usable)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "usable in the child"
    assert process.ask({}, LIMIT) == {}
