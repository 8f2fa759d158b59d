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
        note: at the end of the line until a tick brings another.
    """
    show = _bar if console.is_terminal else _lines
    with show(title, _Work(total, done, note)) as tick:
        yield tick


class _Work:
    """What is done so far, and how long the rest takes at the pace of this process alone."""

    def __init__(self, total: int, done: int, note: str) -> None:
        self.total, self.done, self.note, self.tokens = total, done, note, 0
        self.left = ""  # the time, as of the last tick
        self._start = self._waited_until = time.monotonic()
        self._new = self._first = 0  # rows of this process, and those that it brought first
        self._first_at = 0.0

    def add(self, rows: int, tokens: int, note: str | None, already_done: int) -> None:
        """Take in a tick."""
        if not self._new and rows:
            self._first, self._first_at = rows, time.monotonic()
        elif not self._new:
            self._waited_until = time.monotonic()
        self._new += rows
        self.done += rows + already_done
        self.tokens += tokens
        self.note = self.note if note is None else note
        self.left = self._left()

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._start

    @property
    def rate(self) -> str:
        return f"{self.tokens / self.spent:,.0f} tokens/s" if self.tokens and self.spent else ""

    def _left(self) -> str:
        """Nothing before a row is done, and once all are.

        The pace is counted from the first rows on: these may have waited for a model to load.
        """
        if not self._new or self.done >= self.total:
            return ""
        since, rows = self._first_at, self._new - self._first
        if not rows:
            since, rows = self._waited_until, self._new
        seconds = (time.monotonic() - since) / rows * (self.total - self.done)
        return f"{timedelta(seconds=round(seconds))} left"


@contextmanager
def _bar(title: str, work: _Work) -> Iterator[Tick]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[work].rate}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[work].left}"),  # rich's own forgets rows that take half a minute
        TextColumn("{task.fields[work].note}"),
    )
    bar = Progress(*columns, console=console)
    task = bar.add_task(title, total=work.total, completed=work.done, work=work)

    def tick(
        rows: int = 1, tokens: int = 0, note: str | None = None, already_done: int = 0
    ) -> None:
        work.add(rows, tokens, note, already_done)
        bar.update(task, completed=work.done)
        if rows or already_done:
            bar.start()

    try:
        yield tick
    finally:
        bar.stop()


@contextmanager
def _lines(title: str, work: _Work) -> Iterator[Tick]:
    last = time.monotonic()

    def tick(
        rows: int = 1, tokens: int = 0, note: str | None = None, already_done: int = 0
    ) -> None:
        nonlocal last
        work.add(rows, tokens, note, already_done)
        now = time.monotonic()
        if (rows or already_done) and (work.done >= work.total or now - last >= LINE_INTERVAL):
            last = now
            parts = [f"{title}: {work.done:,}/{work.total:,}", work.rate, f"{work.spent:.0f} s"]
            console.print(", ".join(part for part in (*parts, work.left, work.note) if part))

    yield tick
