"""The process that forks a candidate for each program and kills it when it is time.

It never reads a job. The process of the tests does, from this process's own standard input, and no
candidate is forked from that one: so nothing of any tests has ever been in the memory that a
candidate gets. The candidate for the next job is made while nobody waits for it.

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

from . import candidate, pytest_like, tester
from .levels import Settings, establish, restrict
from .pipes import DESCRIPTORS, Slot, keep
from .seccomp import Filter
from .wire import Unreadable, receive, send

JOBS = 16
"""Jobs that one process of the tests takes, which saves a fork for each. It goes earlier where one
of them ends out of the ordinary."""
WALL_TIME = 10.0
"""Times the limit of processor time that a program may last in all, asleep or waiting its turn."""
ASLEEP = 0.01
"""The share of that time under which a program has slept, not waited for a processor."""
_COMMON = (
    "array", "bisect", "cmath", "collections", "copy", "datetime", "enum", "fractions", "functools",
    "heapq", "itertools", "math", "operator", "re", "statistics", "string", "sys",
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
    pytest_like.install()
    null = os.open(os.devnull, os.O_RDWR)
    try:
        level, system_calls = establish(settings)
    except OSError as error:
        send(1, {"error": str(error)})
        return
    send(1, {"level": level})
    gc.collect()
    gc.freeze()
    tests = _Tests(settings, null, system_calls)
    while (outcome := tests.one()) is not None:
        send(1, outcome)
        if tests.ended:
            tests = _Tests(settings, null, system_calls)


def _import_random() -> None:
    """Import ``random``, seeded for all programs, without the work it does after each fork.

    That work is to seed it anew: a quarter of a millisecond for verdicts that do not repeat.
    """
    register = os.register_at_fork
    os.register_at_fork = lambda **_: None
    import random

    os.register_at_fork = register
    random.seed(0)


class _Tests:
    """The process of the trusted tests, which takes several jobs, and the candidate of each."""

    def __init__(self, settings: Settings, null: int, system_calls: Filter | None) -> None:
        self._settings, self._null, self._system_calls = settings, null, system_calls
        # All pipes are there from the start: a confined process can be handed no more.
        self._slots = [Slot() for _ in range(JOBS)]
        self._word, write = os.pipe()
        self.ended = False

        def test() -> None:
            jobs = os.dup(0)
            ends = [slot.tests for slot in self._slots]
            keep(null, (jobs, write, *(end for four in ends for end in four)))
            restrict(settings, system_calls, jobs=JOBS, files=DESCRIPTORS)
            tester.serve(jobs, write, ends)

        self._process = _fork(test)
        os.close(write)
        for slot in self._slots:
            slot.close_tests()

    def one(self) -> dict[str, Any] | None:
        """Fork a candidate, wait for its job and its verdict; None if no job comes."""
        slot = self._slots.pop(0)

        def answer() -> None:
            os.setsid()
            keep(self._null, slot.candidate)
            restrict(self._settings, self._system_calls)
            candidate.serve(*slot.candidate)

        program = _fork(answer)
        slot.close_candidate()
        before = _processor_time(self._process)
        if os.read(self._word, 1) != tester.BEGUN:
            _end(program)
            self._end()
            return None
        late = self._wait(program, before)
        verdict = late or self._verdict()
        own_end = verdict.get("ended", False)
        how, seconds = _end(program, grace=0.05 if own_end else 0.0)
        if late or own_end or "trouble" in verdict or not self._slots:
            self._end()
        return self._explained(verdict, how, seconds) if own_end else verdict

    def _wait(self, program: int, before: float) -> dict[str, Any] | None:
        """Wait for the verdict; what to say instead if time is up first.

        Args:
            before: seconds that the process of the tests computed for earlier jobs.
        """
        limit = self._settings.timeout
        wall_time = WALL_TIME * limit
        last = time.monotonic() + wall_time
        poll = select.poll()
        poll.register(self._word, select.POLLIN)
        used = 0.0
        while not poll.poll(1000 * max(0.005, min(limit - used, last - time.monotonic()))):
            used = _processor_time(program) + _processor_time(self._process) - before
            if used >= limit:
                return {"passed": False, "reason": _too_long(limit)}
            if time.monotonic() >= last:
                if used < ASLEEP * wall_time:
                    return {"passed": False, "reason": f"it slept for {wall_time:g} s"}
                busy = f"{used:.2f} s of processor time in {wall_time:g} s"
                return {"trouble": f"the machine is too busy: {busy}"}
        return None

    def _verdict(self) -> dict[str, Any]:
        try:
            return receive(self._word)
        except Unreadable:
            return {"trouble": "the tests' process died"}

    def _explained(
        self, verdict: dict[str, Any], how: int | None, seconds: float
    ) -> dict[str, Any]:
        """The verdict on a program whose process ended by itself, with the reason."""
        limit = self._settings.timeout
        if how == -signal.SIGKILL and seconds >= limit:  # the kernel was first
            return verdict | {"reason": _too_long(limit)}
        if how == -signal.SIGKILL:
            return {"trouble": "the program's process was killed from outside"}
        if how is not None and how < 0:
            return verdict | {"reason": f"it crashed ({signal.Signals(-how).name})"}
        return verdict

    def _end(self) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._word)
        for slot in self._slots:
            slot.close_candidate()
        self.ended = True


def _too_long(limit: float) -> str:
    return f"it took more than {limit:g} s of processor time"


def _fork(run: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    with contextlib.suppress(BaseException):
        run()
    os._exit(0)


def _processor_time(process: int) -> float:
    """Seconds that a child has computed; 0 where the system cannot tell."""
    with contextlib.suppress(OSError):
        return time.clock_gettime(~process << 3 | 2)  # the clock of that process in Linux
    return 0.0


def _end(program: int, grace: float = 0.0) -> tuple[int | None, float]:
    """Kill and reap a candidate.

    Returns:
        How it ended if it did so by itself within the grace (seconds), and the seconds that it had
        computed then.
    """
    last = time.monotonic() + grace
    ended, status, usage = os.wait4(program, os.WNOHANG)
    while not ended and time.monotonic() < last:
        time.sleep(0.002)
        ended, status, usage = os.wait4(program, os.WNOHANG)
    if not ended:
        os.kill(program, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.killpg(program, signal.SIGKILL)  # what it left behind, where it could fork
    if not ended:
        os.waitpid(program, 0)
    code = os.waitstatus_to_exitcode(status) if ended else None
    return code, usage.ru_utime + usage.ru_stime
