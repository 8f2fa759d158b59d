"""How long work shows itself: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

console = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where progress and notes go; results go to standard output."""

LINE_EVERY = 15.0
"""Seconds between lines where there is no terminal."""


class Tick(Protocol):
    """Reports progress: rows just done, tokens made for them, and a note to show."""

    def __call__(self, rows: int = 1, tokens: int = 0, note: str = "") -> None: ...


@contextmanager
def progress(title: str, total: int) -> Iterator[Tick]:
    """Show how ``total`` rows get done, with tokens per second and the time left.

    Nothing is shown before the first row is done, so that work which is done already is silent.
    """
    with _bar(title, total) if console.is_terminal else _lines(title, total) as tick:
        yield tick


@contextmanager
def _bar(title: str, total: int) -> Iterator[Tick]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    start, tokens_done = time.monotonic(), 0
    bar = Progress(*columns, console=console)
    task = bar.add_task(title, total=total, rate="", note="")

    def tick(rows: int = 1, tokens: int = 0, note: str = "") -> None:
        nonlocal tokens_done
        tokens_done += tokens
        rate = _rate(tokens_done, time.monotonic() - start)
        bar.update(task, advance=rows, rate=rate, note=note)
        if rows:
            bar.start()

    try:
        yield tick
    finally:
        bar.stop()


@contextmanager
def _lines(title: str, total: int) -> Iterator[Tick]:
    start = last = time.monotonic()
    done = tokens_done = 0

    def show(now: float, note: str) -> None:
        spent = now - start
        parts = [f"{title}: {done:,}/{total:,}", _rate(tokens_done, spent), f"{spent:.0f} s", note]
        if 0 < done < total:
            left = timedelta(seconds=round(spent / done * (total - done)))
            parts.insert(3, f"{left} left")
        console.print(", ".join(part for part in parts if part))

    def tick(rows: int = 1, tokens: int = 0, note: str = "") -> None:
        nonlocal done, tokens_done, last
        done, tokens_done = done + rows, tokens_done + tokens
        now = time.monotonic()
        if rows and (done >= total or now - last >= LINE_EVERY):
            last = now
            show(now, note)

    yield tick


def _rate(tokens: int, seconds: float) -> str:
    return f"{tokens / seconds:,.0f} tokens/s" if tokens and seconds else ""
