"""Chats of several answers: the last is a training pair, or each is one of its own."""

from __future__ import annotations

from typing import Any

import pytest
from reading import Write, noted, read, refused

import s3ft
from s3ft.recipe import Split

HELLO = {"role": "assistant", "content": "Hello! Ask me."}


def ask(n: int) -> dict[str, Any]:
    return {"role": "user", "content": f"Double {n}"}


def say(n: int, **keys: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": f"The answer is {2 * n}.", **keys}


def chat(*numbers: int, **columns: Any) -> dict[str, Any]:
    """A chat in which some numbers are doubled."""
    return {"messages": [turn for n in numbers for turn in (ask(n), say(n))], **columns}


def test_each_answer_is_a_pair_behind_the_turns_before_it(write: Write) -> None:
    path = write([chat(1, 2, 3, id="a"), chat(4, id="b")])
    found = read(path, turns="all", system="Be brief.")
    assert [(e.id, e.completion) for e in found] == [
        ("a:1", "The answer is 2."),
        ("a:2", "The answer is 4."),
        ("a:3", "The answer is 6."),
        ("b:1", "The answer is 8."),
    ]
    system = {"role": "system", "content": "Be brief."}
    assert found[2].prompt == (system, ask(1), say(1), ask(2), say(2), ask(3))
    assert found[0].prompt == (system, ask(1))
    assert [e.id for e in read(path)] == ["a", "b"], "the last, where nothing is said"


def test_ids_follow_from_the_row_s(write: Write) -> None:
    path = write([chat(1, 2), chat(1, 2), chat(2)])
    rows = [e.id for e in read(path)]
    assert [e.id for e in read(path, turns="all")] == [
        *(f"{rows[0]}:1", f"{rows[0]}:2"),
        *(f"{rows[1]}:1", f"{rows[1]}:2"),
        f"{rows[2]}:1",
    ]
    assert rows[1] == f"{rows[0]}-2"


def test_what_is_said_unasked_is_no_answer(write: Write) -> None:
    turns = [HELLO, ask(1), say(1), {"role": "assistant", "content": "Next?"}, ask(2), say(2)]
    found = read(write([{"messages": turns, "id": "a"}]), turns="all")
    assert [(e.id, len(e.prompt)) for e in found] == [("a:1", 2), ("a:2", 5)]
    assert found[1].prompt == tuple(turns[:5])


def test_weight_0_is_not_trained_on(write: Write) -> None:
    turns = [ask(1), say(1, weight=0), ask(2), say(2), ask(3), say(3, weight=0)]
    path = write([{"messages": turns, "id": "a"}])
    [example] = read(path, turns="all")
    assert (example.id, example.prompt) == ("a:1", (ask(1), say(1), ask(2)))
    assert len(read(path, turns="all", ignore=["weight"])) == 3
    message = refused(write([{"messages": [ask(1), say(1, weight=0)]}]), turns="all")
    assert message.startswith("train.jsonl:1: messages: has no answer to train on")
    message = refused(write([{"messages": [ask(1), say(1, weight=2), *turns]}]), turns="all")
    assert message.startswith("train.jsonl:1: messages[1].weight: is 2, not 0 or 1")


def test_what_stands_beside_the_chat_belongs_to_its_end(write: Write) -> None:
    """The accepted answers, and the thoughts, of a column; all other columns go with each."""
    row = chat(1, 2, id="a", gold=["4", "four"], why="2 + 2", level=3)
    first, last = read(write([row]), turns="all", reasoning="why")
    assert (first.accepted, last.accepted) == (("The answer is 2.",), ("4", "four"))
    assert (first.reasoning, last.reasoning) == ("", "2 + 2")
    assert first.meta["level"] == last.meta["level"] == 3


def test_thoughts_of_each_turn_are_its_own(write: Write) -> None:
    turns = [ask(1), say(1, reasoning="one twice"), ask(2), say(2, reasoning="two twice")]
    first, last = read(write([{"messages": turns}]), turns="all")
    assert (first.reasoning, last.reasoning) == ("one twice", "two twice")
    assert last.prompt[1]["reasoning_content"] == "one twice", "the template decides of it"


def test_a_chat_that_is_wrong_is_refused_whole(write: Write) -> None:
    rows = [chat(1, 2), {"messages": [ask(1), say(1), ask(2)]}]
    assert "train.jsonl:2: messages: does not end in an assistant turn" in refused(
        write(rows), turns="all"
    )
    rows = [chat(1, 2), {"messages": [ask(1), say(1, tool_calls=[{"x": 1}]), ask(2), say(2)]}]
    assert "train.jsonl:2: messages[1].tool_calls" in refused(write(rows), turns="all")


def test_prompt_and_completion_have_no_other_answers(write: Write) -> None:
    message = refused(write([{"prompt": "2 + 2?", "completion": "4"}]), turns="all")
    assert message.startswith("data.turns: 'all' is for rows of messages")
    assert "data.turns" in refused(
        write([{"q": "2 + 2?", "a": "4"}]), turns="all", prompt="q", completion="a"
    )


def test_limits_and_parts_are_of_chats(write: Write) -> None:
    rows = [chat(n, n + 1, n + 2, id=str(n), topic=str(n % 10)) for n in range(40)]
    path = write(rows)
    assert len(read(path, turns="all", max_train=5)) == 15
    assert len(read(path, turns="all", max_train=5, shuffle=0)) == 15
    split = Split(by="topic", test=0.3)
    train = {e.id.split(":")[0] for e in read(path, turns="all", split=split, test="test")}
    test = {e.id.split(":")[0] for e in read(path, "test", turns="all", split=split, test="test")}
    assert len(test) == 12
    assert train | test == {row["id"] for row in rows}
    assert not train & test


def test_what_is_left_out_is_counted_by_row(write: Write) -> None:
    row = {"messages": chat(1, 2)["messages"], "x": float("nan")}
    assert noted(write([row]), turns="all") == [
        "train.jsonl: column 'x' is left out of 1 rows: it is nan"
    ]


@pytest.mark.parametrize("method", ["ssr", "rft"])
def test_each_answer_is_verified(method: str) -> None:
    """The first is right in other words, the second wrong."""
    responses = {"a:1": "Twice 1 is 2. The answer is 2.", "a:2": "The answer is 5."}
    mixture = s3ft.select(
        [chat(1, 2, id="a")],
        responses=responses,
        judge="math",
        method=method,
        data={"turns": "all"},
    )
    wanted = [("a:1", "self", responses["a:1"]), ("a:2", "gold", "The answer is 4.")]
    assert [
        (row["example_id"], row["source"], row["completion"][0]["content"]) for row in mixture
    ] == wanted[: len(mixture)]
    assert len(mixture) == (1 if method == "rft" else 2)
    if method == "ssr":
        assert mixture[1]["prompt"] == [ask(1), say(1), ask(2)], "behind the data's own answer"
