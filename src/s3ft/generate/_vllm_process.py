"""The process in which vLLM lives, seen from outside: lines in, lines out, and its end.

It is started clean, never forked: this process may hold torch. vLLM starts processes in its turn,
which the death of the first does not always end; so all of them are one group, and end together.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterable, Mapping
from typing import IO, Any

from ..errors import InputError, RunError

GRACE = 10.0
"""Seconds that the group has to give back shared memory before it is killed."""

LAST_WORDS = 3
"""Lines of the process's own log in the message about its death."""

Replies = queue.SimpleQueue[dict[str, Any] | None]


class Process:
    """One start of the worker.

    Args:
        settings: the first line that it reads.

    Raises:
        InputError: vLLM refuses what it is told.
        RunError: it could not start.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (read when the process has died)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "s3ft.generate._vllm_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        self.pid = self._process.pid
        """The process, and the group of all that it started."""
        self.end = weakref.finalize(self, _end, self._process, os.getpid())
        """Ends the group; its memory is then free."""
        self._replies: Replies = queue.SimpleQueue()
        reading = threading.Thread(target=_read, args=(self._process.stdout, self._replies))
        reading.daemon = True
        reading.start()
        self.send([settings])
        [self.ready] = self.replies()
        """What it said once it could answer."""

    def send(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Write lines; that the process is dead, `replies` will tell."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            for line in lines:
                self._process.stdin.write(json.dumps(line).encode() + b"\n")
            self._process.stdin.flush()

    def replies(self) -> list[dict[str, Any]]:
        """All that came since the last time, at least one.

        Raises:
            InputError: vLLM refuses what it is told.
            RunError: it died.
        """
        found = [
            self._replies.get(),
            *(self._replies.get_nowait() for _ in range(self._replies.qsize())),
        ]
        replies = [reply for reply in found if reply is not None]
        if not replies:
            said = self._last_words()
            self.end()
            raise RunError(
                f"vLLM's process ended: {said}\n"
                "  Called again, the same command goes on after what it stored. If memory is short:"
                " generate.vllm.gpu_memory_utilization, generate.vllm.max_model_len."
            )
        if None in found:
            self._replies.put(None)  # for the next time: what was finished comes first
        if "refused" in replies[0]:
            self.end()
            raise InputError(*replies[0]["refused"])
        return replies

    def _last_words(self) -> str:
        code = self._process.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"{how}: {last_words(self._log)}"


def last_words(log: IO[bytes]) -> str:
    """The end of a log of vLLM's: the lines that name errors, where there are any."""
    log.seek(max(0, log.seek(0, os.SEEK_END) - 2**16))
    lines = [_undressed(line) for line in log.read().decode(errors="replace").splitlines()]
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    said = list(dict.fromkeys(line for line in errors or lines if line))
    return " | ".join(said[-LAST_WORDS:]) or "it said nothing"


def _undressed(line: str) -> str:
    """Without what a logger puts first: ``(EngineCore pid=7) ERROR 01-31 23:59:59 [core.py:1]``."""
    return re.sub(r"^(\(\S+ pid=\d+\) )?([A-Z]+ [\d-]+ [\d:]+ \[.*?\])?", "", line).strip()


def _read(pipe: IO[bytes], replies: Replies) -> None:
    """Pass on whole lines, and None when there will be no more."""
    for line in pipe:
        if line.endswith(b"\n"):
            replies.put(json.loads(line))
    replies.put(None)


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """Ask the group to end, then kill it; a process forked from the owner leaves it alone."""
    if owner != os.getpid():
        return
    for way in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, way)
            deadline = time.monotonic() + GRACE
            while time.monotonic() < deadline:
                process.poll()
                os.killpg(process.pid, 0)  # raises once nobody is left
                time.sleep(0.02)
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
