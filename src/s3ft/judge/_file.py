"""Judges a JSONL file: reads it as it goes, and writes all of the output or none."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..errors import InputError
from ..records import Verdict
from ._base import MALFORMED, options_text
from ._ledger import Ledger, canary_line
from ._registry import registry
from ._rows import Malformed, judge_rows


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

    def add(self, verdict: Verdict) -> None:
        """Count one verdict."""
        setattr(self, verdict.label, getattr(self, verdict.label) + 1)
        self.malformed += verdict.label == "unknown" and verdict.reason.startswith(MALFORMED)


def judge_file(
    judge: str,
    options: Mapping[str, Any],
    in_path: str | Path,
    out_path: str | Path,
    replies: str | Path | None = None,
) -> Counts:
    """Judge each row of a JSONL file (see `judge_rows`), in flat memory.

    The output is JSONL in the same order, one line for each line that is not blank: ``id`` (null
    where the row has none), ``label``, ``answer``, ``reason``, ``judge``. A line that is not JSON
    gets ``unknown`` too. An existing output is replaced, once all is judged.

    Args:
        in_path: ``-`` reads standard input.
        out_path: ``-`` writes to standard output, as it goes.
        replies: where a model's replies are kept (see `Ledger`), so that none is asked for twice.

    Raises:
        InputError: there is no such judge or input, the output cannot be written, or is the input.
    """
    ledger = Ledger(replies)
    decide = registry.make(judge, options, where="--judge", ledger=ledger)
    name = options_text(judge, dict(options))
    if same_file(in_path, out_path):
        remedy = "Name another file for the output."
        raise InputError(str(out_path), "the output is the input", remedy)
    counts = Counts()
    ids: deque[Any] = deque()

    def noted(rows: Iterator[Any]) -> Iterator[Any]:
        for row in rows:
            ids.append(row.get("id") if isinstance(row, dict) else None)
            yield row

    with reading(in_path) as lines, writing(out_path) as out:
        for verdict in judge_rows(noted(rows_of(lines)), decide):
            counts.add(verdict)
            fields = {"label": verdict.label, "answer": verdict.answer, "reason": verdict.reason}
            out.write(json_line({"id": ids.popleft(), **fields, "judge": name}))
    with ledger:
        counts.canaries = canary_line(ledger.recent_canaries)
    return counts


def rows_of(lines: IO[bytes]) -> Iterator[Any]:
    """The rows of JSON lines; blank ones are passed over, unreadable ones are `Malformed`."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError:
            yield Malformed(f"line {number} is not UTF-8")
        except (ValueError, RecursionError):
            yield Malformed(f"line {number} is not JSON")


def json_line(row: Mapping[str, Any]) -> bytes:
    """A row as one line of UTF-8; text that UTF-8 cannot hold is escaped."""
    try:
        return json.dumps(row, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row).encode() + b"\n"


@contextlib.contextmanager
def reading(path: str | Path) -> Iterator[IO[bytes]]:
    """The file opened for reading; ``-`` is standard input.

    Raises:
        InputError: it cannot be opened.
    """
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; this error is of opening alone
    except OSError as error:
        remedy = "Name a JSONL file, or - for standard input."
        raise InputError(str(path), f"cannot be read: {error.strerror}", remedy) from None
    with file:
        yield file


@contextlib.contextmanager
def writing(path: str | Path) -> Iterator[IO[bytes]]:
    """A new file that takes its place when the block ends well, and leaves nothing when not.

    ``-`` is standard output; what is no regular file (``/dev/null``) is written to directly.

    Raises:
        InputError: it cannot be written.
    """
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path).resolve()
    direct = target.exists() and not target.is_file()
    temporary = target if direct else target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        file = open(temporary, "wb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise InputError(str(path), f"cannot be written: {error.strerror}") from None
    try:
        with file:
            yield file
        if not direct:
            os.replace(temporary, target)
    except BaseException:
        if not direct:
            temporary.unlink(missing_ok=True)
        raise


def same_file(a: str | Path, b: str | Path) -> bool:
    """Whether both name one file that exists; ``-`` names none."""
    if "-" in (str(a), str(b)) or not (Path(a).exists() and Path(b).exists()):
        return False
    return Path(a).samefile(b)
