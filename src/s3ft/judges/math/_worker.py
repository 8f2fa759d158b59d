"""A helper process that can be killed: started when first needed, used again, restarted if lost."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

START_LIMIT = 120.0
"""Seconds until a started worker must be ready; importing is slow on a busy machine."""


class WorkerTimeout(Exception):
    """The worker did not answer within the time limit and was killed."""


class WorkerLost(Exception):
    """The worker died, or could not start."""


class Worker:
    """Runs a script that answers JSON lines, one request at a time, each within a time limit.

    The script is started clean (never forked: this process may hold torch) and says ``ready``
    once it can answer. It ends when this process does, because its input ends.
    """

    def __init__(self, script: Path) -> None:
        self._script = script
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0
        self._end: Callable[[], object] = lambda: None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The running process, or None."""
        return self._process.pid if self._process else None

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The answer to one request; a worker that dies over it is replaced, and asked once more.

        Raises:
            WorkerTimeout: no answer in ``timeout`` seconds.
            WorkerLost: two workers in a row died, or the worker reports a failure.
        """
        with self._lock:
            try:
                reply = self._ask(request, timeout)
            except WorkerLost:
                reply = self._ask(request, timeout)
        if "error" in reply:
            raise WorkerLost(reply["error"])
        return reply

    def close(self) -> None:
        """End the process, if one runs."""
        with self._lock:
            self._stop()

    def _ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        process = self._running()
        return self._exchange(process, json.dumps({**request, "timeout": timeout}), timeout)

    def _running(self) -> subprocess.Popen[str]:
        # A forked child must not speak into its parent's pipes.
        if self._process and self._owner == os.getpid():
            return self._process
        self._process = subprocess.Popen(
            [sys.executable, str(self._script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._owner = os.getpid()
        self._end = weakref.finalize(self, _end, self._process, self._owner)
        reply = self._exchange(self._process, None, START_LIMIT)
        if "error" in reply:
            self._stop()
            raise WorkerLost(reply["error"])
        return self._process

    def _exchange(
        self, process: subprocess.Popen[str], line: str | None, timeout: float
    ) -> dict[str, Any]:
        """Send a line and read one, with a timer that kills the process: nothing here can block."""
        expired = threading.Event()

        def kill() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(timeout, kill)
        timer.start()
        reply = ""
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            if line is not None:
                process.stdin.write(line + "\n")
                process.stdin.flush()
            reply = process.stdout.readline()
        except (BrokenPipeError, ConnectionError):
            pass
        finally:
            timer.cancel()
            if not reply.endswith("\n") or expired.is_set():
                self._stop()
        if expired.is_set():
            raise WorkerTimeout(f"no answer within {timeout:g} s")
        if not reply.endswith("\n"):
            raise WorkerLost("the worker process died")
        answer: dict[str, Any] = json.loads(reply)
        return answer

    def _stop(self) -> None:
        self._end()
        self._process = None


def _end(process: subprocess.Popen[str], owner: int) -> None:
    """Kill and reap the process, unless it belongs to the process this one was forked from."""
    if owner != os.getpid():
        return
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
