"""What people say: verdicts overruled, labels of a blind audit, choices between answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from ..records import Label
from ._database import Database, latest
from ._records import Choice, Overruling, Place

OVERRULINGS = "overrulings"
"""The metadata that hold up to which number people's words are in a run's mixtures."""

_PLACE = "split = ? AND position = ? AND source = ? AND sample = ?"


class ChangedMeanwhile(Exception):
    """Someone else's word on the same candidate came first: it has not been seen yet."""


class PeopleQueries(Database):
    """What is asked of what people say."""

    def see_overrulings(self, until: int) -> None:
        """From here on see people's words up to this number alone, whatever is added meanwhile."""
        self._until = until

    def newest_overruling(self) -> int:
        """The number of the last word of a person; 0 where there is none."""
        return int(self._db.execute("SELECT ifnull(max(id), 0) FROM overrulings").fetchone()[0])

    def take_overrulings(self, until: int) -> None:
        """Go by people's words up to this number, and walk all ladders anew."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO metadata VALUES (?, ?)", (OVERRULINGS, str(until))
            )
            self._db.execute("DELETE FROM metadata WHERE name LIKE 'walked: %'")
        self.see_overrulings(until)

    def overrule(
        self, place: Place, label: Label | None, who: str, note: str = "", *, seen: int
    ) -> None:
        """Put a person's word on a candidate in the place of the judge's.

        Args:
            label: None takes earlier words back.
            seen: the number of the last word on it that the person saw; 0: of none.

        Raises:
            ChangedMeanwhile: there is a later one.
            ValueError: the split is not the one that is trained on, or there is no verdict.
        """
        if place.split != "train":
            raise ValueError("only verdicts on the train split are overruled")
        with self._transaction():
            known = self._db.execute(
                "SELECT key FROM candidates JOIN verdicts USING (split, position, source, sample)"
                f" WHERE {_PLACE}",
                place,
            ).fetchone()
            if known is None:
                raise ValueError("there is no verdict to overrule")
            last = self._db.execute(
                f"SELECT ifnull(max(id), 0) FROM overrulings WHERE {_PLACE}", place
            ).fetchone()
            if last[0] != seen:
                raise ChangedMeanwhile
            self._db.execute(
                "INSERT INTO overrulings VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*place, known[0], label, who, _now(), note),
            )

    def overrulings(self, split: str, position: int) -> list[Overruling]:
        """All words of people on an example's candidates, the first first."""
        rows = self._db.execute(
            "SELECT * FROM overrulings WHERE split = ? AND position = ? ORDER BY id",
            (split, position),
        ).fetchall()
        return [Overruling(number, Place(*row[:4]), *row[4:]) for number, *row in rows]

    def overruled(self) -> dict[str, int]:
        """By source how many verdicts are a person's, of those that are seen."""
        rows = self._db.execute(
            "SELECT o.source, count(*) FROM overrulings o JOIN candidates c"
            " USING (split, position, source, sample)"
            f" WHERE o.id = {self._word('c')} AND o.label IS NOT NULL"
            " GROUP BY o.source ORDER BY o.source"
        )
        return dict(rows)

    def overruled_since(self, number: int) -> int:
        """On how many candidates people said something after this number."""
        row = self._db.execute(
            "SELECT count(*) FROM (SELECT DISTINCT split, position, source, sample"
            " FROM overrulings WHERE id > ?)",
            (number,),
        ).fetchone()
        return int(row[0])

    def judged(self) -> list[tuple[Place, Label]]:
        """Every candidate with a verdict, and the judge's last label, in the order of places."""
        rows = self._db.execute(
            # The label is of the row that has the maximum.
            "SELECT split, position, source, sample, label, max(attempt) FROM verdicts"
            " GROUP BY split, position, source, sample ORDER BY split, position, source, sample"
        )
        return [(Place(*place), label) for *place, label, _ in rows]

    def add_to_audit(self, places: Iterable[Place]) -> None:
        """Put candidates at the end of the queue."""
        with self._transaction():
            self._db.executemany(
                "INSERT INTO audit SELECT NULL, split, position, source, sample, key"
                f" FROM candidates WHERE {_PLACE}",
                places,
            )

    def audited(self) -> dict[int, tuple[Place, Label]]:
        """The queue by its numbers, with the judge's latest labels, of what is still there."""
        rows = self._db.execute(
            "SELECT a.id, a.split, a.position, a.source, a.sample, v.label FROM audit a"
            " JOIN candidates c USING (split, position, source, sample, key)"
            " JOIN verdicts v USING (split, position, source, sample)"
            f" WHERE v.attempt = {latest('a')} ORDER BY a.id"
        ).fetchall()
        return {number: (Place(*row[:4]), row[4]) for number, *row in rows}

    def add_label(self, item: int, label: Label, who: str) -> None:
        """A person's label on an item of the queue."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO labels VALUES (NULL, ?, ?, ?, ?)", (item, label, who, _now())
            )

    def person_labels(self) -> dict[int, dict[str, Label]]:
        """By item each person's last label."""
        labels: dict[int, dict[str, Label]] = {}
        for item, label, who in self._db.execute("SELECT item, label, who FROM labels ORDER BY id"):
            labels.setdefault(item, {})[who] = label
        return labels

    def add_choice(
        self, position: int, left: tuple[str, str], right: tuple[str, str], choice: str, who: str
    ) -> None:
        """A person's choice between two answers to a test prompt.

        Args:
            left, right: each the model and the key of its response.
        """
        with self._transaction():
            self._db.execute(
                "INSERT INTO choices VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
                (position, *left, *right, choice, who, _now()),
            )

    def choices(self, one: str, other: str) -> list[Choice]:
        """The choices between two models, on whichever side they stood, the first first."""
        rows = self._db.execute(
            "SELECT position, on_left, on_right, choice, who FROM choices"
            " WHERE (on_left = ?1 AND on_right = ?2) OR (on_left = ?2 AND on_right = ?1)"
            " ORDER BY id",
            (one, other),
        ).fetchall()
        return [Choice(*row) for row in rows]

    def pairs(self, one: str, other: str) -> tuple[int, int]:
        """The test prompts that two models answered, and those of which both said the same."""
        row = self._db.execute(
            "SELECT count(*), ifnull(sum(x.text = y.text), 0) FROM candidates a"
            " JOIN candidates b USING (split, position, sample)"
            " JOIN responses x ON x.key = a.key JOIN responses y ON y.key = b.key"
            " WHERE split = 'test' AND sample = 0 AND a.source = ? AND b.source = ?",
            (one, other),
        ).fetchone()
        return int(row[0]), int(row[1])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
