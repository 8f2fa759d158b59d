"""``code``: does the program in the response pass the row's tests?

It runs in a sandbox, apart from the tests; `s3ft.judge.sandbox` says against what that protects.
The gold shows how: a task whose gold passes only in one process with its tests (they pass types or
functions around) is tested so, whatever the candidate; where the gold passes neither way, nothing
can be said about a candidate and the verdict is ``unknown``.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Literal

from ..errors import InputError
from ..records import Case, Verdict, content_hash
from ._base import Judge, malformed, shorten
from ._program import completed, program_of
from ._task import NoTask, Task, task_of
from .sandbox import LEVELS, Job, Level, Outcome, Sandbox, SandboxError

KNOWN = 100_000
"""So many tasks' ways of testing are remembered."""

Mode = Literal["apart", "together", "stdio"]


def code(
    *,
    timeout: float = 3.0,
    memory: int = 1024,
    level: Level | None = None,
    workers: int | None = None,
) -> Judge:
    """Judges by running the row's ``tests`` on the response's program.

    ``tests`` is a list of assert lines (MBPP), a test program, which may define ``check`` to be
    called with ``entry_point`` (HumanEval), or a list of objects with ``input`` and ``output`` for
    a program on standard input and output. ``setup`` is code that the tests need.

    Args:
        timeout: seconds of processor time for one program with its tests.
        memory: MiB of address space for each of the two processes.
        level: the sandbox's level, L0 to L3, exactly; by default the highest that works here, and
            never one below L2.
        workers: programs that run at once; by default one for each processor.

    Raises:
        ValueError: an option is out of range.
        InputError: the level does not work on this system.
    """
    if not timeout > 0 or memory < 64 or (workers is not None and workers < 1):
        raise ValueError("timeout must be positive, memory 64 (MiB) or more, workers 1 or more")
    if level is not None and level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}")
    count = workers or _processors()
    sandboxes = [Sandbox(level=level, timeout=timeout, memory=memory * 2**20) for _ in range(count)]
    return _Code(sandboxes, _established(sandboxes[0], level))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _established(sandbox: Sandbox, wanted: Level | None) -> Level:
    """The level at which programs will run, told to the user once.

    Raises:
        InputError: it is not the one asked for, or too low to be taken without asking.
    """
    try:
        level = sandbox.level
    except SandboxError as error:
        raise InputError("judge 'code'", f"no sandbox: {error}") from None
    if wanted is None and level < "L2":
        sandbox.close()
        raise InputError(
            "judge 'code'",
            f"only level {level} of the sandbox works on this system",
            f"Use Linux 5.13 or later with Landlock, or accept the risk with level={level}: "
            "at L1 the programs can read files, at L0 they can do whatever you can.",
        )
    _tell(level)
    return level


@cache
def _tell(level: Level) -> None:
    from ..progress import console

    console.print(f"code: programs run at level {level} of the sandbox")


@dataclass(frozen=True, slots=True)
class _Way:
    """How a task's programs are tested; ``trouble`` where its own gold does not pass."""

    mode: Mode
    names: tuple[str, ...] = ()
    helpers: str = ""
    trouble: str = ""


class _Code:
    """The judge: asks as many sandboxes at once as it has."""

    def __init__(self, sandboxes: list[Sandbox], level: Level) -> None:
        self._count, self._level = len(sandboxes), level
        # The last one used is taken first, so that no more are started than are needed at once.
        self._idle: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        for sandbox in reversed(sandboxes):
            self._idle.put(sandbox)
        self._ways: dict[str, _Way] = {}

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        asked = iter(cases)
        with ThreadPoolExecutor(self._count, thread_name_prefix="code") as pool:
            running: set[Future[Verdict]] = set()
            while True:
                room = 2 * self._count - len(running)
                running |= {pool.submit(self._judge, case) for case in islice(asked, room)}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()

    def _judge(self, case: Case) -> Verdict:
        try:
            task = task_of(case.meta)
        except NoTask as error:
            return malformed(case.key, str(error))
        sandbox = self._idle.get()
        try:
            return self._decide(case, task, sandbox)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            return Verdict(case.key, "unknown", None, shorten(reason, 300))
        finally:
            self._idle.put(sandbox)

    def _decide(self, case: Case, task: Task, sandbox: Sandbox) -> Verdict:
        wanted = task.wanted
        prompt = case.prompt[-1]["content"] if case.prompt else ""
        program, *golds = (
            completed(program_of(text, wanted), prompt, task.entry_point)
            for text in (case.response, *case.gold[:1])
        )
        gold = golds[0] if golds else None
        way = self._way(task, gold, sandbox)
        answer = shorten(program)
        level = self._level if way.mode != "together" else f"{self._level}, in one process"
        if way.trouble:
            return Verdict(case.key, "unknown", answer, f"{way.trouble} [{level}]")
        # The gold has just shown that it passes.
        outcome = Outcome(True) if program == gold else _run(program, task, way, sandbox)
        if outcome.passed is None:
            return Verdict(case.key, "unknown", answer, f"{outcome.reason} [{level}]")
        if outcome.passed:
            many = len(task.pairs) or len(task.tests)
            reason = "the test passed" if many == 1 else f"{many} tests passed"
            return Verdict(case.key, "correct", answer, f"{reason} [{level}]")
        return Verdict(case.key, "incorrect", answer, f"{shorten(outcome.reason, 300)} [{level}]")

    def _way(self, task: Task, gold: str | None, sandbox: Sandbox) -> _Way:
        """How to test, from how the gold behaves."""
        key = content_hash(task.tests, task.setup, task.entry_point, task.pairs, gold)
        if key in self._ways:
            return self._ways[key]
        way, final = _way_of(task, gold, sandbox)
        if final:
            if len(self._ways) >= KNOWN:
                self._ways.clear()
            self._ways[key] = way
        return way


def _way_of(task: Task, gold: str | None, sandbox: Sandbox) -> tuple[_Way, bool]:
    """How to test, and whether that is so for good, not for a failure of the sandbox."""
    if task.pairs:
        ways = [_Way("stdio")]
    else:
        try:
            names, helpers = task.stand_ins(gold)
        except (SyntaxError, ValueError) as error:
            return _Way("apart", trouble=f"the gold is no program: {error}"), True
        ways = [_Way("apart", names, helpers), _Way("together")]
    if gold is None:
        return ways[0], True
    reasons = []
    for way in ways:
        outcome = _run(gold, task, way, sandbox)
        if outcome.passed:
            return way, True
        reasons.append(outcome.reason)
        if outcome.passed is None:
            return replace(way, trouble=outcome.reason), False
    trouble = f"the gold does not pass its own tests: {shorten(reasons[-1], 200)}"
    return replace(ways[-1], trouble=trouble), True


def _run(program: str, task: Task, way: _Way, sandbox: Sandbox) -> Outcome:
    if way.mode != "stdio":
        return sandbox.run(Job(program, way.mode, task.tests, way.names, task.setup, way.helpers))
    for number, (stdin, stdout) in enumerate(task.pairs, 1):
        outcome = sandbox.run(Job(program, way.mode, stdin=stdin, stdout=stdout))
        if not outcome.passed:
            return replace(outcome, reason=f"test {number} of {len(task.pairs)}: {outcome.reason}")
    return Outcome(True)
