"""A script that may hang or die: started when first needed, used again, replaced if lost."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

from ...jsonl_process import JSONLProcess, ProcessEnded

START_LIMIT = 120.0
"""Seconds until a started worker must be ready; importing is slow on a busy machine."""


class WorkerTimeout(Exception):
    """The worker did not answer within the time limit and was killed."""


class WorkerLost(Exception):
    """The worker died, or could not start."""


class Worker:
    """Runs a script that answers JSON lines, one request at a time, each within a time limit.

    The script says ``ready`` once it can answer, and ends when its input does.
    """

    def __init__(self, script: Path) -> None:
        self._script = script
        self._process: JSONLProcess | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The running process, or None."""
        return self._process.pid if self._process and self._process.usable else None

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The answer to one request; a worker that dies over it is replaced, and asked once more.

        Raises:
            WorkerTimeout: no answer in ``timeout`` seconds.
            WorkerLost: two workers in a row died, or the worker reports a failure.
        """
        request = {**request, "timeout": timeout}
        with self._lock:
            try:
                reply = self._exchange(self._running(), request, timeout)
            except WorkerLost:
                reply = self._exchange(self._running(), request, timeout)
        if "error" in reply:
            raise WorkerLost(reply["error"])
        return reply

    def close(self) -> None:
        """End the process, if it runs; the next request starts another."""
        with self._lock:
            if self._process:
                self._process.close()

    def _running(self) -> JSONLProcess:
        if self._process and self._process.usable:
            return self._process
        self._process = JSONLProcess([sys.executable, str(self._script)])
        reply = self._exchange(self._process, None, START_LIMIT)
        if "error" in reply:
            self._process.close()
            raise WorkerLost(reply["error"])
        return self._process

    def _exchange(
        self, process: JSONLProcess, request: dict[str, Any] | None, timeout: float
    ) -> dict[str, Any]:
        """Send a request, if there is one, and receive; a process that fails to answer is ended."""
        try:
            reply: dict[str, Any] = (
                process.receive(timeout) if request is None else process.ask(request, timeout)
            )
        except TimeoutError:
            process.close()
            raise WorkerTimeout(f"no answer within {timeout:g} s") from None
        except ProcessEnded:
            process.close()
            raise WorkerLost("the worker process died") from None
        return reply
