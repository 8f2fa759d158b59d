"""What all layouts share: values taken out of nested rows, and a question with its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._values import BadValue
from ._documents import OFFICIAL, Documents

Flat = dict[str, Any]
Found = Iterator[tuple[str, Callable[[], Flat]]]
"""Where in the row something stands, and what makes a flat row of it or raises a BadValue."""


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """What a layout is told.

    Args:
        abstention: the gold of a question that has no answer.
        documents: what dialogues are about.
    """

    abstention: str = "unanswerable"
    documents: Documents = field(default_factory=lambda: Documents(OFFICIAL))


def value(row: Mapping[str, Any], key: str, kind: type) -> Any:
    """The value under a key, which must be of a type.

    Raises:
        BadValue: it is missing, or of another type.
    """
    found = row.get(key)
    if found is None:
        raise BadValue(key, "is missing", f"Keys there: {', '.join(map(str, row))}.")
    if not isinstance(found, kind):
        raise BadValue(key, f"is of type {type(found).__name__}, not {kind.__name__}")
    return found


def text(row: Mapping[str, Any], key: str) -> str:
    """The text under a key, without white space around it; a BadValue where there is none."""
    found: str = value(row, key, str).strip()
    if not found:
        raise BadValue(key, "is empty")
    return found


def texts(row: Mapping[str, Any], key: str) -> list[str]:
    """The list of texts under a key; a BadValue where there is none."""
    found: list[str] = value(row, key, list)
    for index, one in enumerate(found):
        if not isinstance(one, str):
            raise BadValue(f"{key}[{index}]", f"is of type {type(one).__name__}, not text")
    return found


def objects(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The list of objects under a key; a BadValue where there is none."""
    found: list[Mapping[str, Any]] = value(row, key, list)
    for index, one in enumerate(found):
        if not isinstance(one, Mapping):
            raise BadValue(f"{key}[{index}]", f"is of type {type(one).__name__}, not an object")
    return found


def parsed(found: Any, place: str) -> Any:
    """What stands there as JSON text, or as it is; a BadValue where the text is none."""
    try:
        return json.loads(found) if isinstance(found, str) else found
    except (ValueError, RecursionError):
        raise BadValue(place, "is text that is no JSON") from None


def unknown(what: str, row: Mapping[str, Any]) -> BadValue:
    """That a row is not of the layout it is said to be of."""
    return BadValue("", f"is not {what}", f"Columns there: {', '.join(map(str, row))}.")


def question(
    *, id: Any, question: str, context: str, answers: Iterable[str], options: LayoutOptions
) -> Flat:
    """The columns of a question, which has no answer where ``answers`` is empty."""
    accepted = [answer for answer in dict.fromkeys(map(str.strip, answers)) if answer]
    gold = accepted or [options.abstention]
    return {
        "id": id,
        "question": question.strip(),
        "context": context,
        "answer": gold[0],
        "answers": accepted,
        "answerable": bool(accepted),
        "gold": gold,
    }
