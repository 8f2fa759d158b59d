"""Which published data set rows are of, told by the columns that it alone has."""

from __future__ import annotations

from typing import Any

from ..recipe import Layout
from ._proposed import Row


def layout_of(rows: list[Row]) -> tuple[Layout, str] | None:
    """The layout of raw rows, with the reason; None where they are of no published data set."""
    first = rows[0]
    columns = set(first)
    if _holds(first.get("data"), "paragraphs") or _holds(first.get("paragraphs"), "qas"):
        return "squad", "the file is SQuAD's: articles with paragraphs and questions"
    if {"context", "question", "answers"} <= columns and _has_texts(first["answers"]):
        return "squad", "the columns are SQuAD's: context, question, answers with their texts"
    if {"input", "passages", "output"} <= columns:
        return "clapnq", "the columns are CLAPNQ's: input, passages, output"
    if {"question", "paragraphs"} <= columns and _holds(first["paragraphs"], "paragraph_text"):
        return "musique", "the columns are MuSiQue's; each question also comes without its support"
    if "dial_data" in columns or ({"dial_id", "turns"} <= columns):
        return "multidoc2dial", "the rows are MultiDoc2Dial's dialogues"
    if {"document", "history", "utterance"} <= columns or {
        "document",
        "history",
        "doc_id",
    } <= columns:
        return "multidoc2dial", "the rows are MultiDoc2Dial's turns with their documents"
    if {"query", "tools", "answers"} <= columns:
        return "xlam", "the columns are xLAM's: query, tools, answers, which are calls of functions"
    if _holds(first.get("conversations"), "from") or _holds(first.get("conversations"), "role"):
        return "sharegpt", "'conversations' holds the turns of chats, in ShareGPT's form"
    if {"question", "answer"} <= columns and _is_gsm8k([row.get("answer") for row in rows]):
        return "gsm8k", "answers end in #### and have GSM8K's marks <<...>>, which are left out"
    return None


def _holds(value: Any, key: str) -> bool:
    return (
        isinstance(value, list) and bool(value) and isinstance(value[0], dict) and key in value[0]
    )


def _has_texts(value: Any) -> bool:
    return (isinstance(value, dict) and "text" in value) or _holds(value, "text")


def _is_gsm8k(answers: list[Any]) -> bool:
    texts = [answer for answer in answers if isinstance(answer, str)]
    return (
        len(texts) == len(answers)
        and all("####" in text for text in texts)
        and any("<<" in text for text in texts)
    )
