"""What a degenerate model writes takes linear time: a megabyte of each form, and twice as much."""

from __future__ import annotations

import time

import pytest

from s3ft.judges.math import math
from s3ft.judges.text import choice, match
from s3ft.records import Case

FORMS = {
    "blanks": " ",
    "lines": "\n",
    "back-ticks": "`",
    "digits": "7",
    "commas": ",",
    "open brackets": "(",
    "open braces": "{",
    "backslashes": "\\",
    "dollars": "$",
    "stars": "*",
    "one letter": "a",
    "combining marks": "a\u0301\u0323",
    "only combining marks": "\u0301\u0323",
    "boxes": "\\boxed{",
    "closed boxes": "\\boxed{5} ",
    "marks": "the answer is ",
    "answers": "the answer is 5. ",
    "headings": "A:\n",
    "labels": "(A) ",
    "numbers": "1, ",
    "thousands": "1,000,",
    "sentences": "5 is. ",
    "less than": "<|",
    "nots": "not ",
}
JUDGES = {
    "math": (math(), "18"),
    "math, a word": (math(), "Monday"),
    "choice": (choice(), "B"),
    "match": (match(), "Paris"),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [name for name in JUDGES if name != "math, a word"])
def test_a_megabyte_takes_little_time(name: str, form: str) -> None:
    judge, gold = JUDGES[name]
    run = FORMS[form] * (1_000_000 // len(FORMS[form]))
    short = run[:50_000]
    for text in (f"5 {run}", short, f"({short} 5"):
        start = time.process_time()
        assert next(judge([Case("0", (), text, (gold,))])).label in ("incorrect", "unknown")
        # A second or two on a quiet machine; quadratic time would take minutes.
        assert time.process_time() - start < 12


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", JUDGES)
def test_twenty_thousand_characters_take_no_time(name: str, form: str) -> None:
    judge, gold = JUDGES[name]
    text = f"5 {FORMS[form] * (20_000 // len(FORMS[form]))} x"
    start = time.process_time()
    next(judge([Case("0", (), text, (gold,))]))
    assert time.process_time() - start < 2
