"""GSM8K (Cobbe et al., arXiv 2110.14168): the gold without the marks for a calculator.

A row is ``{"question", "answer"}``, the answer ``... = <<48/2=24>>24 clips.\\n#### 72``, in the
official JSONL files and on the Hub (``openai/gsm8k``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from .._values import BadValue
from ._nested import Flat, Found, LayoutOptions, text, unknown

_CALCULATION = re.compile(r"<<[^<>]*>>")


def gsm8k(row: Mapping[str, Any], options: LayoutOptions) -> Found:
    """The row with two columns more: ``solution``, its steps, and ``result``, the number.

    Raises:
        BadValue: it is no row of GSM8K.
    """
    if not {"question", "answer"} <= row.keys():
        raise unknown("GSM8K's: it lacks question or answer", row)
    yield "", partial(_problem, row)


def _problem(row: Mapping[str, Any]) -> Flat:
    steps, mark, result = text(row, "answer").rpartition("####")
    if not mark or not result.strip():
        raise BadValue("answer", "has no result after ####")
    return {**row, "solution": _CALCULATION.sub("", steps).strip(), "result": result.strip()}
