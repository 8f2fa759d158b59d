"""The SQLite file of a run: everything that was asked, answered, decided and measured.

A candidate is one sample of one source for one example: ``source`` names who answered (``self`` and
``paraphrase`` on the train split, a model such as ``s3ft-seed0`` on the test split). Responses are
identified by content (`s3ft.records.response_key`), so that equal requests share one. Rows are
added and never changed, but for ``metadata``, and ``targets``, which a selection writes anew. Every
call that adds is one transaction, so a process killed at any moment loses what was in flight and
nothing else.

The rollback journal is SQLite's default: unlike write-ahead logging it works on network file
systems. Reads go page by page, so that memory stays flat and no cursor is open across a write.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ..errors import RunError
from ..records import Candidate, Example, Response, Verdict, VerdictCode

SCHEMA = """
CREATE TABLE IF NOT EXISTS metadata (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS examples (
    split TEXT, position INTEGER, id TEXT NOT NULL,
    prompt TEXT NOT NULL, completion TEXT NOT NULL, meta TEXT NOT NULL,
    reasoning TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (split, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS responses (
    key TEXT PRIMARY KEY, text TEXT NOT NULL, token_ids TEXT, finish_reason TEXT NOT NULL,
    logprob REAL, engine TEXT NOT NULL, reasoning TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS candidates (
    split TEXT, position INTEGER, source TEXT, sample INTEGER, key TEXT NOT NULL,
    PRIMARY KEY (split, position, source, sample)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS verdicts (
    split TEXT, position INTEGER, source TEXT, sample INTEGER, attempt INTEGER,
    judge TEXT NOT NULL, label TEXT NOT NULL, answer TEXT, reason TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (split, position, source, sample, attempt)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS targets (
    method TEXT, position INTEGER, example_id TEXT NOT NULL, source TEXT, reason TEXT NOT NULL,
    PRIMARY KEY (method, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scores (
    model TEXT, task TEXT, metric TEXT, item TEXT, value REAL NOT NULL,
    PRIMARY KEY (model, task, metric, item)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (
    stage TEXT NOT NULL, source TEXT NOT NULL, rows INTEGER NOT NULL, tokens INTEGER NOT NULL,
    seconds REAL NOT NULL);
"""

_ENDED = (
    "SELECT c.position, c.sample, CASE WHEN r.finish_reason != 'stop' THEN r.finish_reason"
    " WHEN trim(r.text, ' ' || char(9, 10, 11, 12, 13)) = '' THEN 'empty' ELSE '' END AS ending"
    " FROM candidates c JOIN responses r USING (key)"
)
"""Candidates, by what is wrong with their responses before anyone judges them."""

PAGE = 1000
"""Examples read at once."""


class Place(NamedTuple):
    """Where a response belongs: one sample of one source for one example."""

    split: str
    position: int
    source: str
    sample: int


class Entry(NamedTuple):
    """An example with the candidates that were made for it."""

    position: int
    example: Example
    candidates: tuple[Candidate, ...]

    def lacking(self, source: str, samples: int) -> list[int]:
        """The numbers of the first ``samples`` samples of a source that are not there."""
        there = {candidate.sample for candidate in self.candidates if candidate.source == source}
        return [sample for sample in range(samples) if sample not in there]


class Score(NamedTuple):
    """One item's result in one task, for one model."""

    model: str
    task: str
    metric: str
    item: str
    value: float


class Samples(NamedTuple):
    """The samples of one number: how many, and how many of these were their prompt's first verified
    one."""

    there: int
    first_verified: int


class Spent(NamedTuple):
    """What a stage used: rows, tokens (prompt tokens not counted) and seconds."""

    stage: str
    source: str
    rows: int
    tokens: int
    seconds: float


class Store:
    """One open run file. Use as a context manager, or close it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._rename()
            self._db.executescript(SCHEMA)
            self._add_columns()
        except sqlite3.DatabaseError as error:
            raise RunError(f"{path}: cannot be opened as a run's file: {error}") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def _rename(self) -> None:
        """What a run of an earlier version calls otherwise."""
        tables = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master")}
        if "facts" in tables:
            with _Transaction(self._db):
                self._db.execute("ALTER TABLE facts RENAME TO metadata")
                for table in ("candidates", "verdicts", "spent"):
                    self._db.execute(f"ALTER TABLE {table} RENAME COLUMN asked TO source")

    def _add_columns(self) -> None:
        """What a run of an earlier version has not."""
        added = (("examples", "reasoning"), ("responses", "reasoning"), ("verdicts", "code"))
        for table, column in added:
            columns = self._db.execute("SELECT name FROM pragma_table_info(?)", (table,))
            if (column,) not in columns.fetchall():
                self._db.execute(
                    f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"
                )

    # metadata: small named values, such as a model's fingerprint

    def metadata(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM metadata WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_metadata(self, name: str, value: str) -> None:
        with _Transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO metadata VALUES (?, ?)", (name, value))

    # examples

    def add_examples(
        self,
        splits: Mapping[str, Iterable[Example]],
        metadata: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Add whole splits in one transaction: what their reading raises leaves nothing behind.

        Args:
            metadata: asked once the examples are read, and added with them.
        """
        with _Transaction(self._db):
            for split, examples in splits.items():
                self._db.executemany(
                    "INSERT INTO examples VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        (
                            split,
                            n,
                            e.id,
                            _dump(e.prompt),
                            e.completion,
                            _dump(dict(e.meta)),
                            e.reasoning,
                        )
                        for n, e in enumerate(examples)
                    ),
                )
            found = {"data": "read", **metadata()}
            self._db.executemany("INSERT OR REPLACE INTO metadata VALUES (?, ?)", found.items())

    def count(self, split: str) -> int:
        row = self._db.execute("SELECT count(*) FROM examples WHERE split = ?", (split,)).fetchone()
        return int(row[0])

    def entries(
        self, split: str, source: Sequence[str] = (), *, start: int = 0, stop: int | None = None
    ) -> Iterator[Entry]:
        """The examples of a split in order, with their candidates of the sources named.

        Each candidate carries its latest verdict. Candidates come in the order of ``source``, then
        by sample. ``start`` and ``stop`` limit the positions.
        """
        order = {name: rank for rank, name in enumerate(source)}
        marks = ", ".join("?" * len(source))
        total = self.count(split) if stop is None else stop
        while start < total:
            window = (split, start, min(start + PAGE, total))
            examples = self._db.execute(
                "SELECT position, id, prompt, completion, meta, reasoning FROM examples"
                " WHERE split = ? AND position >= ? AND position < ? ORDER BY position",
                window,
            ).fetchall()
            rows = self._db.execute(
                "SELECT c.position, c.source, c.sample, r.key, r.text, r.token_ids,"
                " r.finish_reason, r.logprob, r.engine, r.reasoning,"
                " v.label, v.answer, v.reason, v.code"
                " FROM candidates c JOIN responses r ON r.key = c.key"
                " LEFT JOIN verdicts v ON v.split = c.split AND v.position = c.position"
                " AND v.source = c.source AND v.sample = c.sample AND v.attempt ="
                " (SELECT max(attempt) FROM verdicts w WHERE w.split = c.split"
                " AND w.position = c.position AND w.source = c.source AND w.sample = c.sample)"
                " WHERE c.split = ? AND c.position >= ? AND c.position < ?"
                f" AND c.source IN ({marks}) ORDER BY c.position",
                (*window, *source),
            ).fetchall()
            made = {at: list(group) for at, group in groupby(rows, key=lambda row: row[0])}
            for position, id_, prompt, completion, meta, reasoning in examples:
                turns = tuple(json.loads(prompt))
                example = Example(id_, turns, completion, json.loads(meta), reasoning)
                here = sorted(made.get(position, ()), key=lambda row: (order[row[1]], row[2]))
                found = tuple(_candidate(row) for row in here)
                yield Entry(position, example, found)
            start += PAGE

    def has_reasoning(self) -> bool:
        """Whether anything in the train split thinks: a prompt's turn, a gold, a response."""
        row = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM responses WHERE reasoning != '') OR EXISTS"
            " (SELECT 1 FROM examples WHERE split = 'train'"
            " AND (reasoning != '' OR prompt LIKE '%\"reasoning_content\"%'))"
        ).fetchone()
        return bool(row[0])

    # responses and verdicts

    def has_response(self, key: str) -> bool:
        return bool(self._db.execute("SELECT 1 FROM responses WHERE key = ?", (key,)).fetchone())

    def add_responses(
        self, responses: Iterable[Response], places: Iterable[tuple[Place, str]], spent: Spent
    ) -> None:
        """Add a batch: its responses, the places (with response keys) they belong to, its cost."""
        with _Transaction(self._db):
            self._db.executemany(
                "INSERT OR IGNORE INTO responses VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        r.key,
                        r.text,
                        None if r.token_ids is None else _dump(list(r.token_ids)),
                        r.finish_reason,
                        r.logprob,
                        r.engine,
                        r.reasoning,
                    )
                    for r in responses
                ),
            )
            self._db.executemany(
                "INSERT INTO candidates VALUES (?, ?, ?, ?, ?)",
                ((*place, key) for place, key in places),
            )
            self._db.execute("INSERT INTO spent VALUES (?, ?, ?, ?, ?)", spent)

    def add_verdicts(
        self, verdicts: Iterable[tuple[Place, Verdict]], judge: str, spent: Spent
    ) -> None:
        """Add a batch of verdicts; a place judged before gets a further attempt."""
        with _Transaction(self._db):
            self._db.executemany(
                "INSERT INTO verdicts SELECT ?1, ?2, ?3, ?4, coalesce(max(attempt) + 1, 0),"
                " ?5, ?6, ?7, ?8, ?9 FROM verdicts"
                " WHERE split = ?1 AND position = ?2 AND source = ?3 AND sample = ?4",
                ((*place, judge, v.label, v.answer, v.reason, v.code) for place, v in verdicts),
            )
            self._db.execute("INSERT INTO spent VALUES (?, ?, ?, ?, ?)", spent)

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
            "SELECT DISTINCT position FROM verdicts"
            " WHERE split = ? AND source = ? AND label = 'correct'",
            (split, source),
        )
        return {position for (position,) in rows}

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
            " WHERE split = ?1 AND source = ?2 AND ending = '' AND attempt ="
            " (SELECT max(attempt) FROM verdicts w WHERE w.split = v.split AND w.source = v.source"
            " AND w.position = v.position AND w.sample = v.sample) GROUP BY position)",
            (split, source),
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def has_candidates(self, split: str, source: str | None = None, sample: int = 0) -> bool:
        """Whether there is a candidate with this number or a higher one, of anyone or of one."""
        query = "SELECT 1 FROM candidates WHERE split = ? AND source = ifnull(?, source)"
        row = self._db.execute(f"{query} AND sample >= ? LIMIT 1", (split, source, sample))
        return bool(row.fetchone())

    def forget(self, split: str, metadata: Iterable[str]) -> None:
        """Begin a split anew: what follows from its responses is taken back, and some metadata are.

        The responses stay, by which whatever is asked again in the same way is found; but for the
        prompts that had no room, which a server may have by now.

        Args:
            metadata: how their names begin.
        """
        with _Transaction(self._db):
            for table in ("candidates", "verdicts"):
                self._db.execute(f"DELETE FROM {table} WHERE split = ?", (split,))
            if split == "test":
                self._db.execute("DELETE FROM scores WHERE task = 'target'")
            self._db.execute("DELETE FROM responses WHERE finish_reason = 'too_long'")
            self._db.executemany(
                "DELETE FROM metadata WHERE substr(name, 1, length(?1)) = ?1",
                ((f,) for f in metadata),
            )

    def samples(self, source: str) -> list[Samples]:
        """The samples of a source on the train split, by their number."""
        rows = self._db.execute(
            "WITH verified AS (SELECT v.position, min(v.sample) AS sample FROM verdicts v"
            " JOIN candidates USING (split, position, source, sample)"
            " JOIN responses USING (key) WHERE v.split = 'train' AND v.source = ?1"
            " AND v.label = 'correct' AND finish_reason = 'stop' GROUP BY v.position)"
            " SELECT count(*), count(verified.sample) FROM candidates c"
            " LEFT JOIN verified USING (position, sample)"
            " WHERE c.split = 'train' AND c.source = ?1 GROUP BY c.sample ORDER BY c.sample",
            (source,),
        )
        return [Samples(*row) for row in rows]

    # targets, scores, cost

    def replace_targets(
        self, method: str, rows: Iterable[tuple[int, str, str | None, str]]
    ) -> None:
        """Write a method's selection: position, example id, source (None: dropped), reason."""
        with _Transaction(self._db):
            self._db.execute("DELETE FROM targets WHERE method = ?", (method,))
            self._db.executemany(
                "INSERT INTO targets VALUES (?, ?, ?, ?, ?)", ((method, *row) for row in rows)
            )

    def composition(self, method: str) -> dict[str, int]:
        """Rows by source: ``{"self": 286, "gold": 1033}``; dropped prompts under ``dropped``."""
        rows = self._db.execute(
            "SELECT coalesce(source, 'dropped'), count(*) FROM targets WHERE method = ?"
            " GROUP BY source",
            (method,),
        )
        return dict(rows)

    def target_rows(self, method: str, source: str | None, limit: int) -> list[tuple[int, str]]:
        """The first rows of a method that come from one source (None: dropped).

        Each is a position in the train split and the reason.
        """
        rows = self._db.execute(
            "SELECT position, reason FROM targets WHERE method = ? AND source IS ?"
            " ORDER BY position LIMIT ?",
            (method, source, limit),
        )
        return [(position, reason) for position, reason in rows]

    def labels(self) -> dict[tuple[str, str], dict[str, int]]:
        """How the judge decided: label counts by split and who answered, the latest verdicts."""
        rows = self._db.execute(
            "SELECT split, source, label, count(*) FROM verdicts v WHERE attempt ="
            " (SELECT max(attempt) FROM verdicts w WHERE w.split = v.split"
            " AND w.position = v.position AND w.source = v.source AND w.sample = v.sample)"
            " GROUP BY split, source, label ORDER BY split, source, label"
        )
        counts: dict[tuple[str, str], dict[str, int]] = {}
        for split, source, label, count in rows:
            counts.setdefault((split, source), {})[label] = count
        return counts

    def add_scores(self, scores: Iterable[Score], spent: Spent) -> None:
        """Add the items' results of one model, all at once."""
        with _Transaction(self._db):
            self._db.executemany("INSERT INTO scores VALUES (?, ?, ?, ?, ?)", scores)
            self._db.execute("INSERT INTO spent VALUES (?, ?, ?, ?, ?)", spent)

    def scores(self) -> Iterator[Score]:
        """All items' results, by model and task, in the order of their items."""
        query = "SELECT * FROM scores ORDER BY model, task, metric, item"
        return (Score(*row) for row in self._db.execute(query).fetchall())

    def has_scores(self, model: str, task: str) -> bool:
        query = "SELECT 1 FROM scores WHERE model = ? AND task = ?"
        return bool(self._db.execute(query, (model, task)).fetchone())

    def add_spent(self, spent: Spent) -> None:
        with _Transaction(self._db):
            self._db.execute("INSERT INTO spent VALUES (?, ?, ?, ?, ?)", spent)

    def spent(self) -> list[Spent]:
        """What each stage used in all, over every start of the run."""
        rows = self._db.execute(
            "SELECT stage, source, sum(rows), sum(tokens), sum(seconds) FROM spent"
            " GROUP BY stage, source ORDER BY min(rowid)"
        )
        return [Spent(*row) for row in rows]


class _Transaction:
    """One transaction, undone by any exception (KeyboardInterrupt too)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # a full disk has ended it already, or cannot commit it
                self._db.execute("ROLLBACK")


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _candidate(row: tuple[object, ...]) -> Candidate:
    _, source, sample, key, text, ids, *response_columns, label, answer, reason, code = row
    token_ids = None if ids is None else tuple(json.loads(str(ids)))
    response = Response(key, text, token_ids, *response_columns)  # type: ignore[arg-type]
    verdict = None if label is None else Verdict(str(key), label, answer, reason, VerdictCode(code))  # type: ignore[arg-type]
    return Candidate(source, sample, response, verdict)  # type: ignore[arg-type]
