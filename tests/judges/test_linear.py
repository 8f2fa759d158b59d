"""What a degenerate model writes takes linear time, and a megabyte of each form comes to an end."""

from __future__ import annotations

import pytest
from linear import FORMS

from growth import assert_linear
from s3ft.judges.math import math
from s3ft.judges.text import choice, match
from s3ft.judges.tool import tool
from s3ft.records import Case

JUDGES = {
    "math": (math(), "18"),
    "math, a word": (math(), "Monday"),
    "choice": (choice(), "B"),
    "match": (match(), "Paris"),
    "tool": (tool(), "f(a=1)"),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [name for name in JUDGES if name != "math, a word"])
def test_a_megabyte_comes_to_an_end(name: str, form: str) -> None:
    """In seconds, where quadratic time would be minutes: ``benchmarks/linear.py`` shows both."""
    judge, gold = JUDGES[name]
    run = FORMS[form] * (1_000_000 // len(FORMS[form]))
    short = run[:50_000]
    for text in (f"5 {run}", short, f"({short} 5"):
        assert next(judge([Case("0", (), text, (gold,))])).label in ("incorrect", "unknown")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", JUDGES)
def test_time_is_linear_in_twenty_thousand_characters(name: str, form: str) -> None:
    judge, gold = JUDGES[name]
    text = FORMS[form] * (20_000 // len(FORMS[form]))
    assert_linear(lambda size: next(judge([Case("0", (), f"5 {text[:size]} x", (gold,))])), 20_000)
