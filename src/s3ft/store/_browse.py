"""Pages of examples by what people look for, each found in little time however long the split is.

Windows of positions are looked through one after another until a page is full or the time is up.
So a page costs the same whether its filter finds much, little or nothing, and no index has to be
kept for it; a search that was not at its end goes on from where it was.
"""

from __future__ import annotations

import json
import time

from ..records import Label
from ._database import Database, latest
from ._records import Filter, Found, Place

WINDOW = 1000
"""Positions looked through at once."""

SECONDS = 0.1
"""After so long a page is given as it is."""


class BrowseQueries(Database):
    """What is asked by people who look through a run."""

    def size(self, split: str) -> int:
        """As `count`, without counting: one more than the last position."""
        row = self._db.execute(
            "SELECT ifnull(max(position) + 1, 0) FROM examples WHERE split = ?", (split,)
        ).fetchone()
        return int(row[0])

    def find(self, wanted: Filter, start: int, limit: int, *, backwards: bool = False) -> Found:
        """The next positions that a filter lets through, from ``start`` on, which is the first.

        Args:
            backwards: go from ``start`` down to 0; positions come in that order.
        """
        size, until = self.size(wanted.split), time.monotonic() + SECONDS
        conditions, arguments = _conditions(wanted, self._word("c"))
        order = "DESC" if backwards else "ASC"
        found: list[int] = []
        here = min(start, size - 1) if backwards else max(start, 0)
        while 0 <= here < size:
            low, high = (here - WINDOW + 1, here) if backwards else (here, here + WINDOW - 1)
            rows = self._db.execute(
                f"SELECT e.position FROM examples e WHERE e.split = :split"
                f" AND e.position BETWEEN {low} AND {high}{conditions}"
                f" ORDER BY e.position {order} LIMIT {limit - len(found)}",
                arguments,
            ).fetchall()
            found += [position for (position,) in rows]
            if len(found) == limit:
                return Found(found, found[-1])
            here = low - 1 if backwards else high + 1
            if time.monotonic() > until and 0 <= here < size:
                return Found(found, here + 1 if backwards else here - 1)
        return Found(found, None)

    def targets(self, position: int) -> dict[str, tuple[str | None, str]]:
        """By method the source of an example's target (None: dropped), and the reason."""
        rows = self._db.execute(
            "WITH RECURSIVE methods(name) AS (SELECT min(method) FROM targets UNION ALL"
            " SELECT (SELECT min(method) FROM targets WHERE method > name) FROM methods"
            " WHERE name IS NOT NULL)"  # one look-up a method, where DISTINCT reads all rows
            " SELECT method, source, reason FROM methods JOIN targets ON method = name"
            " WHERE position = ?",
            (position,),
        )
        return {method: (source, reason) for method, source, reason in rows}

    def attempts_at(
        self, split: str, position: int
    ) -> dict[Place, list[tuple[str, Label, str, str]]]:
        """All verdicts of judges on an example's candidates: judge, label, reason, code."""
        rows = self._db.execute(
            "SELECT split, position, source, sample, judge, label, reason, code FROM verdicts"
            " WHERE split = ? AND position = ? ORDER BY source, sample, attempt",
            (split, position),
        )
        found: dict[Place, list[tuple[str, Label, str, str]]] = {}
        for row in rows:
            found.setdefault(Place(*row[:4]), []).append(row[4:])
        return found


def _conditions(wanted: Filter, word: str) -> tuple[str, dict[str, str]]:
    """SQL that a row ``e`` of the examples must fulfil, and its arguments."""
    conditions, arguments = "", {"split": wanted.split}
    if wanted.method and wanted.target:
        conditions += (
            " AND EXISTS (SELECT 1 FROM targets t WHERE t.method = :method"
            " AND t.position = e.position AND ifnull(t.source, 'dropped') = :target)"
        )
        arguments |= {"method": wanted.method, "target": wanted.target}
    if wanted.label == "overruled":
        conditions += (
            " AND e.position IN (SELECT c.position FROM overrulings o"
            " CROSS JOIN candidates c USING (split, position, source, sample)"  # in this order
            f" WHERE c.split = :split AND o.id = {word} AND o.label IS NOT NULL"
            " AND (:source = '' OR c.source = :source))"
        )
        arguments |= {"source": wanted.source}
    elif wanted.label:
        conditions += (
            " AND EXISTS (SELECT 1 FROM candidates c"
            " JOIN verdicts v USING (split, position, source, sample)"
            f" LEFT JOIN overrulings o ON o.id = {word}"
            " WHERE c.split = e.split AND c.position = e.position"
            f" AND (:source = '' OR c.source = :source) AND v.attempt = {latest('v')}"
            " AND ifnull(o.label, v.label) = :label)"
        )
        arguments |= {"label": wanted.label, "source": wanted.source}
    if wanted.text:
        # In JSON a prompt has escapes, and names of its own: the first look is quick, not exact.
        conditions += (
            " AND (e.completion LIKE :text ESCAPE '\\'"
            " OR (e.prompt LIKE :json ESCAPE '\\' AND EXISTS (SELECT 1 FROM json_each(e.prompt) j"
            " WHERE j.value ->> '$.content' LIKE :text ESCAPE '\\'))"
            " OR EXISTS (SELECT 1 FROM candidates c JOIN responses r USING (key)"
            " WHERE c.split = e.split AND c.position = e.position"
            " AND r.text LIKE :text ESCAPE '\\'))"
        )
        escaped = json.dumps(wanted.text, ensure_ascii=False)[1:-1]
        arguments |= {"text": _containing(wanted.text), "json": _containing(escaped)}
    return conditions, arguments


def _containing(text: str) -> str:
    """A pattern of LIKE for what has this text in it."""
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"
