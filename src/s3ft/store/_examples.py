"""The examples, and the candidates that were made for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from ..records import Candidate, Example
from . import _rows
from ._database import Database, latest
from ._records import GOLD, Entry

PAGE = 1000
"""Examples read at once."""

NOBODY = Example("", (), "")


class ExampleQueries(Database):
    """What is asked of examples and their candidates."""

    def add_examples(
        self,
        splits: Mapping[str, Iterable[Example]],
        metadata: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Add whole splits in one transaction: what their reading raises leaves nothing behind.

        Args:
            metadata: asked once the examples are read, and added with them.
        """
        with self._transaction():
            for split, examples in splits.items():
                self._insert(split, examples)
            found = {"data": "read", **metadata()}
            self._db.executemany("INSERT OR REPLACE INTO metadata VALUES (?, ?)", found.items())

    def replace_examples(
        self,
        split: str,
        examples: Iterable[Example],
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Put others in the place of a split that nothing hangs on, with what is to be known."""
        with self._transaction():
            self._db.execute("DELETE FROM examples WHERE split = ?", (split,))
            self._insert(split, examples)
            self._db.executemany("INSERT OR REPLACE INTO metadata VALUES (?, ?)", metadata.items())

    def _insert(self, split: str, examples: Iterable[Example]) -> None:
        self._db.executemany(
            "INSERT INTO examples VALUES (?, ?, ?, ?, ?, ?, ?)",
            (_rows.example_row(split, n, example) for n, example in enumerate(examples)),
        )

    def count(self, split: str) -> int:
        """How many examples a split has."""
        row = self._db.execute("SELECT count(*) FROM examples WHERE split = ?", (split,)).fetchone()
        return int(row[0])

    def has_reasoning(self) -> bool:
        """Whether anything to train on thinks: a prompt's turn, a gold, a response."""
        return self._exists(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM responses WHERE reasoning != '') OR EXISTS"
            " (SELECT 1 FROM examples WHERE split IN ('train', 'replay')"
            " AND (reasoning != '' OR prompt LIKE '%\"reasoning_content\"%'))"
        )

    def has_tools(self) -> bool:
        """Whether any prompt of the train split has functions to call, or calls of them."""
        return self._exists(
            "SELECT 1 FROM examples WHERE split = 'train' AND"
            " (prompt LIKE '%\"tools\":%' OR prompt LIKE '%\"tool_calls\":%'"
            ' OR prompt LIKE \'%"role":"tool"%\')'
        )

    def entries(
        self, split: str, sources: Sequence[str] = (), *, start: int = 0, stop: int | None = None
    ) -> Iterator[Entry]:
        """The examples of a split in order, with their candidates of the sources named.

        Each candidate carries its latest verdict, a person's where one overruled it. Candidates
        come in the order of ``sources``, then by sample. ``start`` and ``stop`` limit the
        positions.
        """
        end = self.count(split) if stop is None else stop
        for first in range(start, end, PAGE):
            page = (split, first, min(first + PAGE, end))
            examples = self._db.execute(
                "SELECT position, id, prompt, completion, meta, reasoning FROM examples"
                " WHERE split = ? AND position >= ? AND position < ? ORDER BY position",
                page,
            ).fetchall()
            candidates, golds = self._candidates(page, sources), self._golds(page)
            for position, *columns in examples:
                example = _rows.example(*columns)
                yield Entry(position, example, candidates.get(position, ()), golds.get(position))

    def verdicts(self, split: str, sources: Sequence[str]) -> Iterator[Entry]:
        """What `entries` yields, but for what examples and candidates say.

        It takes a fraction of the time, and no page is held open for long.
        """
        end = self.count(split)
        for first in range(0, end, PAGE):
            page = (split, first, min(first + PAGE, end))
            found, golds = self._candidates(page, sources, texts=False), self._golds(page)
            for position in range(*page[1:]):
                yield Entry(position, NOBODY, found.get(position, ()), golds.get(position))

    def _golds(self, page: tuple[str, int, int]) -> dict[int, tuple[float, ...] | None]:
        """The likelihoods of the golds of a page of examples, by position."""
        rows = self._db.execute(
            "SELECT position, logprobs FROM likelihoods WHERE source = ? AND ? = 'train'"
            " AND position >= ? AND position < ?",
            (GOLD, *page),
        )
        return {position: _rows.logprobs(column) for position, column in rows}

    def _candidates(
        self, page: tuple[str, int, int], sources: Sequence[str], *, texts: bool = True
    ) -> dict[int, tuple[Candidate, ...]]:
        """The candidates of a page of examples, by position."""
        said = ("r.text", "r.token_ids", "r.reasoning") if texts else ("''", "NULL", "''")
        text, ids, reasoning = said
        rank = {source: number for number, source in enumerate(sources)}
        marks = ", ".join("?" * len(sources))
        rows = self._db.execute(
            f"SELECT c.position, c.source, c.sample, r.key, {text}, {ids},"
            f" r.finish_reason, r.logprob, r.engine, {reasoning},"
            " v.label, v.answer, v.reason, v.code, o.label, o.who, o.note, l.logprobs"
            " FROM candidates c JOIN responses r ON r.key = c.key"
            " LEFT JOIN verdicts v ON v.split = c.split AND v.position = c.position"
            f" AND v.source = c.source AND v.sample = c.sample AND v.attempt = {latest('c')}"
            f" LEFT JOIN overrulings o ON o.id = {self._word('c')}"
            " LEFT JOIN likelihoods l ON c.split = 'train' AND l.position = c.position"
            " AND l.source = c.source AND l.sample = c.sample"
            " WHERE c.split = ? AND c.position >= ? AND c.position < ?"
            f" AND c.source IN ({marks}) ORDER BY c.position",
            (*page, *sources),
        ).fetchall()
        return {
            position: tuple(
                _rows.candidate(*columns)
                for _, *columns in sorted(group, key=lambda row: (rank[row[1]], row[2]))
            )
            for position, group in groupby(rows, key=lambda row: row[0])
        }
