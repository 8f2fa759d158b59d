"""One helper process, seen from outside: jobs in, outcomes out, one at a time."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from ....jsonl_process import JSONLProcess, ProcessEnded

Level = Literal["L0", "L1", "L2", "L3"]
LEVELS: tuple[Level, ...] = ("L0", "L1", "L2", "L3")

START_LIMIT = 60.0
"""Seconds until a started helper must be ready."""

TIMEOUT_FACTOR, TIMEOUT_EXTRA = 10.0, 30.0
"""After so many times a program's limit, and so many seconds, the helper itself counts as lost."""

GRACE = 5.0
"""Seconds that the helper has to end by itself."""

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
        self._timeout = TIMEOUT_FACTOR * timeout + TIMEOUT_EXTRA
        self._process: JSONLProcess | None = None
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
        """End the helper process, if it runs; the next job starts another."""
        with self._lock:
            if self._process:
                self._process.close()

    def _ask(self, job: Job) -> dict[str, Any] | None:
        """The helper's reply, or None where it is lost; it is ended then."""
        process = self._running()
        readings = [job.program] if isinstance(job.program, str) else job.program
        try:
            reply: dict[str, Any] = process.ask(asdict(job) | {"readings": readings}, self._timeout)
        except (TimeoutError, ProcessEnded):
            process.close()
            return None
        return reply

    def _running(self) -> JSONLProcess:
        if self._process and self._process.usable:
            return self._process
        # -P and -s: neither the working folder nor the user's own packages are imported from.
        self._process = JSONLProcess(
            [sys.executable, "-P", "-s", "-c", _START, str(Path(__file__).parent), self._settings],
            grace=GRACE,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,  # an interrupt at the keyboard is for this process to handle
        )
        try:
            hello = self._process.receive(START_LIMIT)
        except (TimeoutError, ProcessEnded):
            hello = {"error": "the helper process does not start"}
        if "error" in hello:
            self._process.close()
            raise SandboxError(hello["error"])
        self._level = hello["level"]
        return self._process
