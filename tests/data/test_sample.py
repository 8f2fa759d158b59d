"""Which rows are used: in what order, how many of them without an answer, and how long."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from reading import Write, read, refused

from s3ft.recipe import Split

MAPPING = {"prompt": "{question}", "completion": "answer"}


def rows(answerable: int, unanswerable: int) -> list[dict[str, Any]]:
    """The answerable ones first."""
    total = answerable + unanswerable
    return [
        {"id": str(n), "question": "?", "answer": "a", "answerable": n < answerable}
        for n in range(total)
    ]


def counts(path: str, **options: Any) -> tuple[int, int]:
    """Rows with an answer, and without one."""
    found = Counter(e.meta["answerable"] for e in read(path, **MAPPING, **options))
    return found[True], found[False]


def ids(path: str, **options: Any) -> list[str]:
    return [example.id for example in read(path, **MAPPING, **options)]


def test_a_seed_gives_an_order_and_a_limit_a_sample_of_it(write: Write) -> None:
    path = write(rows(60, 40))
    order = ids(path, shuffle=0)
    assert sorted(order, key=int) == ids(path) != order
    assert ids(path, shuffle=0) == order
    assert ids(path, shuffle=1) != order
    assert ids(path, shuffle=0, max_train=10) == order[:10]
    kept = ids(path, shuffle=0, where={"answerable": True})
    assert kept == [id for id in order if int(id) < 60], "a filter leaves the order as it is"


@pytest.mark.parametrize(
    ("share", "limit", "wanted"),
    [
        (0.25, None, (60, 20)),
        (0.5, None, (41, 40)),
        (0.8, None, (10, 40)),
        (0.0, None, (60, 0)),
        (1.0, None, (0, 40)),
        (1 / 3, 50, (33, 17)),
        (1 / 3, 1, (1, 0)),
        (0.4, 1000, (60, 40)),
        (0.9, 20, (2, 18)),
    ],
)
@pytest.mark.parametrize("seed", [None, 0])
def test_a_share_of_the_rows_has_no_answer(
    write: Write, share: float, limit: int | None, wanted: tuple[int, int], seed: int | None
) -> None:
    path = write(rows(60, 40))
    assert counts(path, unanswerable=share, max_train=limit, shuffle=seed) == wanted


def test_without_a_seed_the_first_rows_of_each_kind_are_taken(write: Write) -> None:
    path = write(rows(60, 40))
    assert ids(path, unanswerable=0.5, max_train=4) == ["0", "1", "60", "61"]


def test_a_share_needs_the_column_and_both_kinds(write: Write) -> None:
    message = refused(write(rows(3, 0)), **MAPPING, unanswerable=0.5)
    assert message.startswith("data.unanswerable: train.jsonl has no row whose answerable is false")
    assert counts(write(rows(3, 0)), unanswerable=0.0) == (3, 0)
    message = refused(write([{"question": "?", "answer": "a"}]), **MAPPING, unanswerable=0.5)
    assert "train.jsonl:1 has no column 'answerable' that is true or false" in message
    message = refused(write(rows(3, 3)), **MAPPING, unanswerable=0.5, where={"id": "9"})
    assert message.startswith("data.where: no row of train.jsonl has id='9'")


def test_wrong_rows_are_found_in_a_sample_too(write: Write) -> None:
    found = rows(3, 3)
    found[4]["answer"] = 7
    path = write(found)
    assert "train.jsonl:5: answer: is the number 7" in refused(path, **MAPPING, shuffle=0)


def test_long_columns_leave_their_rows_out_of_all_splits(write: Write) -> None:
    found = [{"id": str(n), "question": "?", "answer": "a", "context": "x" * n} for n in range(9)]
    path = write(found)
    options = {**MAPPING, "max_chars": {"context": 4}}
    assert [example.id for example in read(path, **options)] == ["0", "1", "2", "3", "4"]
    assert len(read(path, "test", test=path, **options)) == 5
    message = refused(path, **MAPPING, max_chars={"contexts": 4})
    assert "has no column 'contexts'" in message
    assert "Did you mean 'context'?" in message
    message = refused(write(found[5:]), **options)
    assert message.startswith("data.max_chars.context: 4 rows of train.jsonl have more than 4 char")


def test_real_questions_a_third_without_an_answer(shared_data: Path) -> None:
    path = str(shared_data / "squad2" / "dev-v2.0.half.official-ids.json")
    options: dict[str, Any] = {
        **MAPPING,
        "layout": "squad",
        "max_chars": {"context": 800},
        "split": Split(by="title", dev=0.2, test=0.3),
        "test": "test",
        "unanswerable": 1 / 3,
        "shuffle": 0,
        "max_train": 300,
        "max_test": 120,
    }
    train, test = read(path, **options), read(path, "test", **options)
    assert (len(train), len(test)) == (300, 120)
    assert sum(not example.meta["answerable"] for example in train) == 100
    assert sum(not example.meta["answerable"] for example in test) == 40
    assert all(len(example.meta["context"]) <= 800 for example in train + test)
    assert len({example.meta["title"] for example in train}) > 4
