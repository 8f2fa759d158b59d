"""What is said where a command is told to stop, by Ctrl-C or by a signal."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

INTERRUPTED = 130
"""The exit code after Ctrl-C."""


@contextmanager
def stoppable(goes_on: str, *signals: int) -> Iterator[None]:
    """Say what holds where Ctrl-C, or one of the signals, stops the work inside."""

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(INTERRUPTED, goes_on) from None
    except SystemExit as done:
        raise Stopped(done.code, goes_on) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Stopped(SystemExit):
    """The process was told to stop; ``goes_on`` says what the user has then."""

    def __init__(self, code: Any, goes_on: str) -> None:
        super().__init__(code)
        self.goes_on = goes_on
