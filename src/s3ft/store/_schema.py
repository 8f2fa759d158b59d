"""The tables of a run's file (described in `s3ft.store`), and how those of earlier versions become
them."""

from __future__ import annotations

import sqlite3

VERSION = 4
"""SQLite's ``user_version`` of these tables. Files of before there was one have 0."""

TABLES = (
    """CREATE TABLE IF NOT EXISTS metadata (
    name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS examples (
    split TEXT, position INTEGER, id TEXT NOT NULL,
    prompt TEXT NOT NULL, completion TEXT NOT NULL, meta TEXT NOT NULL,
    reasoning TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (split, position)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS responses (
    key TEXT PRIMARY KEY, text TEXT NOT NULL, token_ids TEXT, finish_reason TEXT NOT NULL,
    logprob REAL, engine TEXT NOT NULL, reasoning TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE IF NOT EXISTS candidates (
    split TEXT, position INTEGER, source TEXT, sample INTEGER, key TEXT NOT NULL,
    PRIMARY KEY (split, position, source, sample)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS verdicts (
    split TEXT, position INTEGER, source TEXT, sample INTEGER, attempt INTEGER,
    judge TEXT NOT NULL, label TEXT NOT NULL, answer TEXT, reason TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (split, position, source, sample, attempt)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS likelihoods (
    position INTEGER, source TEXT, sample INTEGER, logprobs TEXT NOT NULL,
    PRIMARY KEY (position, source, sample)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS targets (
    method TEXT, position INTEGER, example_id TEXT NOT NULL, source TEXT, reason TEXT NOT NULL,
    PRIMARY KEY (method, position)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS scores (
    model TEXT, task TEXT, metric TEXT, item TEXT, value REAL NOT NULL,
    PRIMARY KEY (model, task, metric, item)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS items (
    task TEXT, item TEXT, prompt TEXT NOT NULL, choices TEXT NOT NULL, gold TEXT NOT NULL,
    PRIMARY KEY (task, item)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS answers (
    model TEXT, task TEXT, item TEXT, text TEXT NOT NULL, choice INTEGER,
    PRIMARY KEY (model, task, item)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS spent (
    stage TEXT NOT NULL, source TEXT NOT NULL, rows INTEGER NOT NULL, tokens INTEGER NOT NULL,
    seconds REAL NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS overrulings (
    id INTEGER PRIMARY KEY,
    split TEXT NOT NULL, position INTEGER NOT NULL, source TEXT NOT NULL, sample INTEGER NOT NULL,
    key TEXT NOT NULL, label TEXT, who TEXT NOT NULL, time TEXT NOT NULL, note TEXT NOT NULL)""",
    """CREATE INDEX IF NOT EXISTS overrulings_by_place
    ON overrulings (split, position, source, sample)""",
    """CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY,
    split TEXT NOT NULL, position INTEGER NOT NULL, source TEXT NOT NULL, sample INTEGER NOT NULL,
    key TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS labels (
    id INTEGER PRIMARY KEY, item INTEGER NOT NULL, label TEXT NOT NULL,
    who TEXT NOT NULL, time TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS choices (
    id INTEGER PRIMARY KEY, position INTEGER NOT NULL,
    on_left TEXT NOT NULL, left_key TEXT NOT NULL, on_right TEXT NOT NULL, right_key TEXT NOT NULL,
    choice TEXT NOT NULL, who TEXT NOT NULL, time TEXT NOT NULL)""",
)

_ADDED = (("examples", "reasoning"), ("responses", "reasoning"), ("verdicts", "code"))
"""Columns that the first files have not; they stand last, as they do in the tables above."""


def upgrade(db: sqlite3.Connection) -> None:
    """Make the tables of a new file, or those of an earlier version into today's.

    It is to be called in a transaction, so that a file is of one version or the other.
    """
    _rename(db)
    for table in TABLES:
        db.execute(table)
    for table, column in _ADDED:
        if column not in _names(db, "SELECT name FROM pragma_table_info(?)", table):
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    db.execute(f"PRAGMA user_version = {VERSION}")


def _rename(db: sqlite3.Connection) -> None:
    """What was called otherwise before files had a version."""
    if "facts" in _names(db, "SELECT name FROM sqlite_master"):
        db.execute("ALTER TABLE facts RENAME TO metadata")
        for table in ("candidates", "verdicts", "spent"):
            db.execute(f"ALTER TABLE {table} RENAME COLUMN asked TO source")


def _names(db: sqlite3.Connection, query: str, *arguments: str) -> set[str]:
    return {name for (name,) in db.execute(query, arguments)}
