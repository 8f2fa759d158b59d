"""A row of a mixture in the formats of other trainers.

A row is a line of a mixture's ``train.jsonl``: ``prompt`` and ``completion`` are turns as chat
templates take them, with ``reasoning_content`` or ``tool_calls`` where there are some, and
``tools`` are the functions that may be called. It is taken as it lies, whatever else it holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from ..errors import InputError
from ..recipe import Reasoning

Row = dict[str, Any]

Format = Literal["trl", "messages", "sharegpt", "alpaca", "openai", "ids"]

FORMATS: tuple[Format, ...] = get_args(Format)

ROWS = "train.jsonl"
"""The rows, in a mixture and in an export."""

TRAINED = "train"
"""Says of an earlier turn of the assistant that it is not trained; Axolotl is told to look."""


class Unfit(ValueError):
    """A format has no place for something in a row; the message says what."""


def check_format(name: str) -> Format:
    """The format of that name.

    Raises:
        InputError: there is none.
    """
    for known in FORMATS:
        if name == known:
            return known
    raise InputError("--format", f"there is no format {name!r}", f"Known: {', '.join(FORMATS)}.")


def mixture_rows(
    folder: Path, reasoning: Reasoning = "keep", *, masks: bool = False
) -> Iterator[Row]:
    """The rows of a mixture, in order, as they are trained: one a line, never all in memory.

    Args:
        masks: whether a row may have a loss mask, which is of token ids.

    Raises:
        InputError: a line is no row.
    """
    with open(folder / ROWS, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row: Row = json.loads(line)
                prompt, completion = list(row["prompt"]), list(row["completion"])
            except (ValueError, LookupError, TypeError) as error:
                problem = f"is no row of a mixture: {error}"
                remedy = "Remove the mixture's folder, and select again."
                raise InputError(f"{folder / ROWS}:{number}", problem, remedy) from None
            if row.get("loss_mask") is not None and not masks:
                problem = "has a loss mask, which is of token ids: no format of texts can hold it"
                remedy = "Take --format ids, or train it here."
                raise InputError(f"{folder / ROWS}:{number}", problem, remedy)
            if reasoning == "drop":
                completion = [_without(turn, "reasoning_content") for turn in completion]
            yield {**row, "prompt": prompt, "completion": completion}


def convert(row: Row, format: Format) -> Row:
    """A row of a mixture in one of the formats.

    Raises:
        Unfit: the format cannot hold it.
    """
    return _CONVERT[format](row)


def _trl(row: Row) -> Row:
    """TRL's conversational prompt-completion: the completion alone is trained."""
    turns = {"prompt": row["prompt"], "completion": row["completion"]}
    return {**turns, **_tools_text(row), **_origin(row)}


def _messages(row: Row) -> Row:
    """One list of turns, as chat templates take it."""
    earlier = [_untrained(turn, TRAINED, False) for turn in row["prompt"]]
    return {"messages": [*earlier, *row["completion"]], **_tools_text(row), **_origin(row)}


def _openai(row: Row) -> Row:
    """A line of OpenAI's fine-tuning files, which take no other keys, and no reasoning."""
    earlier = [_untrained(turn, "weight", 0) for turn in row["prompt"]]
    turns = [_openai_turn(turn) for turn in (*earlier, *row["completion"])]
    tools = _tools(row)
    return {"messages": turns, **({"tools": tools} if tools else {})}


def _openai_turn(turn: Row) -> Row:
    if turn.get("reasoning_content"):
        raise Unfit("reasoning")
    if not turn.get("tool_calls"):
        return turn
    calls = []
    for number, call in enumerate(turn["tool_calls"]):
        function = dict(call.get("function", call))
        if not isinstance(function.get("arguments"), str):
            function["arguments"] = json.dumps(function.get("arguments"), ensure_ascii=False)
        id_ = call.get("id") or f"call_{number}"
        calls.append({"id": id_, "type": "function", "function": function})
    return {**turn, "tool_calls": calls}


def _sharegpt(row: Row) -> Row:
    """ShareGPT's turns, with LLaMA-Factory's for functions: the reasoning stands in the text."""
    earlier = [_untrained(_sharegpt_turn(turn), TRAINED, False) for turn in row["prompt"]]
    said = [*earlier, *map(_sharegpt_turn, row["completion"])]
    return {"conversations": said, **_tools_text(row), **_origin(row)}


def _sharegpt_turn(turn: Row) -> Row:
    speaker = _SPEAKERS.get(turn["role"])
    if speaker is None:
        raise Unfit(f"a turn of {turn['role']!r}")
    calls = turn.get("tool_calls")
    if not calls:
        return {"from": speaker, "value": _text(turn)}
    if _text(turn).strip():
        raise Unfit("text beside a call of a function")
    functions = [_called(call.get("function", call)) for call in calls]
    called = functions[0] if len(functions) == 1 else functions
    return {"from": "function_call", "value": json.dumps(called, ensure_ascii=False)}


_SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt", "tool": "observation"}


def _called(function: Row) -> Row:
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        arguments = json.loads(arguments)
    return {"name": function["name"], "arguments": arguments}


def _alpaca(row: Row) -> Row:
    """Instruction and output; what was said before, in pairs, as LLaMA-Factory's history."""
    system, turns = _system(row)
    if _tools(row) or any(turn.get("tool_calls") or turn["role"] == "tool" for turn in turns):
        raise Unfit("functions and their calls")
    [answer] = row["completion"] if len(row["completion"]) == 1 else [None]
    if answer is None or answer.get("tool_calls"):
        raise Unfit("a completion that is not one answer")
    roles = [turn["role"] for turn in turns]
    if roles != ["user", "assistant"] * (len(turns) // 2) + ["user"]:
        raise Unfit(f"turns that do not alternate: {', '.join(roles)}")
    said = [_text(turn) for turn in turns]
    history = [list(pair) for pair in zip(said[:-1:2], said[1:-1:2], strict=True)]
    asked = {"instruction": said[-1], "input": "", "output": _text(answer)}
    return {**asked, "system": system, "history": history, **_origin(row)}


def _ids(row: Row) -> Row:
    """Nothing of a row's texts: its ids need the model's tokenizer (`write_export`), and trainers
    take no other columns beside them."""
    return {}


_CONVERT: Mapping[Format, Callable[[Row], Row]] = MappingProxyType(
    {
        "trl": _trl,
        "messages": _messages,
        "sharegpt": _sharegpt,
        "alpaca": _alpaca,
        "openai": _openai,
        "ids": _ids,
    }
)


def has_reasoning(row: Row) -> bool:
    """Whether its completion thinks."""
    return any(turn.get("reasoning_content") for turn in row["completion"])


def has_tools(row: Row) -> bool:
    """Whether functions may be called in it, or were."""
    turns = (*row["prompt"], *row["completion"])
    return bool(_tools(row)) or any(turn.get("tool_calls") for turn in turns)


def has_earlier_answers(row: Row) -> bool:
    """Whether the assistant has spoken before, which is not trained."""
    return any(turn["role"] == "assistant" for turn in row["prompt"])


def _origin(row: Row) -> Row:
    """Where a row comes from, for people."""
    return {key: row[key] for key in ("source", "example_id") if key in row}


def _system(row: Row) -> tuple[str, list[Row]]:
    """The system's words, and the turns after them."""
    turns = row["prompt"]
    if turns and turns[0]["role"] == "system":
        return str(turns[0]["content"]), turns[1:]
    return "", turns


def _text(turn: Row) -> str:
    """What a turn says, its reasoning before it within the usual marks."""
    said = turn["content"] or ""
    thought = turn.get("reasoning_content")
    return f"<think>\n{thought.strip()}\n</think>\n\n{said}" if thought else str(said)


def _tools(row: Row) -> list[Any]:
    tools = row.get("tools") or []
    return list(json.loads(tools) if isinstance(tools, str) else tools)


def _tools_text(row: Row) -> Row:
    """The functions as JSON: as a column of their own, `datasets` would give each all keys."""
    tools = _tools(row)
    return {"tools": json.dumps(tools, ensure_ascii=False)} if tools else {}


def _untrained(turn: Row, key: str, value: object) -> Row:
    speaks = turn.get("role", turn.get("from")) in ("assistant", "gpt", "function_call")
    return {**turn, key: value} if speaks else turn


def _without(turn: Row, key: str) -> Row:
    return {name: value for name, value in turn.items() if name != key}
