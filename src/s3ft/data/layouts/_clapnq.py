"""CLAPNQ: Natural Questions with their gold passage (Rosenthal et al., arXiv 2404.02103).

A row is ``{"id", "input", "passages": [{"title", "text"}], "output": [{"answer"}]}``, in the
official JSONL files and on the Hub (``PrimeQA/clapnq``). Answerable and unanswerable questions have
files of their own: ``data.path`` takes a pattern. An unanswerable one has an empty answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from .._values import BadValue
from ._nested import Flat, Found, LayoutOptions, objects, question, text, unknown, value


def clapnq(row: Mapping[str, Any], options: LayoutOptions) -> Found:
    """The question of a row.

    Raises:
        BadValue: it is no row of CLAPNQ.
    """
    if not {"input", "passages", "output"} <= row.keys():
        raise unknown("CLAPNQ's: it lacks input, passages or output", row)
    yield "", partial(_question, row, options)


def _question(row: Mapping[str, Any], options: LayoutOptions) -> Flat:
    passages = objects(row, "passages")
    if not passages:
        raise BadValue("passages", "are none")
    flat = question(
        id=row.get("id"),
        question=value(row, "input", str),
        context="\n\n".join(text(passage, "text") for passage in passages),
        answers=[value(output, "answer", str) for output in objects(row, "output")],
        options=options,
    )
    return flat | {"title": passages[0].get("title") or ""}
