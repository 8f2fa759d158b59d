"""What turns hold beside their text: kept, or refused by name; never dropped without a word."""

from __future__ import annotations

from typing import Any

import pytest
from reading import PAIR, Write, noted, read, refused

USER = {"role": "user", "content": "Double 1"}
GOLD = {"role": "assistant", "content": "The answer is 2."}
CALL = {"type": "function", "function": {"name": "double", "arguments": {"n": 1}}}
TOOL = {"type": "function", "function": {"name": "double", "parameters": {"type": "object"}}}
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


def text(*parts: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": part} for part in parts]


REFUSED: list[tuple[str, list[dict[str, Any]], dict[str, Any], str]] = [
    # id, turns, columns beside them, message
    ("functions", [USER, GOLD], {"functions": [{"name": "f"}]}, "functions: is the older form"),
    (
        "template's variables",
        [USER, GOLD],
        {"chat_template_kwargs": {"enable_thinking": False}},
        "chat_template_kwargs: holds what the text alone would lose",
    ),
    (
        "a function call of old",
        [USER, GOLD | {"function_call": {"name": "f", "arguments": "{}"}}],
        {},
        "messages[1].function_call: is the older form of tool_calls",
    ),
    ("a function's turn", [{"role": "function", "content": "2"}], {}, "role: is 'function'"),
    ("a turn of ipython", [{"role": "ipython", "content": "2"}], {}, "role: is 'ipython'"),
    ("an id of a call", [USER | {"tool_call_id": "a"}, GOLD], {}, "messages[0].tool_call_id"),
    ("a name", [USER | {"name": "Ann"}, GOLD], {}, "messages[0].name: holds what the text"),
    ("a key of whatever name", [USER, GOLD | {"mood": 0}], {}, "messages[1].mood: holds what"),
    ("weight 0", [USER, GOLD | {"weight": 0}], {}, "weight: is 0: the answer is not to be"),
    ("weight 0.0", [USER, GOLD | {"weight": 0.0}], {}, "weight: is 0.0: the answer is not to be"),
    ("half a weight", [USER, GOLD | {"weight": 0.5}], {}, "weight: is 0.5, not 0 or 1"),
    ("training off", [USER, GOLD | {"train": False}], {}, "messages[1].train: holds what"),
    ("thoughts of a user", [USER | {"thinking": "hm"}, GOLD], {}, "messages[0].thinking: holds"),
    ("thoughts in keys", [USER, GOLD | {"thinking": {"a": 1}}], {}, "thinking: is of type dict"),
    (
        "an image",
        [{"role": "user", "content": [*text("What is it?"), IMAGE]}, GOLD],
        {},
        "messages[0].content[1]: is a part of type 'image_url', not text",
    ),
    (
        "an image beside a text in its part",
        [{"role": "user", "content": [{**text("a")[0], "image_url": {"url": "x"}}]}, GOLD],
        {},
        "messages[0].content[0].image_url: holds what",
    ),
    ("a part without text", [{"role": "user", "content": [{"type": "text"}]}, GOLD], {}, "NoneTyp"),
    (
        "two thoughts that differ",
        [USER, {"role": "assistant", "content": "<think>a</think>b", "reasoning": "c"}],
        {},
        "messages: has its thoughts in two places, and they differ",
    ),
]


@pytest.mark.parametrize(
    ("turns", "beside", "words"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_the_text_alone_would_lose_is_refused_by_name(
    write: Write, turns: Any, beside: Any, words: str
) -> None:
    message = refused(write([{"messages": [USER, GOLD]}, {"messages": turns, **beside}]))
    assert message.startswith("train.jsonl:2: ")
    assert words in message
    assert "\n  " in message, "there is a remedy"


def test_a_column_named_tools_is_like_any_other_beside_a_text(write: Write) -> None:
    [example] = read(write([{"q": "a", "a": "b", "tools": [TOOL]}]), prompt="{q}", completion="a")
    assert example.meta["tools"] == [TOOL]


def test_what_is_ignored_knowingly_is_left_out(write: Write) -> None:
    turns = [USER | {"name": "Ann", "id": 1}, GOLD | {"tool_calls": [CALL], "weight": 0}]
    path = write([{"messages": turns, "tools": [TOOL], "level": 1}])
    [example] = read(path, ignore=["tools", "tool_calls", "name", "id", "weight"])
    assert example.prompt == (USER,)
    assert example.completion == GOLD["content"]
    assert example.meta == {"level": 1}


EMPTY: list[Any] = [None, [], {}, "", " ", "[]", "null", {"name": None, "arguments": ""}, [None]]


@pytest.mark.parametrize("nothing", EMPTY, ids=repr)
def test_what_holds_nothing_is_as_if_it_were_not_there(write: Write, nothing: Any) -> None:
    """Parquet, and the loaders of JSON, give all turns all keys."""
    keys = ("tool_calls", "tool_call_id", "function_call", "name", "weight", "thinking", "x")
    turns = [turn | dict.fromkeys(keys, nothing) for turn in (USER, GOLD)]
    row = {"messages": turns, "tools": nothing, "chat_template_kwargs": nothing}
    assert read(write([row]))[0].prompt == (USER,)
    assert read(write([row]))[0].id == read(write([{"messages": [USER, GOLD]}]))[0].id


def test_weights_that_say_what_is_done_anyway(write: Write) -> None:
    """Only the last turn is trained on, and that is what weight 1 asks for."""
    for weight in (1, 1.0):
        turns = [USER, GOLD | {"weight": 0}, USER, GOLD | {"weight": weight}]
        assert read(write([{"messages": turns}]))[0].completion == GOLD["content"]


def test_a_developer_s_message_is_a_system_message(write: Write) -> None:
    turns = [{"role": "developer", "content": "Be brief."}, USER, GOLD]
    [example] = read(write([{"messages": turns}]))
    assert example.prompt == ({"role": "system", "content": "Be brief."}, USER)
    assert "a system message of its own" in refused(write([{"messages": turns}]), system="Hi")


def test_parts_of_text_are_put_together(write: Write) -> None:
    parts = [{"type": "text", "text": "Double ", "image_url": None}, *text("1")]
    turns = [{"role": "user", "content": parts}, {"role": "assistant", "content": text("2")}]
    [example] = read(write([{"messages": turns}]))
    assert example.prompt == (USER,)
    assert example.completion == "2"
    [pair] = read(write([{"prompt": turns[:1], "completion": turns[1:]}]))
    assert pair == example


# Reasoning

THOUGHTS = "1+1 gives 2."


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_a_key_with_the_gold_s_thoughts(write: Write, key: str) -> None:
    [example] = read(write([{"messages": [USER, GOLD | {key: THOUGHTS}]}]))
    assert (example.completion, example.reasoning) == (GOLD["content"], THOUGHTS)
    [pair] = read(write([{"prompt": [USER], "completion": [GOLD | {key: THOUGHTS}]}]))
    assert pair == example


def test_of_several_keys_the_first_known_is_read(write: Write) -> None:
    turn = GOLD | {"thinking": "1+1", "reasoning_content": THOUGHTS}
    path = write([{"messages": [USER, turn]}])
    assert read(path)[0].reasoning == THOUGHTS
    assert noted(path) == [
        "train.jsonl: column 'messages.thinking' is left out of 1 rows: it stands beside "
        "reasoning_content"
    ]


def test_thoughts_of_earlier_turns_stay_in_the_prompt(write: Write) -> None:
    inline = {"role": "assistant", "content": "<think>\nhm\n</think>\n\nYes."}
    turns = [USER, GOLD | {"thinking": THOUGHTS}, USER, inline, USER, GOLD]
    [example] = read(write([{"messages": turns}]))
    assert example.prompt[1] == GOLD | {"reasoning_content": THOUGHTS}
    assert example.prompt[3] == inline, "templates take these away themselves"
    assert example.reasoning == ""


def test_parts_that_are_thoughts(write: Write) -> None:
    for part in (
        {"type": "thinking", "thinking": THOUGHTS},
        {"type": "thinking", "thinking": text(THOUGHTS)},
        {"type": "reasoning", "text": THOUGHTS},
    ):
        turn = {"role": "assistant", "content": [part, *text("2")]}
        [example] = read(write([{"messages": [USER, turn]}]))
        assert (example.completion, example.reasoning) == ("2", THOUGHTS)
    [example] = read(write([{"messages": [USER, GOLD | {"thinking": text("1+1 ", "is 2")}]}]))
    assert example.reasoning == "1+1 is 2"
    turn = {"role": "user", "content": [{"type": "thinking", "thinking": "a"}, *text("b")]}
    assert "not the assistant's" in refused(write([{"messages": [turn, GOLD]}]))


BLOCKS = [
    ("<think>\nTwice 1 is 2.\n</think>\n\nThe answer is 2.", "Twice 1 is 2."),
    ("Twice 1 is 2.</think>\nThe answer is 2.", "Twice 1 is 2."),
    ("[THINK]Twice 1 is 2.[/THINK]The answer is 2.", "Twice 1 is 2."),
    ("<think>\n\n</think>\n\nThe answer is 2.", ""),
    ("The answer is 2.", ""),
]


@pytest.mark.parametrize(("gold", "thought"), BLOCKS)
def test_a_block_of_thoughts_in_the_gold_is_taken_apart(
    write: Write, gold: str, thought: str
) -> None:
    [pair] = read(write([{"prompt": "Double 1", "completion": gold}]))
    assert (pair.completion, pair.reasoning) == ("The answer is 2.", thought)
    turns = [USER, {"role": "assistant", "content": gold}]
    [chat] = read(write([{"messages": turns}]))
    assert chat == pair
    [mapped] = read(write([{"q": "Double 1", "a": gold}]), prompt="{q}", completion="{a}")
    assert (mapped.completion, mapped.reasoning, mapped.id) == (
        pair.completion,
        pair.reasoning,
        pair.id,
    )


def test_blocks_that_leave_no_answer_are_refused(write: Write) -> None:
    open_ = {"prompt": "a", "completion": "<think>\nTwice 1"}
    assert "completion: begins its thoughts and never ends them" in refused(write([open_]))
    bare = {"prompt": "a", "completion": "<think>\nTwice 1</think>\n"}
    assert "completion: has thoughts and no answer after them" in refused(write([bare]))
    turns = [USER, {"role": "assistant", "content": "<think>\nTwice 1"}]
    assert "messages: begins its thoughts" in refused(write([{"messages": turns}]))
    named = {"prompt": "a", "completion": "b", "gold": ["b", "<think>c"]}
    assert "gold: begins its thoughts" in refused(write([named]))


def test_accepted_answers_are_without_thoughts(write: Write) -> None:
    row = {"prompt": "a", "answer": "<think>b</think>c"}
    [example] = read(write([row]), prompt="prompt", completion="answer", gold="answer")
    assert (example.completion, example.meta["gold"]) == ("c", ["c"])


def test_a_column_of_thoughts(write: Write) -> None:
    rows = [PAIR | {"how": THOUGHTS}, PAIR | {"how": None}, PAIR | {"how": ""}]
    assert [e.reasoning for e in read(write(rows), reasoning="how")] == [THOUGHTS, "", ""]
    filled = read(write(rows), reasoning="So: {how?}")
    assert [example.reasoning for example in filled] == [f"So: {THOUGHTS}", "So: ", "So: "]
    chat = {"messages": [USER, GOLD], "how": THOUGHTS}
    assert read(write([chat]), reasoning="how")[0].reasoning == THOUGHTS
    assert "data.reasoning: train.jsonl:1 has no column 'hwo'" in refused(
        write(rows), reasoning="hwo"
    )
    assert "how: is of type int, not text" in refused(write([PAIR | {"how": 3}]), reasoning="how")
    twice = {"prompt": "a", "completion": "<think>b</think>c", "how": "d"}
    assert "in two places, and they differ" in refused(write([twice]), reasoning="how")
    assert read(write([twice | {"how": " b\n"}]), reasoning="how")[0].reasoning == "b"


def test_rows_that_differ_in_their_thoughts_alone_stay_apart(write: Write) -> None:
    rows = [{"messages": [USER, GOLD | {"thinking": how}]} for how in ("a", "b", "a")]
    one, other, again = (example.id for example in read(write(rows)))
    assert one != other
    assert again == f"{one}-2"
    assert one != read(write([{"messages": [USER, GOLD]}]))[0].id
