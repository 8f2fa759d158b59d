"""Train, dev and test out of one source: shares, and that none has seen what is in another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from reading import Write, read, refused

from s3ft.recipe import Split

MAPPING = {"prompt": "{question}", "completion": "answer"}
PARTS = {"split": Split(by="title", dev=0.2, test=0.3)}


def rows(articles: int, each: int) -> list[dict[str, Any]]:
    return [
        {"id": f"{article}-{number}", "title": f"T{article}", "question": "?", "answer": "a"}
        for number in range(each)
        for article in range(articles)
    ]


def parts(path: str, **options: Any) -> dict[str, list[str]]:
    """The ids of each part."""
    options = {**MAPPING, **PARTS, **options}
    train = [example.id for example in read(path, **options)]
    measured = {
        part: [example.id for example in read(path, "test", test=part, **options)]
        for part in options["split"].shares
    }
    return {"train": train, **measured}


def titles(ids: list[str]) -> set[str]:
    return {id.split("-")[0] for id in ids}


def test_parts_have_their_shares_and_no_article_in_common(write: Write) -> None:
    path = write(rows(200, 5))
    found = parts(path)
    assert sorted(id for ids in found.values() for id in ids) == sorted(
        row["id"] for row in rows(200, 5)
    )
    assert {part: len(ids) for part, ids in found.items()} == {
        "train": 500,
        "dev": 200,
        "test": 300,
    }
    assert not titles(found["train"]) & titles(found["test"])
    assert not titles(found["train"]) & titles(found["dev"])
    assert not titles(found["dev"]) & titles(found["test"])
    order = [row["id"] for row in rows(200, 5)]
    assert found["train"] == [id for id in order if id in set(found["train"])]
    assert parts(path) == found
    assert parts(write(rows(200, 5)[::-1], "other.jsonl"))["test"] == found["test"][::-1], (
        "the parts depend on the values alone"
    )


def test_few_articles_are_one_for_each_part_at_least(write: Write) -> None:
    found = parts(write(rows(3, 4)))
    assert {part: len(ids) for part, ids in found.items()} == {"train": 4, "dev": 4, "test": 4}
    message = refused(write(rows(2, 4)), **MAPPING, **PARTS)
    assert message.startswith("data.split.by: train.jsonl (train) has 2 values of 'title', for 3")


def test_dev_alone_leaves_the_test_to_its_own_file(write: Write) -> None:
    path, test = write(rows(10, 2)), write(rows(1, 7), "test.jsonl")
    options = {**MAPPING, "split": Split(by="title", dev=0.3)}
    assert len(read(path, **options)) == 14
    assert len(read(path, "test", test="dev", **options)) == 6
    assert len(read(path, "test", test=test, **options)) == 7


def test_a_share_that_is_not_used_and_shares_that_leave_nothing_are_refused() -> None:
    from s3ft.recipe import Data

    with pytest.raises(ValidationError, match=r"the part that split\.test keeps has no use"):
        Data(path="a.jsonl", test="validation", split=Split(by="title", test=0.3))
    with pytest.raises(ValidationError, match="leave nothing to train on"):
        Split(by="title", dev=0.5, test=0.5)
    with pytest.raises(ValidationError, match="needs a share"):
        Split(by="title")


def test_wrong_columns_and_rows(write: Write) -> None:
    message = refused(write(rows(5, 2)), **MAPPING, split=Split(by="titles", test=0.3))
    assert message.startswith("data.split.by: train.jsonl:1 has no column 'titles'")
    message = refused(write([*rows(5, 2), {"title": " "}]), **MAPPING, **PARTS)
    assert message.startswith("train.jsonl:11: title: is empty")
    message = refused(write(rows(5, 2)), **MAPPING, **PARTS, where={"title": "T9"})
    assert message.startswith("data.where: no row of train.jsonl (train) has title='T9'")


def test_a_folder_in_the_hubs_layout_is_cut_too(write: Write, tmp_path: Path) -> None:
    write(rows(20, 2))
    found = parts(str(tmp_path))
    assert {part: len(ids) for part, ids in found.items()} == {"train": 20, "dev": 8, "test": 12}


def test_twins_of_real_questions_stay_together(shared_data: Path) -> None:
    options = {"layout": "musique", "split": Split(by="question", test=0.5)}
    found = parts(str(shared_data / "musique" / "musique.json"), **options)
    assert {part: len(ids) for part, ids in found.items()} == {"train": 200, "test": 200}
    for ids in found.values():
        questions = {id for id in ids if not id.endswith("-unanswerable")}
        assert {f"{id}-unanswerable" for id in questions} == set(ids) - questions


def test_articles_of_real_questions(shared_data: Path) -> None:
    path = str(shared_data / "squad2" / "dev-v2.0.half.official-ids.json")
    options = {**MAPPING, **PARTS, "layout": "squad"}
    train = read(path, **options)
    test = read(path, "test", test="test", **options)
    assert 0.25 < len(test) / 6078 < 0.35
    assert not {e.meta["title"] for e in train} & {e.meta["title"] for e in test}
