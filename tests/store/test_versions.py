"""Run files of other versions: earlier ones are read whole, later ones refused with one message."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from s3ft.errors import RunError
from s3ft.records import Candidate, Example, Response, Verdict, VerdictCode
from s3ft.store import Entry, Place, Samples, Score, Spent, Store

FIRST = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE examples (
    split TEXT, position INTEGER, id TEXT NOT NULL,
    prompt TEXT NOT NULL, completion TEXT NOT NULL, meta TEXT NOT NULL,
    PRIMARY KEY (split, position)) WITHOUT ROWID;
CREATE TABLE responses (
    key TEXT PRIMARY KEY, text TEXT NOT NULL, token_ids TEXT, finish_reason TEXT NOT NULL,
    logprob REAL, engine TEXT NOT NULL);
CREATE TABLE candidates (
    split TEXT, position INTEGER, asked TEXT, sample INTEGER, key TEXT NOT NULL,
    PRIMARY KEY (split, position, asked, sample)) WITHOUT ROWID;
CREATE TABLE verdicts (
    split TEXT, position INTEGER, asked TEXT, sample INTEGER, attempt INTEGER,
    judge TEXT NOT NULL, label TEXT NOT NULL, answer TEXT, reason TEXT NOT NULL,
    PRIMARY KEY (split, position, asked, sample, attempt)) WITHOUT ROWID;
CREATE TABLE targets (
    method TEXT, position INTEGER, example_id TEXT NOT NULL, source TEXT, reason TEXT NOT NULL,
    PRIMARY KEY (method, position)) WITHOUT ROWID;
CREATE TABLE scores (
    model TEXT, task TEXT, metric TEXT, item TEXT, value REAL NOT NULL,
    PRIMARY KEY (model, task, metric, item)) WITHOUT ROWID;
CREATE TABLE spent (
    stage TEXT NOT NULL, asked TEXT NOT NULL, rows INTEGER NOT NULL, tokens INTEGER NOT NULL,
    seconds REAL NOT NULL);
"""
"""The tables of the first run files."""

ADDED = """
ALTER TABLE examples ADD COLUMN reasoning TEXT NOT NULL DEFAULT '';
ALTER TABLE responses ADD COLUMN reasoning TEXT NOT NULL DEFAULT '';
ALTER TABLE verdicts ADD COLUMN code TEXT NOT NULL DEFAULT '';
"""
"""What later files had more."""

SECOND = """
ALTER TABLE facts RENAME TO metadata;
ALTER TABLE candidates RENAME COLUMN asked TO source;
ALTER TABLE verdicts RENAME COLUMN asked TO source;
ALTER TABLE spent RENAME COLUMN asked TO source;
CREATE TABLE items (
    task TEXT, item TEXT, prompt TEXT NOT NULL, choices TEXT NOT NULL, gold TEXT NOT NULL,
    PRIMARY KEY (task, item)) WITHOUT ROWID;
CREATE TABLE answers (
    model TEXT, task TEXT, item TEXT, text TEXT NOT NULL, choice INTEGER,
    PRIMARY KEY (model, task, item)) WITHOUT ROWID;
INSERT INTO items VALUES ('facts', 'i0', 'Who?', '["A"]', 'A');
INSERT INTO answers VALUES ('base', 'facts', 'i0', 'A', 0);
PRAGMA user_version = 2;
"""
"""What the files of version 2 had otherwise; what people say came after it."""

ROWS = """
INSERT INTO facts VALUES ('data', 'read'), ('model', 'abc');
INSERT INTO examples (split, position, id, prompt, completion, meta) VALUES
    ('train', 0, 'e0', '[{"role":"user","content":"2+2?"}]', '4', '{"level":1}'),
    ('train', 1, 'e1', '[{"role":"user","content":"3+3?"}]', '6', '{}'),
    ('test', 0, 'e2', '[{"role":"user","content":"4+4?"}]', '8', '{}');
INSERT INTO responses (key, text, token_ids, finish_reason, logprob, engine) VALUES
    ('k0', 'four', '[4,2]', 'stop', -0.5, 'transformers'),
    ('k1', 'seven', NULL, 'length', NULL, 'replay');
INSERT INTO candidates VALUES
    ('train', 0, 'self', 0, 'k0'), ('train', 1, 'self', 0, 'k1'), ('train', 1, 'self', 1, 'k0');
INSERT INTO verdicts (split, position, asked, sample, attempt, judge, label, answer, reason) VALUES
    ('train', 0, 'self', 0, 0, 'math', 'unknown', NULL, 'timed out'),
    ('train', 0, 'self', 0, 1, 'math', 'correct', '4', '4 is 4'),
    ('train', 1, 'self', 0, 0, 'math', 'unknown', NULL, 'timed out');
INSERT INTO targets VALUES
    ('s3ft', 0, 'e0', 'self', 'correct'), ('s3ft', 1, 'e1', NULL, 'dropped');
INSERT INTO scores VALUES ('base', 'target', 'accuracy', 'e2', 1.0);
INSERT INTO spent VALUES ('generate', 'self', 2, 10, 1.5), ('generate', 'self', 1, 5, 0.5);
"""

RESPONSES = (
    Response("k0", "four", (4, 2), "stop", -0.5, "transformers"),
    Response("k1", "seven", None, "length", None, "replay"),
)


def question(id: str, text: str, gold: str, **meta: int) -> Example:
    return Example(id, ({"role": "user", "content": text},), gold, meta)


SCRIPTS = {"first": FIRST + ROWS, "with more columns": FIRST + ADDED + ROWS}
SCRIPTS["version 2"] = FIRST + ADDED + ROWS + SECOND


@pytest.fixture(params=SCRIPTS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A run file as an earlier version left it."""
    path = tmp_path / "run.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(SCRIPTS[request.param])
    db.close()
    return path


def test_all_that_an_earlier_version_wrote_is_read(path: Path) -> None:
    with Store(path) as store:
        assert (store.metadata("data"), store.metadata("model")) == ("read", "abc")
        assert (store.count("train"), store.count("test")) == (2, 1)
        assert list(store.entries("train", ["self"])) == [
            Entry(
                0,
                question("e0", "2+2?", "4", level=1),
                (Candidate("self", 0, RESPONSES[0], Verdict("k0", "correct", "4", "4 is 4")),),
            ),
            Entry(
                1,
                question("e1", "3+3?", "6"),
                (
                    Candidate("self", 0, RESPONSES[1], Verdict("k1", "unknown", None, "timed out")),
                    Candidate("self", 1, RESPONSES[0]),
                ),
            ),
        ]
        assert [e.example for e in store.entries("test")] == [question("e2", "4+4?", "8")]
        assert not store.has_reasoning()
        assert store.attempts("train", "self") == {(1, 0): 1}
        assert store.unjudged("train", "self") == 1
        assert store.solved("train", "self") == {0}
        assert store.labels() == {("train", "self"): {"correct": 1, "unknown": 1}}
        assert store.samples("self") == [Samples(2, 1), Samples(1, 0)]
        assert store.endings("train", "self") == {"": 2}
        assert store.composition("s3ft") == {"self": 1, "dropped": 1}
        assert store.target_rows("s3ft", None, 5) == [(1, "dropped")]
        assert list(store.scores()) == [Score("base", "target", "accuracy", "e2", 1.0)]
        assert store.spent() == [Spent("generate", "self", 3, 15, 2.0)]


def test_a_run_of_an_earlier_version_goes_on(path: Path) -> None:
    cost = Spent("judge", "self", 1, 0, 0.0)
    thought = Response("k2", "six", (6,), "stop", -1.0, "vllm", "3 and 3")
    verdict = Verdict("k2", "incorrect", None, "no number", VerdictCode.UNREADABLE)
    place = Place("train", 1, "paraphrase", 0)
    with Store(path) as store:
        store.add_responses([thought], [(place, "k2")], cost)
        store.add_verdicts([(place, verdict)], "math", cost)
        store.add_examples({"dev": [Example("e3", (), "9", {}, "3 times 3")]})
        store.overrule(Place("train", 0, "self", 0), "incorrect", "ana", seen=0)
    with Store(path) as again:
        entry = list(again.entries("train", ["paraphrase"]))[1]
        assert entry.candidates == (Candidate("paraphrase", 0, thought, verdict),)
        assert next(again.entries("dev")).example.reasoning == "3 times 3"
        assert len(list(again.entries("train", ["self"]))[1].candidates) == 2
        assert again.overruled() == {"self": 1}
        assert again.audited() == again.person_labels() == {}


def test_a_file_of_a_later_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript("CREATE TABLE answers (key TEXT); PRAGMA user_version = 99;")
    db.close()
    before = path.read_bytes()
    with pytest.raises(RunError, match=r"run\.sqlite: was written by a later version") as refused:
        Store(path)
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == before


def test_a_code_of_a_later_version_loses_no_verdict(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE verdicts SET code = 'forthcoming' WHERE attempt = 1")
    db.close()
    with Store(path) as store:
        (candidate,) = next(store.entries("train", ["self"])).candidates
        assert candidate.verdict == Verdict("k0", "correct", "4", "4 is 4", VerdictCode.NONE)


def test_opening_a_file_of_this_version_writes_nothing(path: Path) -> None:
    Store(path).close()
    before = path.read_bytes()
    Store(path).close()
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    path.write_text("this is not a database, it is a letter" * 50)
    with pytest.raises(RunError, match=r"run\.sqlite"):
        Store(path)
