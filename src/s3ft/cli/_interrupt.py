"""What is said where a command is told to stop, by Ctrl-C or by a signal."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INTERRUPTED = 130
"""The exit code after Ctrl-C."""

RESUME_HINT = "The same command goes on from here."


@contextmanager
def interruptible(hint: str, *signals: int) -> Iterator[None]:
    """Say what holds where Ctrl-C, or one of the signals, stops the work inside.

    Args:
        hint: what the user has then.
        signals: numbers of those that stop it, besides Ctrl-C's.

    Raises:
        Interrupted: the work was stopped.
    """

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(INTERRUPTED, hint) from None
    except SystemExit as done:
        raise Interrupted(done.code, hint) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Interrupted(SystemExit):
    """The process was told to stop; ``hint`` says what the user has then."""

    def __init__(self, code: Any, hint: str) -> None:
        super().__init__(code)
        self.hint = hint


def with_replies(hint: str, replies: Path | None) -> str:
    """What a stopped judging leaves, with the replies that are paid for."""
    kept = "" if replies is None else f"What a model replied is kept in {replies}."
    return f"{hint} {kept}".strip()
