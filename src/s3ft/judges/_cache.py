"""What judges that ask a model write down: its replies, and how it fared on canaries.

A reply costs time or money. Each is stored as soon as it is there, under a hash of all that was
asked, so that a command that was stopped asks only for the others when it is called again.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType

from ..errors import InputError
from ..records import Label

REPLIES = "replies.sqlite"
"""The file in a run directory."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS canaries (
    key TEXT PRIMARY KEY, prompt TEXT NOT NULL, response TEXT NOT NULL, label TEXT NOT NULL
) WITHOUT ROWID;
"""


class ReplyCache:
    """Replies and canaries, in a SQLite file, or in memory while it lasts.

    The file is made when there is something to write.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._path = None if path is None else Path(path)
        self.recent: dict[str, Label] = {}
        """The canaries judged by this process, by key."""

    def __enter__(self) -> ReplyCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what is in memory is gone."""
        if "_db" in self.__dict__:
            self._db.close()
            del self._db

    def reply(self, key: str) -> str | None:
        """The reply to what was asked before; None where it was not."""
        if not self._exists:
            return None
        row = self._db.execute("SELECT text FROM replies WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def add_replies(self, replies: Mapping[str, str]) -> None:
        """Store replies, in one transaction."""
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO replies VALUES (?, ?)", replies.items())

    def add_canary(self, key: str, prompt: str, response: str, label: Label) -> None:
        """Store a known-wrong response, and what the judge made of it."""
        self.recent[key] = label
        row = (key, prompt, response, label)
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO canaries VALUES (?, ?, ?, ?)", row)

    @property
    def recent_canaries(self) -> dict[Label, int]:
        """How many that this process judged were judged to be what."""
        return dict(Counter(self.recent.values()))

    @property
    def canaries(self) -> dict[Label, int]:
        """How many known-wrong responses were judged to be what; empty where there were none."""
        if not self._exists:
            return {}
        return dict(self._db.execute("SELECT label, count(*) FROM canaries GROUP BY label"))

    @property
    def _exists(self) -> bool:
        return "_db" in self.__dict__ or (self._path is not None and self._path.exists())

    @cached_property
    def _db(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(":memory:" if self._path is None else self._path)
            db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise InputError(str(self._path), f"cannot hold replies: {error}") from None
        return db


def canary_line(counts: Mapping[Label, int]) -> str:
    """How canaries fared, in one line; empty where there were none."""
    total, accepted = sum(counts.values()), counts.get("correct", 0)
    if not total:
        return ""
    undecided = f", {counts['unknown']:,} undecided" if counts.get("unknown") else ""
    return (
        f"canaries: {accepted:,} of {total:,} known-wrong responses accepted"
        f" ({accepted / total:.1%}){undecided}"
    )
