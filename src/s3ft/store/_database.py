"""The open file: its connection, its transactions, and the small named values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from ..errors import RunError
from ._records import Spent
from ._schema import VERSION, upgrade

NEWEST = 2**63 - 1
"""The highest number that a row can have."""


class Database:
    """An open run file, and what all groups of its queries build on.

    Args:
        read_only: write nothing, not even to bring a file of an earlier version up to date.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._until = NEWEST
        mode = "ro" if read_only else "rwc"
        try:
            self._db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None
            )
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version < VERSION and not read_only:
                with self._transaction():
                    upgrade(self._db)
        except sqlite3.DatabaseError as error:
            raise RunError(f"{path}: cannot be opened as a run's file: {error}") from error
        if version < VERSION and read_only:
            self.close()
            raise RunError(f"{path}: was written by an earlier version of s3ft")
        if version > VERSION:
            self.close()
            raise RunError(
                f"{path}: was written by a later version of s3ft (its tables are of version"
                f" {version}, this one knows {VERSION}). Upgrade s3ft, or begin another run."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def metadata(self, name: str) -> str | None:
        """A small named value, such as a model's fingerprint; None where it was never set."""
        row = self._db.execute("SELECT value FROM metadata WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def metadata_of(self, beginning: str) -> dict[str, str]:
        """All named values whose names begin so, by the rest of their names."""
        rows = self._db.execute(
            "SELECT substr(name, length(?1) + 1), value FROM metadata"
            " WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
            (beginning,),
        )
        return dict(rows)

    def set_metadata(self, name: str, value: str) -> None:
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO metadata VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One transaction, undone by any exception (KeyboardInterrupt too)."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # a full disk has ended it already, or cannot commit it
                self._db.execute("ROLLBACK")

    def _exists(self, query: str, *arguments: object) -> bool:
        return self._db.execute(query, arguments).fetchone() is not None

    def _word(self, alias: str) -> str:
        """SQL for the number of a person's last word on the candidate in a row of ``alias``.

        It is on the response that it was said of, and on no other that takes its place later.
        """
        return (
            f"(SELECT max(w.id) FROM overrulings w WHERE w.split = {alias}.split"
            f" AND w.position = {alias}.position AND w.source = {alias}.source"
            f" AND w.sample = {alias}.sample AND w.key = {alias}.key AND w.id <= {self._until})"
        )

    def _add_spent(self, spent: Spent) -> None:
        """Note a cost, in the transaction that adds what it was spent on."""
        self._db.execute("INSERT INTO spent VALUES (?, ?, ?, ?, ?)", spent)


def latest(alias: str) -> str:
    """SQL for the number of the last attempt at the candidate that a row of ``alias`` is about."""
    return (
        f"(SELECT max(attempt) FROM verdicts w WHERE w.split = {alias}.split"
        f" AND w.position = {alias}.position AND w.source = {alias}.source"
        f" AND w.sample = {alias}.sample)"
    )
