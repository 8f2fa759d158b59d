"""The process in which vLLM lives, seen from outside: how it starts, refuses, dies and ends.

vLLM starts processes in its turn, which the death of the first does not always end; so all of them
are one group, and end together.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping
from typing import IO, Any

from ..errors import InputError, RunError
from ..jsonl_process import JSONLProcess, ProcessEnded

GRACE = 10.0
"""Seconds that the group has to give back shared memory before it is killed."""

LAST_LINES = 3
"""Lines of the process's own log in the message about its death."""


class VLLMProcess:
    """One start of the worker.

    Args:
        settings: the first line that it reads.

    Raises:
        InputError: vLLM refuses what it is told.
        RunError: it could not start.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (read when the process has died)
        self._process = JSONLProcess(
            [sys.executable, "-m", "s3ft.generate._vllm_worker"],
            grace=GRACE,
            group=True,
            stderr=self._log,
        )
        self.pid = self._process.pid
        """The process, and the group of all that it started."""
        self.close = self._process.close
        """Ends the group; its memory is then free."""
        self.send([settings])
        [self.ready] = self.replies()
        """What it said once it could answer."""

    def send(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Write lines; that the process is dead, `replies` will tell."""
        with contextlib.suppress(ProcessEnded):
            for message in messages:
                self._process.send(message)

    def replies(self) -> list[dict[str, Any]]:
        """All that came since the last time, at least one.

        Raises:
            InputError: vLLM refuses what it is told.
            RunError: it died.
        """
        try:
            replies: list[dict[str, Any]] = self._process.receive_all()
        except ProcessEnded:
            reason = _cause_of_death(self._process.exit_code(), self._log)
            self.close()
            raise RunError(
                f"vLLM's process ended: {reason}\n"
                "  Called again, the same command goes on after what it stored. If memory is short:"
                " generate.vllm.gpu_memory_utilization, generate.vllm.max_model_len."
            ) from None
        if "refused" in replies[0]:
            self.close()
            raise InputError(*replies[0]["refused"])
        return replies


def _cause_of_death(exit_code: int, log: IO[bytes]) -> str:
    ending = signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"
    return f"{ending}: {_log_end(log)}"


def _log_end(log: IO[bytes]) -> str:
    """The end of a log of vLLM's: the lines that name errors, where there are any."""
    log.seek(max(0, log.seek(0, os.SEEK_END) - 2**16))
    lines = [_without_prefix(line) for line in log.read().decode(errors="replace").splitlines()]
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    shown = list(dict.fromkeys(line for line in errors or lines if line))
    return " | ".join(shown[-LAST_LINES:]) or "it said nothing"


def _without_prefix(line: str) -> str:
    """Without what a logger puts first: ``(EngineCore pid=7) ERROR 01-31 23:59:59 [core.py:1]``."""
    return re.sub(r"^(\(\S+ pid=\d+\) )?([A-Z]+ [\d-]+ [\d:]+ \[.*?\])?", "", line).strip()
