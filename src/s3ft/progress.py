"""How long work shows itself: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from rich.console import Console

console = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where progress and notes go; results go to standard output."""

LINE_INTERVAL = 15.0
"""Seconds between lines where there is no terminal."""


class Tick(Protocol):
    """Reports progress: rows just done, tokens made for them, and a note in place of the last.

    ``already_done`` are rows that turn out to have been done before, besides these.
    """

    def __call__(
        self, rows: int = 1, tokens: int = 0, note: str | None = None, already_done: int = 0
    ) -> None: ...


@contextmanager
def progress(title: str, total: int, done: int = 0, note: str = "") -> Iterator[Tick]:
    """Show how ``total`` rows get done, with tokens per second and the time left.

    Nothing is shown before a row is done, so that work which is done already is silent. Without a
    terminal it is a line at the end, and one every `LINE_INTERVAL` seconds until then.

    Args:
        done: rows that were done before; they say nothing of the time that the others take.
        note: last_note at the end of the line until a tick brings another.
    """
    show = _bar if console.is_terminal else _lines
    with show(title, total, done, note) as tick:
        yield tick


@contextmanager
def _bar(title: str, total: int, done: int, note: str) -> Iterator[Tick]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    start, tokens_done, last_note = time.monotonic(), 0, note
    bar = Progress(*columns, console=console)
    task = bar.add_task(title, total=total, completed=done, rate="", note=note)

    def tick(
        rows: int = 1, tokens: int = 0, note: str | None = None, already_done: int = 0
    ) -> None:
        nonlocal tokens_done, last_note
        tokens_done += tokens
        last_note = last_note if note is None else note
        rate = _rate(tokens_done, time.monotonic() - start)
        bar.tasks[0].completed += already_done  # an update would count it as done in no time
        bar.update(task, advance=rows, rate=rate, note=last_note)
        if rows or already_done:
            bar.start()

    try:
        yield tick
    finally:
        bar.stop()


@contextmanager
def _lines(title: str, total: int, done: int, note: str) -> Iterator[Tick]:
    start = began = last = time.monotonic()
    new, tokens_done, last_note = 0, 0, note

    def show(now: float) -> None:
        spent = now - start
        parts = [
            f"{title}: {done:,}/{total:,}",
            _rate(tokens_done, spent),
            f"{spent:.0f} s",
            last_note,
        ]
        if new and done < total:
            left = timedelta(seconds=round((now - began) / new * (total - done)))
            parts.insert(3, f"{left} left")
        console.print(", ".join(part for part in parts if part))

    def tick(
        rows: int = 1, tokens: int = 0, note: str | None = None, already_done: int = 0
    ) -> None:
        nonlocal done, new, began, tokens_done, last, last_note
        done, new, tokens_done = done + rows + already_done, new + rows, tokens_done + tokens
        last_note = last_note if note is None else note
        now = time.monotonic()
        began = began if new else now
        if (rows or already_done) and (done >= total or now - last >= LINE_INTERVAL):
            last = now
            show(now)

    yield tick


def _rate(tokens: int, seconds: float) -> str:
    return f"{tokens / seconds:,.0f} tokens/s" if tokens and seconds else ""
