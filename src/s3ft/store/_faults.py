"""What is wrong with nearly all answers or verdicts of a source: what the guard of a run asks."""

from __future__ import annotations

from ..records import VerdictCode
from ._database import Database, latest

_ENDED = (
    "SELECT c.position, c.sample, CASE WHEN r.finish_reason != 'stop' THEN r.finish_reason"
    " WHEN trim(r.text, ' ' || char(9, 10, 11, 12, 13)) = '' THEN 'empty' ELSE '' END AS ending"
    " FROM candidates c JOIN responses r USING (key)"
)
"""Candidates, by what is wrong with their responses before anyone judges them."""


class FaultQueries(Database):
    """What is asked of the faults that a source's answers have in common."""

    def endings(self, split: str, source: str) -> dict[str, int]:
        """The prompts that a source has answered, by how its answers to them ended.

        A prompt counts under a finish reason, or ``empty``, where that is so of all its samples;
        else under ``""``.
        """
        rows = self._db.execute(
            "SELECT ending, count(*) FROM (SELECT position, CASE WHEN min(ending) = max(ending)"
            f" THEN min(ending) ELSE '' END AS ending FROM ({_ENDED} WHERE c.split = ?"
            " AND c.source = ?) GROUP BY position) GROUP BY ending",
            (split, source),
        )
        return dict(rows)

    def undecided(self, split: str, source: str) -> tuple[int, int, int]:
        """Of the prompts with a judged answer that is whole: where all such are unknown, where no
        answer could be read out of any, and all."""
        row = self._db.execute(
            "SELECT coalesce(sum(undecided), 0), coalesce(sum(unread), 0), count(*) FROM"
            " (SELECT position, min(label = 'unknown') AS undecided,"
            f" min(code = '{VerdictCode.UNREADABLE}') AS unread FROM verdicts v"
            f" JOIN ({_ENDED} WHERE c.split = ?1 AND c.source = ?2) USING (position, sample)"
            f" WHERE split = ?1 AND source = ?2 AND ending = '' AND attempt = {latest('v')}"
            " GROUP BY position)",
            (split, source),
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def has_candidates(self, split: str, source: str | None = None, sample: int = 0) -> bool:
        """Whether there is a candidate with this number or a higher one, of anyone or of one."""
        return self._exists(
            "SELECT 1 FROM candidates WHERE split = ? AND source = ifnull(?, source)"
            " AND sample >= ? LIMIT 1",
            *(split, source, sample),
        )
