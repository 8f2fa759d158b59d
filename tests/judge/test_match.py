"""The match judge: equality, but for what changes nothing."""

from __future__ import annotations

import pytest

from s3ft.judge._match import match
from s3ft.records import Case, Verdict


def ask(response: str, *gold: str, **options: bool) -> Verdict:
    return next(match(**options)([Case("0", (), response, gold)]))


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("Paris", "paris."),
        ("Paris", "  “Paris” \n"),
        ("New York", "new\n york"),
        ("1,000", "1,000"),
        ("½ cup", "½ cup"),
        ("Straße", "STRASSE"),
    ],
)
def test_ignores_case_punctuation_and_space(gold: str, response: str) -> None:
    assert ask(response, gold).label == "correct"


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("35", "3.5"),
        ("5", "-5"),
        ("5", ".5"),
        ("C", "C++"),
        ("C", "C#"),
        ("330", "3:30"),
        ("Paris", "Paris, France"),
        ("Paris", ""),
        ("Paris", "?!"),
    ],
)
def test_does_not_ignore_what_makes_another_answer(gold: str, response: str) -> None:
    assert ask(response, gold).label == "incorrect"


def test_options_are_strict() -> None:
    assert ask("paris", "Paris", ignore_case=False).label == "incorrect"
    assert ask("Paris.", "Paris", ignore_punctuation=False).label == "incorrect"


def test_any_accepted_answer_will_do() -> None:
    assert ask("NYC", "New York", "NYC").label == "correct"
    assert ask("LA", "New York", "NYC").label == "incorrect"


def test_without_a_gold_it_does_not_know() -> None:
    assert ask("Paris").label == "unknown"
    assert ask("Paris", "").label == "unknown"
    assert ask("", "").label != "correct"
