"""The process that forks a pair of processes for each program and kills them when it is time.

It never reads a job. The tester does, from this process's own standard input, when the candidate
has long been forked: so nothing of any tests has ever been in the memory that a candidate gets.
The pair for the next job is made while nobody waits for it.

Its standard output has one line at the start, with the level of confinement, then one a job.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from . import candidate, tester
from .levels import Settings, establish, restrict
from .seccomp import Filter
from .wire import Unreadable, receive, send

PATIENCE = 10.0
"""Times the limit of processor time that a program may last in all, asleep or waiting its turn."""
ASLEEP = 0.01
"""The share of that time under which a program has slept, not waited for a processor."""
_COMMON = (
    "array", "bisect", "cmath", "collections", "copy", "datetime", "enum", "fractions", "functools",
    "hashlib", "heapq", "itertools", "math", "operator", "re", "statistics", "string", "sys",
    "textwrap", "typing", "unicodedata",
)  # fmt: skip


def main() -> None:
    """Confine this process, tell how far, then run jobs until the input ends."""
    settings = Settings(**json.loads(sys.argv[2]))
    _import_random()
    # What programs import most is here already when they start; the rest is read from disk. Not
    # threading: the work it does after each fork would cost as much as the fork.
    for name in _COMMON:
        importlib.import_module(name)
    null = os.open(os.devnull, os.O_RDWR)
    try:
        level, system_calls = establish(settings)
    except OSError as error:
        send(1, {"error": str(error)})
        return
    send(1, {"level": level})
    gc.collect()
    gc.freeze()
    while (outcome := _one(settings, null, system_calls)) is not None:
        send(1, outcome)


def _import_random() -> None:
    """Import ``random``, seeded for all programs, without the work it does after each fork.

    That work is to seed it anew: a quarter of a millisecond for verdicts that do not repeat.
    """
    register = os.register_at_fork
    os.register_at_fork = lambda **_: None
    import random

    os.register_at_fork = register
    random.seed(0)


def _one(settings: Settings, null: int, system_calls: Filter | None) -> dict[str, Any] | None:
    """Fork a pair, wait for its job and its verdict; None if no job comes."""
    ask_read, ask_write = os.pipe()
    say_read, say_write = os.pipe()
    word_read, word_write = os.pipe()
    stdin, stdout = _file(), _file()

    def answer() -> None:
        os.setsid()
        _keep(null, (0, 1, 2), (ask_read, say_write, stdin, stdout))
        restrict(settings, system_calls)
        candidate.serve(ask_read, say_write, stdin, stdout)

    def test() -> None:
        job = os.dup(0)
        _keep(null, (0, 1, 2), (job, ask_write, say_read, word_write, stdin, stdout))
        restrict(settings, system_calls)
        tester.main(job, word_write, tester.Candidate(ask_write, say_read), stdin, stdout)

    pair = _fork(answer), _fork(test)
    for descriptor in (ask_read, ask_write, say_read, say_write, word_write, stdin, stdout):
        os.close(descriptor)
    if os.read(word_read, 1) != tester.BEGUN:
        _end(pair)
        return None
    outcome = _watch(pair, word_read, settings)
    os.close(word_read)
    return outcome


def _file() -> int:
    """An open file without a name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("file")
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _keep(null: int, standard: tuple[int, ...], others: tuple[int, ...]) -> None:
    """Close all descriptors but these; the standard ones lead nowhere."""
    for descriptor in standard:
        os.dup2(null, descriptor)
    first = 3
    for descriptor in sorted(others):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, 1024)


def _fork(run: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    with contextlib.suppress(BaseException):
        run()
    os._exit(0)


def _watch(pair: tuple[int, int], word: int, settings: Settings) -> dict[str, Any]:
    """The tester's verdict, or that time is up; both processes are gone afterwards."""
    patience = PATIENCE * settings.timeout
    last = time.monotonic() + patience
    poll = select.poll()
    poll.register(word, select.POLLIN)
    used = 0.0
    while not poll.poll(1000 * max(0.005, min(settings.timeout - used, last - time.monotonic()))):
        used = sum(map(_processor_time, pair))
        if used >= settings.timeout:
            _end(pair)
            reason = f"it took more than {settings.timeout:g} s of processor time"
            return {"passed": False, "reason": reason}
        if time.monotonic() >= last:
            _end(pair)
            if used < ASLEEP * patience:
                return {"passed": False, "reason": f"it slept for {patience:g} s"}
            busy = f"the machine is too busy: {used:.2f} s of processor time in {patience:g} s"
            return {"trouble": busy}
    try:
        verdict = receive(word)
    except Unreadable:
        verdict = {"trouble": "the tests' process died"}
    ended, seconds = _end(pair, grace=0.05 if verdict.get("ended") else 0.0)
    if not verdict.get("ended"):
        return verdict
    if ended == -signal.SIGKILL and seconds >= settings.timeout:  # the kernel was first
        return verdict | {"reason": f"it took more than {settings.timeout:g} s of processor time"}
    if ended == -signal.SIGKILL:
        return {"trouble": "the program's process was killed from outside"}
    if ended is not None and ended < 0:
        return verdict | {"reason": f"it crashed ({signal.Signals(-ended).name})"}
    return verdict


def _processor_time(process: int) -> float:
    """Seconds that a child has computed; 0 where the system cannot tell."""
    with contextlib.suppress(OSError):
        return time.clock_gettime(~process << 3 | 2)  # the clock of that process in Linux
    return 0.0


def _end(pair: tuple[int, int], grace: float = 0.0) -> tuple[int | None, float]:
    """Kill and reap both.

    Returns:
        How the first ended if it did so by itself within the grace (seconds), and the seconds that
        it had computed then.
    """
    program, tests = pair
    last = time.monotonic() + grace
    ended, status, usage = os.wait4(program, os.WNOHANG)
    while not ended and time.monotonic() < last:
        time.sleep(0.002)
        ended, status, usage = os.wait4(program, os.WNOHANG)
    for process in pair:
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.killpg(program, signal.SIGKILL)  # what it left behind, where it could fork
    if not ended:
        os.waitpid(program, 0)
    os.waitpid(tests, 0)
    code = os.waitstatus_to_exitcode(status) if ended else None
    return code, usage.ru_utime + usage.ru_stime
