"""Responses and verdicts: what is added, what is still to be judged, what is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..records import Response, Verdict
from . import _rows
from ._database import Database, latest
from ._records import Place, Samples, Spent


class AnswerQueries(Database):
    """What is asked of responses, the candidates they are, and their verdicts."""

    def has_response(self, key: str) -> bool:
        return self._exists("SELECT 1 FROM responses WHERE key = ?", key)

    def add_responses(
        self, responses: Iterable[Response], places: Iterable[tuple[Place, str]], spent: Spent
    ) -> None:
        """Add a batch: its responses, the places (with response keys) they belong to, its cost."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO responses VALUES (?, ?, ?, ?, ?, ?, ?)",
                map(_rows.response_row, responses),
            )
            self._db.executemany(
                "INSERT INTO candidates VALUES (?, ?, ?, ?, ?)",
                ((*place, key) for place, key in places),
            )
            self._add_spent(spent)

    def add_verdicts(
        self, verdicts: Iterable[tuple[Place, Verdict]], judge: str, spent: Spent
    ) -> None:
        """Add a batch of verdicts; a place judged before gets a further attempt."""
        with self._transaction():
            self._db.executemany(
                "INSERT INTO verdicts SELECT ?1, ?2, ?3, ?4, coalesce(max(attempt) + 1, 0),"
                " ?5, ?6, ?7, ?8, ?9 FROM verdicts"
                " WHERE split = ?1 AND position = ?2 AND source = ?3 AND sample = ?4",
                ((*place, judge, v.label, v.answer, v.reason, v.code) for place, v in verdicts),
            )
            self._add_spent(spent)

    def add_likelihoods(self, found: Iterable[tuple[Place, Sequence[float]]], spent: Spent) -> None:
        """Add how likely the base finds each token of candidates or golds (`GOLD`), in nats."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO likelihoods VALUES (?, ?, ?, ?)",
                (
                    (place.position, place.source, place.sample, _rows.logprobs_column(values))
                    for place, values in found
                ),
            )
            self._add_spent(spent)

    def attempts(self, split: str, source: str) -> dict[tuple[int, int], int]:
        """How often each (position, sample) whose latest verdict is unknown was judged."""
        rows = self._db.execute(
            "SELECT position, sample, count(*) FROM verdicts WHERE split = ? AND source = ?"
            " GROUP BY position, sample HAVING sum(label != 'unknown') = 0",
            (split, source),
        )
        return {(position, sample): count for position, sample, count in rows}

    def unjudged(self, split: str, source: str) -> int:
        """How many candidates of a source have no verdict."""
        row = self._db.execute(
            "SELECT count(*) FROM candidates c WHERE split = ? AND source = ? AND NOT EXISTS"
            " (SELECT 1 FROM verdicts v WHERE v.split = c.split AND v.position = c.position"
            " AND v.source = c.source AND v.sample = c.sample)",
            (split, source),
        ).fetchone()
        return int(row[0])

    def solved(self, split: str, source: str) -> set[int]:
        """The positions of the examples for which a source gave a correct answer."""
        rows = self._db.execute(
            "SELECT DISTINCT v.position FROM verdicts v"
            " JOIN candidates c USING (split, position, source, sample)"
            f" LEFT JOIN overrulings o ON o.id = {self._word('c')}"
            " WHERE v.split = ? AND v.source = ? AND ifnull(o.label, v.label) = 'correct'",
            (split, source),
        )
        return {position for (position,) in rows}

    def labels(self) -> dict[tuple[str, str], dict[str, int]]:
        """How the judge decided: label counts by split and source, of its latest verdicts."""
        rows = self._db.execute(
            f"SELECT split, source, label, count(*) FROM verdicts v WHERE attempt = {latest('v')}"
            " GROUP BY split, source, label ORDER BY split, source, label"
        )
        counts: dict[tuple[str, str], dict[str, int]] = {}
        for split, source, label, count in rows:
            counts.setdefault((split, source), {})[label] = count
        return counts

    def cut(self) -> dict[tuple[str, str], int]:
        """Answers that the model did not end itself, by split and source."""
        rows = self._db.execute(
            "SELECT split, source, count(*) FROM candidates JOIN responses USING (key)"
            " WHERE finish_reason != 'stop' GROUP BY split, source"
        )
        return {(split, source): count for split, source, count in rows}

    def samples(self, source: str) -> list[Samples]:
        """The samples of a source on the train split, by their number."""
        rows = self._db.execute(
            "WITH verified AS (SELECT v.position, min(v.sample) AS sample FROM verdicts v"
            " JOIN candidates c USING (split, position, source, sample)"
            f" LEFT JOIN overrulings o ON o.id = {self._word('c')}"
            " JOIN responses r ON r.key = c.key WHERE v.split = 'train' AND v.source = ?1"
            " AND ifnull(o.label, v.label) = 'correct' AND finish_reason = 'stop'"
            " GROUP BY v.position)"
            " SELECT count(*), count(verified.sample) FROM candidates c"
            " LEFT JOIN verified USING (position, sample)"
            " WHERE c.split = 'train' AND c.source = ?1 GROUP BY c.sample ORDER BY c.sample",
            (source,),
        )
        return [Samples(*row) for row in rows]

    def forget(self, split: str, metadata: Iterable[str]) -> None:
        """Begin a split anew: what follows from its responses is taken back, and some metadata are.

        The responses stay, by which whatever is asked again in the same way is found; but for the
        prompts that had no room, which a server may have by now.

        Args:
            metadata: how their names begin.
        """
        with self._transaction():
            for table in ("candidates", "verdicts"):
                self._db.execute(f"DELETE FROM {table} WHERE split = ?", (split,))
            if split == "train":
                self._db.execute("DELETE FROM likelihoods")
            if split == "test":
                self._db.execute("DELETE FROM scores WHERE task = 'target'")
            self._db.execute("DELETE FROM responses WHERE finish_reason = 'too_long'")
            self._db.executemany(
                "DELETE FROM metadata WHERE substr(name, 1, length(?1)) = ?1",
                ((beginning,) for beginning in metadata),
            )
