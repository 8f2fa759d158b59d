"""Judges a JSONL file: reads it as it goes, and writes all of the output or none."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from ...atomic import atomic_file
from ...errors import InputError, RunError, disk_is_full
from ...records import Verdict, VerdictCode, content_hash
from .._base import closing, options_text
from .._cache import ReplyCache, canary_line
from .._registry import registry
from .._rows import judge_rows, own_id
from ._lines import reading, rows_of


@dataclass(slots=True)
class Counts:
    """How many rows got which label. The malformed ones are among the unknown.

    ``canaries`` says how known-wrong responses fared, where a judge had some.
    """

    correct: int = 0
    incorrect: int = 0
    unknown: int = 0
    malformed: int = 0
    canaries: str = ""

    @property
    def rows(self) -> int:
        """All rows."""
        return self.correct + self.incorrect + self.unknown

    def line(self) -> str:
        """All counts in one line, to be printed last."""
        labels = f"{self.correct:,} correct, {self.incorrect:,} incorrect, {self.unknown:,} unknown"
        return f"{self.rows:,} rows: {labels} ({self.malformed:,} malformed)"

    def to_dict(self) -> dict[str, Any]:
        """The counts, ``rows`` the sum, and ``canaries``, null where there were none."""
        return {"rows": self.rows, **asdict(self), "canaries": self.canaries or None}

    def add(self, verdict: Verdict) -> None:
        """Count one verdict."""
        setattr(self, verdict.label, getattr(self, verdict.label) + 1)
        self.malformed += verdict.code == VerdictCode.MALFORMED


def judge_file(
    judge: str,
    options: Mapping[str, Any],
    in_path: str | Path,
    out_path: str | Path,
    replies: str | Path | None = None,
) -> Counts:
    """Judge each row of a JSONL file (see `judge_rows`), in flat memory, or of one JSON list.

    The output is JSONL in the same order, one line for each line that is not blank: ``id`` (null
    where the row has none), ``label``, ``answer``, ``reason``, ``code`` (see `VerdictCode`),
    ``judge``. A line that is not JSON gets ``unknown`` too, with its id where that stands before
    the break. An existing output is replaced, once all is judged.

    Args:
        in_path: also compressed with gzip; ``-`` reads standard input.
        out_path: ``-`` writes to standard output, as it goes.
        replies: where a model's replies are kept (see `ReplyCache`): none is asked for twice.

    Raises:
        InputError: there is no such judge or input, the output cannot be written, or is the input.
        RunError: there was no room left for the output; what was judged is kept beside it.
    """
    cache = ReplyCache(replies)
    decide = registry.make(judge, options, where="--judge", cache=cache)
    name = options_text(judge, dict(options))
    if same_file(in_path, out_path):
        remedy = "Name another file for the output."
        raise InputError(str(out_path), "the output is the input", remedy)
    counts = Counts()
    ids: deque[Any] = deque()

    def noted(rows: Iterator[Any]) -> Iterator[Any]:
        for row in rows:
            ids.append(own_id(row))
            yield row

    with closing(decide), reading(in_path) as lines, writing(out_path) as out:
        for verdict in judge_rows(noted(rows_of(lines)), decide):
            counts.add(verdict)
            row = {
                "id": ids.popleft(),
                "label": verdict.label,
                "answer": verdict.answer,
                "reason": verdict.reason,
                "code": verdict.code,
                "judge": name,
            }
            out.write(json_line(row))
    with cache:
        counts.canaries = canary_line(cache.recent_canaries)
    return counts


def json_line(row: Mapping[str, Any]) -> bytes:
    """A row as one line of UTF-8; text that UTF-8 cannot hold is escaped."""
    try:
        return json.dumps(row, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row).encode() + b"\n"


@contextlib.contextmanager
def writing(path: str | Path) -> Iterator[IO[bytes]]:
    """A new file that takes its place when the block ends well, and leaves nothing when not.

    Where the disk is full, the lines that were written are kept beside it. ``-`` is standard
    output; what is no regular file (``/dev/null``) is written to directly.

    Raises:
        InputError: it cannot be written.
        RunError: there was no room left to write.
    """
    if str(path) == "-":
        with _full_disk_told("standard output"):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    target = Path(os.path.realpath(path))
    with _writable(path):
        replaced = not target.exists() or target.is_file()
    if not replaced:
        with _writable(path):
            file = open(target, "wb")  # noqa: SIM115 - closed below
        with _full_disk_told(str(path)), file:
            yield file
        return
    # Its name must not be too long where that of the target is not.
    temporary = target.with_name(f".s3ft-{os.getpid()}-{content_hash(target.name)[:8]}.tmp")
    kept = target.with_name(f"{target.name}.partial")
    try:
        rescue = partial(_keep, temporary, kept)
        with _full_disk_told(str(path), rescue), atomic_file(target, temporary):
            with _writable(path):
                file = open(temporary, "wb")  # noqa: SIM115 - closed below
            with file:
                yield file
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _writable(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = "Make its folder first." if isinstance(error, FileNotFoundError) else ""
        raise InputError(str(path), f"cannot be written: {error.strerror}", remedy) from None


@contextlib.contextmanager
def _full_disk_told(where: str, rescue: Callable[[], str] = str) -> Iterator[None]:
    """Turn a full disk into one message, with what could be rescued."""
    try:
        yield
    except Exception as error:
        if not disk_is_full(error):
            raise
        problem = f"{where}: no room is left on its disk, or in a quota ({error})"
        raise RunError(f"{problem}\n  Make room. {rescue()}".rstrip()) from error


def _keep(temporary: Path, kept: Path) -> str:
    """Keep the whole lines of what was written before the disk was full; what to say of it."""
    lines = size = 0
    with open(temporary, "rb") as written:
        for line in written:
            if line.endswith(b"\n"):
                lines, size = lines + 1, size + len(line)
    if not lines:
        return "Nothing was written."
    os.truncate(temporary, size)
    os.replace(temporary, kept)
    return f"The first {lines:,} lines are kept in {kept}; the rows after those are left to judge."


def same_file(a: str | Path, b: str | Path) -> bool:
    """Whether both name one file that exists; ``-`` names none."""
    if "-" in (str(a), str(b)) or not (os.path.exists(a) and os.path.exists(b)):
        return False
    return os.path.samefile(a, b)
