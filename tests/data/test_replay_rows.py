"""General rows: which are chosen, from what they are read, and what is said of those that are
wrong."""

from __future__ import annotations

import random
from typing import Any

import pytest
from reading import Write

from s3ft.data import asked, read_replay
from s3ft.errors import InputError
from s3ft.recipe import ReplayRows
from s3ft.records import Example


def rows(count: int) -> list[dict[str, Any]]:
    return [{"id": f"g{n}", "prompt": f"Say {n}.", "completion": f"{n}"} for n in range(count)]


def ids(path: str, others: int = 90, measured: Any = (), **keys: Any) -> list[str]:
    found = read_replay(ReplayRows(path=path, **keys), others, set(measured))
    return [example.id for example in found]


def refused(path: str, **keys: Any) -> str:
    with pytest.raises(InputError) as error:
        ids(path, **keys)
    return str(error.value)


@pytest.mark.parametrize(("share", "wanted"), [(0.1, 10), (0.5, 90), (0.25, 30), (0.001, 1)])
def test_the_share_is_of_all_rows(write: Write, share: float, wanted: int) -> None:
    assert len(ids(write(rows(200)), share=share)) == wanted


def test_the_choice_is_of_the_rows_alone(write: Write) -> None:
    mixed = rows(300)
    random.Random(0).shuffle(mixed)
    path = write(rows(300))
    found = ids(path)
    assert ids(write(mixed, "mixed.jsonl")) == found, "whatever their order"
    assert ids(path, share=0.2)[:10] == found, "of a greater share the first"
    places = [int(one[1:]) for one in found]
    assert places != sorted(places), "the first rows are no sample"
    assert max(places) > 150 > min(places)


def test_what_is_measured_is_not_replayed(write: Write) -> None:
    path = write(rows(12))
    test = Example("t", ({"role": "system", "content": "x"}, {"role": "user", "content": ""}), "")
    said = [f" say  {n}.\n" for n in (3, 7)]
    measured = [
        asked(Example("t", (test.prompt[0], {"role": "user", "content": text}), "another answer"))
        for text in said
    ]
    notes: list[str] = []
    found = read_replay(ReplayRows(path=path), 90, set(measured), note=notes.append)
    assert sorted(int(example.id[1:]) for example in found) == [0, 1, 2, 4, 5, 6, 8, 9, 10, 11]
    assert notes == [f"{path}: 2 rows are asked where models are measured, and others are replayed"]


def test_what_is_too_long_makes_room_for_others(write: Write) -> None:
    path = write(rows(12))
    notes: list[str] = []
    replay = ReplayRows(path=path)
    found = read_replay(replay, 90, set(), lambda one: len(one.completion) == 1, notes.append)
    assert sorted(example.id for example in found) == [f"g{n}" for n in range(10)]
    assert notes == [f"{path}: 2 rows are too long, and others are replayed"]


def test_too_few_are_told_with_the_share_that_they_are_enough_for(write: Write) -> None:
    path = write(rows(4))
    message = refused(path)
    assert message.startswith(
        f"data.replay.share: 0.1 of the mixture are 10 rows, and {path} has 4 to take"
    )
    assert "Lower it to 0.042, or" in message
    assert len(ids(path, share=0.042)) == 4


def test_rows_are_mapped_as_the_data_are(write: Write) -> None:
    table = "".join(f"Say {n},{n},{n % 2},so\n" for n in range(30))
    replay = ReplayRows(
        path=write(f"q,a,odd,why\n{table}", "table.csv"),
        prompt="{q}!",
        completion="a",
        reasoning="why",
        where={"odd": 1},
        system="Be brief.",
    )
    found = read_replay(replay, 90, set())
    assert len(found) == 10
    for example in found:
        assert int(example.completion) % 2 == 1
        assert example.prompt == (
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": f"Say {example.completion}!"},
        )
        assert example.reasoning == "so"


def test_chats_give_all_their_answers(write: Write) -> None:
    turns = [
        {"role": role, "content": f"{role} {n}"} for n in (1, 2) for role in ("user", "assistant")
    ]
    path = write([{"id": f"g{n}", "messages": turns} for n in range(5)])
    assert sorted(ids(path, turns="all")) == sorted(f"g{n}:{m}" for n in range(5) for m in (1, 2))


def test_the_lab_s_rows_are_rows_too() -> None:
    assert len(ids("lab", name="reading")) == 10


def test_messages_name_the_keys_of_replay(write: Write) -> None:
    path = write(rows(20))
    assert refused(path, prompt="{question}").startswith("data.replay.prompt: ")
    message = refused(write([{"question": "a", "answer": "b"}]))
    assert "data.replay.prompt={question} and data.replay.completion=answer" in message
    assert refused(path, where={"x": 1}).startswith("data.replay.where: ")
    assert refused("/nowhere/at/all").startswith("data.replay.path: there is no file or folder")
    message = refused(write([*rows(2), {"prompt": "a", "completion": ""}]))
    assert message.startswith(f"{path}:3: completion: is empty")
