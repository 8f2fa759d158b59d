"""How a task's programs are tested: found once a task, from its gold and from what must fail.

The gold shows which harness fits: apart from the tests where it passes so, else in one process with
them. Then programs that cannot be right show whether the tests prove anything: those that they
accept decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ...records import VerdictCode
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
class Harness:
    """How a task's programs are tested.

    ``trouble`` says why nothing can be said about any of them, and ``code`` says it to code. What
    is not ``final`` is a failure of the sandbox: the next one may find a way.
    """

    task: Task
    mode: Literal["apart", "together", "stdio"]
    names: tuple[str, ...] = ()
    changes: bool = False
    trouble: str = ""
    code: VerdictCode = VerdictCode.NONE
    final: bool = True

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

    def failing(self, trouble: str, code: VerdictCode) -> Harness:
        """The same, found to decide nothing."""
        return replace(self, trouble=trouble, code=code)

    def broken(self, outcome: Outcome) -> Harness:
        """The same, for as long as the sandbox fails."""
        return replace(self, trouble=outcome.reason, code=VerdictCode.ERROR, final=False)


def harness_of(task: Task, sandbox: Sandbox, *, one_process: bool) -> Harness:
    """How to test the programs of a task.

    Args:
        one_process: whether tests may run in the program's process where its gold needs that.
    """
    harnesses = list(_harnesses(task))
    harness = harnesses[0]
    if task.gold:
        for harness in harnesses:
            outcome = harness.run(task.gold, sandbox)
            if outcome.passed:
                break
            if outcome.passed is None:
                return harness.broken(outcome)
        else:
            reason = shorten(outcome.reason, 200)
            trouble = f"the gold does not pass its own tests: {reason}"
            return harness.failing(trouble, VerdictCode.BAD_GOLD)
    if harness.mode == "together" and not one_process:
        return harness.failing(ONE_PROCESS, VerdictCode.UNDECIDED)
    return _proven(harness, sandbox)


def _harnesses(task: Task) -> Iterator[Harness]:
    """The ways to test, the safest first."""
    if task.pairs:
        yield Harness(task, "stdio")
        return
    every = (*task.names, *task.others)
    yield Harness(task, "apart", task.names)
    if task.others:
        yield Harness(task, "apart", every)
    yield Harness(task, "apart", every, changes=True)
    yield Harness(task, "together", every)


def _proven(harness: Harness, sandbox: Sandbox) -> Harness:
    """The harness, with its trouble where the tests accept what cannot be right."""
    accepted = "the tests prove nothing: they accept a program "
    if harness.mode == "stdio" and not any(stdout.strip() for _, stdout in harness.task.pairs):
        return harness.failing(accepted + "that writes nothing", VerdictCode.UNDECIDED)
    for what, program in _wrong(harness):
        outcome = harness.run(program, sandbox)
        if outcome.passed is None:
            return harness.broken(outcome)
        if outcome.passed:
            return harness.failing(accepted + what, VerdictCode.UNDECIDED)
        if harness.mode == "apart" and not outcome.calls:
            trouble = f"no test calls the program: {outcome.reason}"
            return harness.failing(trouble, VerdictCode.UNDECIDED)
    return harness


def _wrong(harness: Harness) -> Iterator[tuple[str, str]]:
    """Programs that cannot be right; what is missing fails by itself where it is called."""
    if harness.mode == "stdio":
        return
    yield (
        "whose functions all return the same object",
        _SAME + "".join(f"def {name}(*_, **__):\n    return _same\n" for name in harness.names),
    )
    if _CATCHES.search("\n".join((harness.task.setup, *harness.task.tests))):
        yield "whose functions all fail", _FAILS + "".join(f"{n} = _fail\n" for n in harness.names)
    if harness.task.start.stub:
        yield "whose body is empty", harness.task.start.code + "    pass\n"
