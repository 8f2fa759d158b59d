"""The process in which the trusted tests run, on stand-ins for the candidates' functions.

A stand-in sends its arguments to the candidate's process and returns what that replies: plain
values, so an object that equals everything, a forged exit code or a patched ``assert`` cannot
arrive here. Any failure, of whatever kind, is a failure of the tests: that they can be passed at
all is known from the gold's own run.
"""

from __future__ import annotations

import builtins
import contextlib
import os
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from .wire import Unreadable, decode, encode, receive, send

BEGUN = b"!"
"""Goes before the verdict, once there is a job: from then on the time counts."""


class Ended(Exception):
    """The candidate's process gave no answer, or none that can be read."""


class CandidateError(Exception):
    """The candidate raised something that the tests cannot expect."""


_BUILT_IN: dict[str, Callable[[str], Exception]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    # An iterator ends on these, so that a test over map(f, ...) would stop early and pass.
    and not issubclass(kind, StopIteration | StopAsyncIteration)
}


class Candidate:
    """The other process, as the tests see it."""

    def __init__(self, requests: int, replies: int) -> None:
        self._requests, self._replies = requests, replies
        self._number = count()
        self.ended: str | None = None  # why it can no longer be asked

    def load(self, programs: list[str], *, stdio: bool = False) -> dict[str, Any]:
        """Let it run the programs, one after another in one namespace, and say how they ended."""
        return self._exchange({"programs": programs, "stdio": stdio})

    def call(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """What the candidate's function returns, or raises."""
        number = next(self._number)
        sent = {"arguments": encode(list(arguments)), "keywords": encode(keywords)}
        reply = self._exchange({"call": name, "number": number, **sent})
        if reply.get("number") != number:
            raise self._end("it answered out of turn")
        if "value" in reply:
            try:
                return decode(reply["value"])
            except Unreadable as error:
                raise self._end(f"it replied with {error}") from None
        if "unsendable" in reply:
            raise CandidateError(f"{name} returned {str(reply['unsendable'])[:200]}")
        raise exception(reply)

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            send(self._requests, message)
            return receive(self._replies)
        except BrokenPipeError:
            raise self._end("it ended without an answer") from None
        except Unreadable as error:
            what = str(error) if error.ended else f"it replied with {error}"
            raise self._end(what) from None

    def _end(self, why: str) -> Ended:
        self.ended = self.ended or why
        return Ended(why)


def exception(reply: dict[str, Any]) -> Exception:
    """The candidate's exception as the built-in one of its name, which a test may expect."""
    name, text = str(reply.get("raised"))[:80], str(reply.get("text"))[:200]
    with contextlib.suppress(TypeError):  # some take more than a text
        if name in _BUILT_IN:
            return _BUILT_IN[name](text)
    return CandidateError(f"{name}: {text}")


class Function:
    """Stands for one function of the candidate."""

    def __init__(self, candidate: Candidate, name: str) -> None:
        self._candidate, self._name = candidate, name

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        return self._candidate.call(self._name, arguments, keywords)


def decide(job: dict[str, Any], candidate: Candidate, stdin: int, stdout: int) -> dict[str, Any]:
    """The verdict on one job: ``passed``, and the ``reason`` if not."""
    modes = {"apart": _apart, "together": _together}
    try:
        if job["mode"] == "stdio":
            reason = _stdio(job, candidate, stdin, stdout)
        else:
            reason = modes[job["mode"]](job, candidate)
    except BaseException as error:
        reason = _text(error)
    if candidate.ended and job["mode"] != "stdio":  # even if a test has caught it
        return {"passed": False, "reason": candidate.ended, "ended": True}
    return {"passed": reason is None, "reason": reason}


def _apart(job: dict[str, Any], candidate: Candidate) -> str | None:
    """Why the tests fail, or None: they run here, the program there."""
    reply = candidate.load([job["program"]])
    if "loaded" not in reply:
        return _not_loaded(reply)
    namespace: dict[str, Any] = {"__name__": "tests"}
    exec(job["helpers"], namespace)
    for name in job["names"]:
        namespace[name] = Function(candidate, name)
    exec(job["setup"], namespace)
    return _run(job["tests"], namespace)


def _run(tests: list[str], namespace: dict[str, Any]) -> str | None:
    for number, test in enumerate(tests, 1):
        where = f"test {number} of {len(tests)}" if len(tests) > 1 else "the test"
        try:
            exec(compile(test, "<test>", "exec", dont_inherit=True), namespace)
        except Ended:
            raise
        except AssertionError as error:
            line = str(error) or test
            return f"{where} failed: {line[:200]}"
        except BaseException as error:
            return f"{where}: {_text(error)}"
    return None


def _together(job: dict[str, Any], candidate: Candidate) -> str | None:
    """Why the tests fail, or None: all of it runs there."""
    reply = candidate.load([job["program"], job["setup"], *job["tests"]])
    return None if "loaded" in reply else _not_loaded(reply)


def _stdio(job: dict[str, Any], candidate: Candidate, stdin: int, stdout: int) -> str | None:
    """Why the output is not the expected one, or None; white space at line ends does not count."""
    os.write(stdin, job["stdin"].encode(errors="surrogatepass"))
    os.lseek(stdin, 0, os.SEEK_SET)
    try:
        reply = candidate.load([job["program"]], stdio=True)
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
        send(verdicts, decide(message, Candidate(ask, hear), stdin, stdout))
        for descriptor in (ask, hear, stdin, stdout):
            os.close(descriptor)
