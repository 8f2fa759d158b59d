"""One helper process, seen from outside: jobs in, outcomes out, one at a time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Level = Literal["L0", "L1", "L2", "L3"]
LEVELS: tuple[Level, ...] = ("L0", "L1", "L2", "L3")

START_LIMIT = 60.0
"""Seconds until a started helper must be ready."""
PATIENCE, GRACE = 10.0, 30.0
"""After so many times a program's limit, and so many seconds, the helper itself counts as lost."""

_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # the order of a set is the same in every run
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    # Libraries that would start threads, which are forbidden.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_START = "import sys; sys.path.insert(0, sys.argv[1]); from inside.zygote import main; main()"


class SandboxError(Exception):
    """The sandbox cannot work here; the message says why."""


@dataclass(frozen=True, slots=True)
class Job:
    """A program and what it is tested with.

    ``apart``: the tests run in another process, where ``names`` stand for the program's functions,
    in their namespace and in the ``modules`` from which they import them; ``helpers`` is trusted
    code that the tests need. ``together``: setup and tests run in the program's own process, after
    it. ``stdio``: the program reads ``stdin`` and has to write ``stdout``.

    Args:
        program: the program, or several readings of a response: the first that is Python is meant.
        tests: programs in one namespace, each of which raises where the program is wrong.
        cases: the names of test functions and classes among them that are to be run then.
        changes: whether the tests, apart, see what the program does to the containers it is given.
    """

    program: str | tuple[str, ...]
    mode: Literal["apart", "together", "stdio"] = "apart"
    tests: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    setup: str = ""
    helpers: str = ""
    changes: bool = False
    stdin: str = ""
    stdout: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended. ``passed`` is None where the sandbox itself failed, not the program.

    ``calls`` counts those that reached the program, where the tests run apart.
    """

    passed: bool | None
    reason: str = ""
    calls: int = 0


class Sandbox:
    """Runs jobs in a helper process, which is started when first needed and replaced if lost.

    Args:
        level: the level of confinement, exactly; None takes the highest that works.
        timeout: seconds of processor time for one job.
        memory: bytes of address space for each process.
    """

    def __init__(self, *, level: Level | None, timeout: float, memory: int) -> None:
        self._settings = json.dumps({"level": level, "timeout": timeout, "memory": memory})
        self._patience = PATIENCE * timeout + GRACE
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._level: Level | None = None
        self._lock = threading.Lock()

    @property
    def level(self) -> Level:
        """The level that works here.

        Raises:
            SandboxError: none of those asked for does.
        """
        with self._lock:
            self._running()
        assert self._level is not None
        return self._level

    def run(self, job: Job) -> Outcome:
        """How the job ended; a helper that is lost over it is replaced, and asked once more.

        Raises:
            SandboxError: the helper cannot start.
        """
        with self._lock:
            reply = self._ask(job) or self._ask(job)
        if reply is None:
            return Outcome(None, "the sandbox's helper process was lost")
        if "passed" not in reply:
            return Outcome(None, reply.get("trouble", "the sandbox gave no verdict"))
        return Outcome(reply["passed"] is True, str(reply["reason"] or ""), reply.get("calls", 0))

    def close(self) -> None:
        """End the helper process."""
        with self._lock:
            self._stop()

    def _ask(self, job: Job) -> dict[str, Any] | None:
        process = self._running()
        assert process.stdin is not None
        readings = [job.program] if isinstance(job.program, str) else job.program
        try:
            process.stdin.write(json.dumps(asdict(job) | {"readings": readings}).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            self._stop()
            return None
        return self._line(process, self._patience)

    def _running(self) -> subprocess.Popen[bytes]:
        # A forked child must not speak into its parent's pipes.
        if self._process and self._owner == os.getpid():
            return self._process
        # -P and -s: neither the working folder nor the user's own packages are imported from.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-c", _START, str(Path(__file__).parent), self._settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,  # an interrupt at the keyboard is for this process to handle
        )
        self._owner = os.getpid()
        self._end = weakref.finalize(self, _end, self._process, self._owner)
        hello = self._line(self._process, START_LIMIT)
        if hello is None or "error" in hello:
            self._stop()
            raise SandboxError(hello["error"] if hello else "the helper process does not start")
        self._level = hello["level"]
        return self._process

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any] | None:
        """The next line of the helper, or None if it is lost; it is stopped then."""
        assert process.stdout is not None
        descriptor = process.stdout.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        last = time.monotonic() + seconds
        line = b""
        while not line.endswith(b"\n"):
            ready = poll.poll(1000 * max(0.0, last - time.monotonic()))
            part = os.read(descriptor, 2**16) if ready else b""
            if not part:
                self._stop()
                return None
            line += part
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _stop(self) -> None:
        if self._process:
            self._end()
            self._process = None


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """End and reap the process, unless it belongs to the process this one was forked from."""
    if owner != os.getpid():
        return
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()  # it ends when its input does
    try:
        process.wait(5.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
