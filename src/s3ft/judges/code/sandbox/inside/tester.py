"""The process in which the trusted tests run, on stand-ins for the candidates' functions.

A stand-in sends its arguments to the candidate's process and returns what that replies: plain
values, or stand-ins for objects that stay there, so an object that equals everything, a forged exit
code or a patched ``assert`` cannot arrive here. Any failure, of whatever kind, is a failure of the
tests: that they can be passed at all is known from the gold's own run.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from . import cases
from .remote import Ended, RemoteProgram
from .wire import Unreadable, receive, send

BEGUN = b"!"
"""Goes before the verdict, once there is a job: from then on the time counts."""


def decide(
    job: dict[str, Any], candidate: RemoteProgram, stdin: int, stdout: int
) -> dict[str, Any]:
    """The verdict on one job: ``passed``, the ``reason`` if not, and ``calls`` of the program."""
    modes = {"apart": _in_two_processes, "together": _in_one_process}
    try:
        if job["mode"] == "stdio":
            reason = _stdio(job, candidate, stdin, stdout)
        else:
            reason = modes[job["mode"]](job, candidate)
    except BaseException as error:
        reason = _text(error)
    if candidate.ended and job["mode"] != "stdio":  # even if a test has caught it
        return {"passed": False, "reason": candidate.ended, "ended": True}
    if job["mode"] == "apart" and not candidate.calls:
        reason = reason or "no test calls the program"
    reason = candidate.failed or reason
    return {"passed": reason is None, "reason": reason, "calls": candidate.calls}


def _in_two_processes(job: dict[str, Any], candidate: RemoteProgram) -> str | None:
    """Why the tests fail, or None: they run here, the program there."""
    reply = candidate.load(job["readings"])
    if "loaded" not in reply:
        return _not_loaded(reply)
    candidate.changes = job["changes"]
    namespace: dict[str, Any] = {"__name__": "tests"}
    exec(job["helpers"], namespace)
    stand_ins = {name: candidate.stand_in(name) for name in job["names"]}
    namespace |= stand_ins
    with _modules(job["modules"], stand_ins):
        exec(job["setup"], namespace)
        return _run(job["tests"], job["cases"], namespace)


@contextlib.contextmanager
def _modules(names: list[str], contents: dict[str, Any]) -> Iterator[None]:
    """Modules of these names, for tests that import the program's functions."""
    before = sys.modules.copy()
    for name in names:
        module = ModuleType(name)
        module.__dict__.update(contents, __path__=[], __all__=list(contents))
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, module)
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
            if name in before:
                sys.modules[name] = before[name]


def _run(tests: list[str], names: list[str], namespace: dict[str, Any]) -> str | None:
    """Why a test fails, or None: all texts, then the test functions and classes of these names."""
    where = ""
    cases.prepare(tests)
    try:
        for number, test in enumerate(tests, 1):
            where = f"test {number} of {len(tests)}" if len(tests) > 1 else "the test"
            exec(compile(test, f"<test {number}>", "exec", dont_inherit=True), namespace)
        for where in names:
            cases.run(where, namespace)
    except Ended:
        raise
    except AssertionError as error:
        return f"{where} failed: {(str(error) or _line(error, tests))[:200]}"
    except BaseException as error:
        return f"{where}: {_text(error)}"
    return None


def _line(error: BaseException, tests: list[str]) -> str:
    """The line of the tests that raised."""
    line = ""
    step = error.__traceback__
    while step:
        for number, test in enumerate(tests, 1):
            if step.tb_frame.f_code.co_filename == f"<test {number}>":
                line = test.splitlines()[step.tb_lineno - 1].strip()
        step = step.tb_next
    return line


def _in_one_process(job: dict[str, Any], candidate: RemoteProgram) -> str | None:
    """Why the tests fail, or None: all of it runs there."""
    kept = {name: job[name] for name in ("readings", "cases", "modules")}
    reply = candidate.load(**kept, tests=[job["setup"], *job["tests"]])
    return None if "loaded" in reply else _not_loaded(reply)


def _stdio(job: dict[str, Any], candidate: RemoteProgram, stdin: int, stdout: int) -> str | None:
    """Why the output is not the expected one, or None; white space at line ends does not count."""
    os.write(stdin, job["stdin"].encode(errors="surrogatepass"))
    os.lseek(stdin, 0, os.SEEK_SET)
    try:
        reply = candidate.load(job["readings"], stdio=True)
    except Ended as error:
        reply = {"exit": True, "why": str(error)}  # os._exit is a way for a program to end
    if not (reply.get("loaded") or reply.get("exit")):
        return _not_loaded(reply)
    os.lseek(stdout, 0, os.SEEK_SET)
    with open(stdout, "rb", closefd=False) as file:
        written = file.read().decode(errors="replace")
    if _lines(written) == _lines(job["stdout"]):
        return None
    return f"it wrote {written[:80]!r}, not {job['stdout'][:80]!r}"


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


def _not_loaded(reply: dict[str, Any]) -> str:
    if "exit" in reply:
        return "the program exits"
    return f"the program raises {str(reply.get('raised'))[:80]}: {str(reply.get('text'))[:200]}"


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def serve(jobs: int, verdicts: int, ends: Iterable[tuple[int, int, int, int]]) -> None:
    """Take jobs until there are no more; say when each began, and how it ended.

    Args:
        jobs: whence the jobs come.
        verdicts: whither the verdicts go.
        ends: for each job the pipes to and from its candidate, and the two files.

    Raises:
        Unreadable: the sandbox's own pipe broke.
    """
    import random  # not above: the parent process imports it in a way of its own

    for ask, hear, stdin, stdout in ends:
        try:
            message = receive(jobs)
        except Unreadable as error:
            if error.ended:
                return
            raise
        os.write(verdicts, BEGUN)
        random.seed(0)  # every job finds it alike
        send(verdicts, decide(message, RemoteProgram(ask, hear), stdin, stdout))
        for descriptor in (ask, hear, stdin, stdout):
            os.close(descriptor)
