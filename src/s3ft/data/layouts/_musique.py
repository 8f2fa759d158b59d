"""MuSiQue: questions of several hops, each among twenty paragraphs (Trivedi et al., 2108.00573).

A row is ``{"id", "question", "answer", "answer_aliases", "paragraphs": [{"title",
"paragraph_text", "is_supporting"}]}``, in the official JSONL files (MuSiQue-Ans) and on the Hub
(``dgslibisey/MuSiQue``). As its authors made MuSiQue-Full, each question has a twin without an
answer: the same, but without the paragraphs that support it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from .._values import BadValue
from ._nested import Flat, Found, LayoutOptions, objects, question, text, texts, unknown, value


def musique(row: Mapping[str, Any], options: LayoutOptions) -> Found:
    """A question, and its twin that has no answer.

    Raises:
        BadValue: it is no row of MuSiQue-Ans.
    """
    if not {"question", "paragraphs"} <= row.keys():
        raise unknown("MuSiQue's: it lacks question or paragraphs", row)
    if row.get("answerable") is False:
        remedy = "Use the file of MuSiQue-Ans: twins without an answer are made of its rows."
        raise BadValue("answerable", "is false, as in MuSiQue-Full", remedy)
    yield "", partial(_question, row, options)
    yield "twin", partial(_twin, row, options)


def _question(row: Mapping[str, Any], options: LayoutOptions) -> Flat:
    aliases = texts(row, "answer_aliases") if row.get("answer_aliases") else []
    return question(
        id=value(row, "id", str),
        question=value(row, "question", str),
        context="\n\n".join(map(_paragraph, objects(row, "paragraphs"))),
        answers=[text(row, "answer"), *aliases],
        options=options,
    )


def _twin(row: Mapping[str, Any], options: LayoutOptions) -> Flat:
    kept = [one for one in objects(row, "paragraphs") if not value(one, "is_supporting", bool)]
    if len(kept) in (0, len(row["paragraphs"])):
        problem = "are all supporting" if not kept else "are none supporting"
        raise BadValue("paragraphs", f"{problem}: there is no twin without an answer")
    return question(
        id=f"{value(row, 'id', str)}-unanswerable",
        question=value(row, "question", str),
        context="\n\n".join(map(_paragraph, kept)),
        answers=(),
        options=options,
    )


def _paragraph(paragraph: Mapping[str, Any]) -> str:
    return f"{paragraph.get('title') or ''}\n{text(paragraph, 'paragraph_text')}".strip()
