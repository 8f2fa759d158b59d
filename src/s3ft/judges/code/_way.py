"""How a task's programs are tested: found once a task, from its gold and from what must fail.

The gold shows the way: apart where it passes so, else in one process with the tests. Then programs
that cannot be right show whether the tests prove anything: those that they accept decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .._base import shorten
from ._task import Task
from .sandbox import Job, Outcome, Sandbox

ONE_PROCESS = (
    "the gold passes only in one process with its tests, where a program can forge that; "
    "one_process=allow accepts it"
)
_CATCHES = re.compile(r"\bexcept\b|raises|Raises|suppress|contextlib")
_SAME = "class _Same:\n    pass\n_same = _Same()\n"
_FAILS = "class _Fails(Exception):\n    pass\ndef _fail(*_, **__):\n    raise _Fails\n"


@dataclass(frozen=True, slots=True)
class Way:
    """How a task's programs are tested; ``trouble`` says why nothing can be said about any."""

    task: Task
    mode: Literal["apart", "together", "stdio"]
    names: tuple[str, ...] = ()
    changes: bool = False
    trouble: str = ""

    def run(self, program: str | tuple[str, ...], sandbox: Sandbox) -> Outcome:
        """How a program does, given as the readings of a response."""
        if self.mode != "stdio":
            return sandbox.run(self.job(program))
        many = len(self.task.pairs)
        for number, (stdin, stdout) in enumerate(self.task.pairs, 1):
            outcome = sandbox.run(Job(program, self.mode, stdin=stdin, stdout=stdout))
            if not outcome.passed:
                return replace(outcome, reason=f"test {number} of {many}: {outcome.reason}")
        return Outcome(True)

    def job(self, program: str | tuple[str, ...]) -> Job:
        """The sandbox's work on a program, where it has tests."""
        return Job(
            program,
            self.mode,
            tests=self.task.tests,
            cases=self.task.cases,
            names=self.names,
            modules=self.task.modules,
            setup=self.task.setup,
            helpers=self.task.helpers,
            changes=self.changes,
        )


def way_of(task: Task, sandbox: Sandbox, *, one_process: bool) -> tuple[Way, bool]:
    """How to test, and whether that is so for good, not for a failure of the sandbox.

    Args:
        one_process: whether tests may run in the program's process where its gold needs that.
    """
    ways = list(_ways(task))
    way = ways[0]
    if task.gold:
        for way in ways:
            outcome = way.run(task.gold, sandbox)
            if outcome.passed:
                break
            if outcome.passed is None:
                return replace(way, trouble=outcome.reason), False
        else:
            reason = shorten(outcome.reason, 200)
            return replace(way, trouble=f"the gold does not pass its own tests: {reason}"), True
    if way.mode == "together" and not one_process:
        return replace(way, trouble=ONE_PROCESS), True
    return _proven(way, sandbox)


def _ways(task: Task) -> Iterator[Way]:
    """The ways to test, the safest first."""
    if task.pairs:
        yield Way(task, "stdio")
        return
    every = (*task.names, *task.others)
    yield Way(task, "apart", task.names)
    if task.others:
        yield Way(task, "apart", every)
    yield Way(task, "apart", every, changes=True)
    yield Way(task, "together", every)


def _proven(way: Way, sandbox: Sandbox) -> tuple[Way, bool]:
    """The way, with its trouble where the tests accept what cannot be right."""
    accepted = "the tests prove nothing: they accept a program "
    if way.mode == "stdio" and not any(stdout.strip() for _, stdout in way.task.pairs):
        return replace(way, trouble=accepted + "that writes nothing"), True
    for what, program in _wrong(way):
        outcome = way.run(program, sandbox)
        if outcome.passed is None:
            return replace(way, trouble=outcome.reason), False
        if outcome.passed:
            return replace(way, trouble=accepted + what), True
        if way.mode == "apart" and not outcome.calls:
            return replace(way, trouble=f"no test calls the program: {outcome.reason}"), True
    return way, True


def _wrong(way: Way) -> Iterator[tuple[str, str]]:
    """Programs that cannot be right; what is missing fails by itself where it is called."""
    if way.mode == "stdio":
        return
    yield (
        "whose functions all return the same object",
        _SAME + "".join(f"def {name}(*_, **__):\n    return _same\n" for name in way.names),
    )
    if _CATCHES.search("\n".join((way.task.setup, *way.task.tests))):
        yield "whose functions all fail", _FAILS + "".join(f"{n} = _fail\n" for n in way.names)
    if way.task.start.stub:
        yield "whose body is empty", way.task.start.code + "    pass\n"
