"""``code``: does the program in the response pass the row's tests?

It runs in a sandbox, apart from the tests; `s3ft.judges.code.sandbox` says against what that
protects. Correct is what passes tests that call it, and that its gold passes and a program that
cannot be right does not. Where the tests do not show that much, nothing can be said about a
candidate, and the verdict is ``unknown``.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache
from itertools import islice
from typing import Literal

from ...errors import InputError
from ...records import Case, Verdict, VerdictCode, content_hash
from .._base import Judge, failed, malformed, shorten
from ._examples import NoTask
from ._harness import Harness, harness_of
from ._task import BadGold, columns, task_of
from .sandbox import LEVELS, Level, Outcome, Sandbox, SandboxError

KNOWN = 10_000
"""So many tasks' harnesses are remembered."""


def code(
    *,
    timeout: float = 3.0,
    memory: int = 1024,
    level: Level | None = None,
    workers: int | None = None,
    one_process: Literal["refuse", "allow"] = "refuse",
) -> Judge:
    """Judges by running the row's ``tests`` on the response's program.

    ``tests`` is a list of assert lines (MBPP), or a test program: functions as pytest finds them,
    unittest's cases, or a ``check`` to be called with ``entry_point`` (HumanEval). Or it is inputs
    with outputs, for a program on standard input and output, or for a function (APPS). ``setup``
    is code that the tests need.

    Args:
        timeout: seconds of processor time for one program with its tests.
        memory: MiB of address space for each of the two processes.
        level: the sandbox's level, L0 to L3, exactly; by default the highest that works here, and
            never one below L2.
        workers: programs that run at once; by default one for each processor.
        one_process: whether tests that need the program's own process run there, where a program
            written for it can forge a pass; else such tasks are ``unknown``.

    Raises:
        ValueError: an option is out of range.
        InputError: the level does not work on this system.
    """
    if not timeout > 0 or memory < 64 or (workers is not None and workers < 1):
        raise ValueError("timeout must be positive, memory 64 (MiB) or more, workers 1 or more")
    if level is not None and level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}")
    if one_process not in ("refuse", "allow"):
        raise ValueError("one_process must be refuse or allow")
    count = workers or _processors()
    sandboxes = [Sandbox(level=level, timeout=timeout, memory=memory * 2**20) for _ in range(count)]
    return _Code(sandboxes, _established(sandboxes[0], level), one_process == "allow")


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
    from ...progress import console

    console.print(f"code: programs run at level {level} of the sandbox")


class _Code:
    """The judge: asks as many sandboxes at once as it has."""

    def __init__(self, sandboxes: list[Sandbox], level: Level, one_process: bool) -> None:
        self._sandboxes, self.level, self._one_process = sandboxes, level, one_process
        self._count = len(sandboxes)
        # The last one used is taken first, so that no more are started than are needed at once.
        self._idle: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        for sandbox in reversed(sandboxes):
            self._idle.put(sandbox)
        self._harnesses: dict[str, Harness] = {}

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        todo = iter(cases)
        with ThreadPoolExecutor(self._count, thread_name_prefix="code") as pool:
            running: set[Future[Verdict]] = set()
            while True:
                free = 2 * self._count - len(running)
                running |= {pool.submit(self._judge, case) for case in islice(todo, free)}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()

    def close(self) -> None:
        """End the sandboxes' helper processes; they are started again when they are needed."""
        for sandbox in self._sandboxes:
            sandbox.close()

    def _judge(self, case: Case) -> Verdict:
        sandbox = self._idle.get()
        try:
            return self._decide(case, self._harness(case, sandbox), sandbox)
        except NoTask as error:
            return malformed(case.key, str(error))
        except BadGold as error:
            reason = shorten(str(error), 300)
            return Verdict(case.key, "unknown", None, reason, VerdictCode.BAD_GOLD)
        except Exception as error:
            return failed(case.key, error)
        finally:
            self._idle.put(sandbox)

    def _decide(self, case: Case, harness: Harness, sandbox: Sandbox) -> Verdict:
        task = harness.task
        programs = task.readings(case.response)
        answer = shorten(programs[0])
        level = self.level if harness.mode != "together" else f"{self.level}, in one process"
        if harness.trouble:
            return Verdict(
                case.key, "unknown", answer, f"{harness.trouble} [{level}]", harness.code
            )
        # The gold has just shown that it passes.
        outcome = Outcome(True) if programs[:1] == task.gold else harness.run(programs, sandbox)
        if outcome.passed is None:
            reason = f"{outcome.reason} [{level}]"
            return Verdict(case.key, "unknown", answer, reason, VerdictCode.ERROR)
        if outcome.passed:
            many = len(task.pairs) or len(task.cases) or len(task.tests)
            reason = "the test passed" if many == 1 else f"{many} tests passed"
            return Verdict(case.key, "correct", answer, f"{reason} [{level}]", VerdictCode.PASSES)
        reason = f"{shorten(outcome.reason, 300)} [{level}]"
        return Verdict(case.key, "incorrect", answer, reason, VerdictCode.FAILS)

    def _harness(self, case: Case, sandbox: Sandbox) -> Harness:
        """How to test the case's task, which is found once.

        Raises:
            NoTask: its row describes none.
            BadGold: its gold is no program.
        """
        prompt = case.prompt[-1]["content"] if case.prompt else ""
        gold = case.gold[0] if case.gold else None
        key = content_hash(columns(case.meta), prompt, gold)
        if key in self._harnesses:
            return self._harnesses[key]
        task = task_of(case.meta, prompt, gold)
        harness = harness_of(task, sandbox, one_process=self._one_process)
        if harness.final:
            if len(self._harnesses) >= KNOWN:
                self._harnesses.clear()
            self._harnesses[key] = harness
        return harness
