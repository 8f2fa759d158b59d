"""A program in a process of its own that is spoken to in JSON lines, and can be ended.

Used for what may hang, die or fill the memory: math-verify, the sandbox, vLLM.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from typing import IO, Any


class ProcessEnded(Exception):
    """The process is dead, or has closed its end of a pipe."""


class JSONLProcess:
    """One start of a program that reads JSON lines and writes JSON lines.

    It is started clean, never forked: this process may hold torch. Its output is read while it is
    written to, so neither waits for ever for the other. When this process dies, its input ends.

    Args:
        command: the program and its arguments.
        grace: seconds in which it may end by itself, once its input has ended, before it is killed.
        group: it leads a process group, which is asked to end (SIGTERM) and killed as a whole.
        stderr: where its log goes; default: nowhere.
        options: further arguments of `subprocess.Popen`.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        grace: float = 0.0,
        group: bool = False,
        stderr: int | IO[bytes] = subprocess.DEVNULL,
        **options: Any,
    ) -> None:
        if group:
            options["start_new_session"] = True
        # Unbuffered: what is read and written is counted here, by deadlines.
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
            **options,
        )
        self._owner = os.getpid()
        self.pid = self._process.pid
        self.close = weakref.finalize(self, _end, self._process, self._owner, grace, group)
        """Ends it, once; does nothing in a forked child, whose parent may go on using it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._input, False)
        self._lines: deque[bytearray] = deque()
        self._part = bytearray()  # of the next line
        self._output_ended = False

    @property
    def usable(self) -> bool:
        """Whether it may be spoken to: it was not closed, nor started by this process's parent."""
        return self.close.alive and self._owner == os.getpid()

    def send(self, message: Mapping[str, Any], timeout: float | None = None) -> None:
        """Write one line.

        Args:
            timeout: seconds until the process has taken all of it; None: any number.

        Raises:
            TimeoutError: it did not.
            ProcessEnded: it reads no more.
        """
        deadline = _deadline(timeout)
        left = memoryview(json.dumps(message).encode() + b"\n")
        while left:
            try:
                left = left[os.write(self._input, left) :]
            except BrokenPipeError:
                raise ProcessEnded from None
            except BlockingIOError:
                self._wait(deadline, to_write=True)

    def receive(self, timeout: float | None = None) -> Any:
        """The next message.

        Args:
            timeout: seconds to wait for it; None: any number.

        Raises:
            TimeoutError: there was none in time.
            ProcessEnded: there will be none.
        """
        deadline = _deadline(timeout)
        while not self._lines:
            if self._output_ended:
                raise ProcessEnded
            self._wait(deadline)
        return json.loads(self._lines.popleft())

    def receive_all(self) -> list[Any]:
        """All messages that were read by now, at least one.

        Raises:
            ProcessEnded: there will be none.
        """
        messages = [self.receive()]
        messages += map(json.loads, self._lines)
        self._lines.clear()
        return messages

    def ask(self, message: Mapping[str, Any], timeout: float) -> Any:
        """Send a message and receive the next, both within the time limit in seconds.

        Raises:
            TimeoutError: it was not taken, or not answered, in time.
            ProcessEnded: the process died.
        """
        deadline = time.monotonic() + timeout
        self.send(message, timeout)
        return self.receive(max(0.0, deadline - time.monotonic()))

    def exit_code(self) -> int:
        """What it ended with, waited for; negative: the signal that killed it."""
        return self._process.wait()

    def _wait(self, deadline: float | None, *, to_write: bool = False) -> None:
        """Wait until there is something to read, and read it; or until more can be written."""
        poll = select.poll()
        if not self._output_ended:
            poll.register(self._output, select.POLLIN)
        if to_write:
            poll.register(self._input, select.POLLOUT)
        left = None if deadline is None else 1000 * max(0.0, deadline - time.monotonic())
        ready = dict(poll.poll(left))
        if not ready:
            raise TimeoutError
        if self._output in ready:
            read = os.read(self._output, 2**16)
            self._output_ended = not read
            self._part += read
            if b"\n" in read:
                *lines, self._part = self._part.split(b"\n")
                self._lines.extend(lines)


def _deadline(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout


def _end(process: subprocess.Popen[bytes], owner: int, grace: float, group: bool) -> None:
    """End and reap the process, unless it belongs to the process this one was forked from."""
    if owner != os.getpid():
        return
    if group:
        _end_group(process, grace)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _end_group(process: subprocess.Popen[bytes], grace: float) -> None:
    """Ask all in the group to end, then kill them; either has its time to take effect."""
    for way in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, way)
            deadline = time.monotonic() + grace
            while time.monotonic() < deadline:
                process.poll()
                os.killpg(process.pid, 0)  # raises once nobody is left
                time.sleep(0.02)
