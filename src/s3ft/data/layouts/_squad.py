"""SQuAD 1.1 and 2.0 (Rajpurkar et al., arXiv 1606.05250 and 1806.03822).

The official file is one object, ``{"data": [{"title", "paragraphs": [{"context", "qas"}]}]}``; on
the Hub (``rajpurkar/squad_v2``) a row is one question.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from .._values import BadValue
from ._nested import Flat, Found, LayoutOptions, objects, question, text, texts, unknown, value


def squad(row: Mapping[str, Any], options: LayoutOptions) -> Found:
    """The questions in an official file, in one of its articles, or in a row of the Hub.

    Raises:
        BadValue: it is none of these.
    """
    if "data" in row:
        for index, article in enumerate(objects(row, "data")):
            yield from _article(article, f"data[{index}].", options)
    elif "paragraphs" in row:
        yield from _article(row, "", options)
    elif {"context", "question"} <= row.keys():
        yield "", partial(_question, row, row, row.get("title"), options)
    else:
        raise unknown("SQuAD's: it has neither data, nor paragraphs, nor context and question", row)


def _article(article: Mapping[str, Any], inside: str, options: LayoutOptions) -> Found:
    for number, paragraph in enumerate(objects(article, "paragraphs")):
        for index, qa in enumerate(objects(paragraph, "qas")):
            at = f"{inside}paragraphs[{number}].qas[{index}]"
            yield at, partial(_question, qa, paragraph, article.get("title"), options)


def _question(
    qa: Mapping[str, Any], paragraph: Mapping[str, Any], title: Any, options: LayoutOptions
) -> Flat:
    id = value(qa, "id", str)
    impossible = qa.get("is_impossible")
    answers = [] if impossible else _answers(qa)
    if impossible is False and not answers:
        raise BadValue("answers", "are none, but is_impossible is false")
    flat = question(
        id=id,
        question=value(qa, "question", str),
        context=text(paragraph, "context"),
        answers=answers,
        options=options,
    )
    return flat | {"title": title.strip() if isinstance(title, str) else ""}


def _answers(qa: Mapping[str, Any]) -> list[str]:
    """Texts of ``[{"text", "answer_start"}]``, or of ``{"text": [...], ...}`` as the Hub has it."""
    if isinstance(qa.get("answers"), Mapping):
        return texts(qa["answers"], "text")
    return [value(answer, "text", str) for answer in objects(qa, "answers")]
