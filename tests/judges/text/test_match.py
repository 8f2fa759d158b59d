"""The match judge: equality, but for what changes nothing."""

from __future__ import annotations

import pytest

from s3ft.judges.text import match
from s3ft.records import Case, Verdict


def ask(response: str, *gold: str, **options: bool) -> Verdict:
    return next(match(**options)([Case("0", (), response, gold)]))


WRONG = [
    ("35", "3.5"),
    ("5", "-5"),
    ("5", ".5"),
    ("C", "C++"),
    ("C", "C#"),
    ("330", "3:30"),
    ("Paris", "Paris, France"),
    ("Paris", "?!"),
    ("50", "5⁰"),
    ("102", "10²"),
    ("51", "5①"),
    ("12", "1;2"),
    ("23", "2*3"),
    ("23", "2**3"),
    ("12", "1_2"),
    ("12", "1(2)"),
    ("a0", "a[0]"),
    ("fx", "f(x)"),
    ("53", "5'3\""),
    ("5", "5!"),
    ("5'", '5"'),
    ("A", "A*"),
    ("[0, 1)", "(0, 1)"),
    ("(0, 1]", "(0, 1)"),
    ("[1, 2]", "(1, 2)"),
    ("5", "5%"),
    ("50%", "50"),
    ("5", "$5"),
    ("$5", "€5"),
    ("5", "~5"),
    ("5", "<5"),
    ("4", ">4"),
    ("15", "1…5"),
    ("12", "1/2"),
    ("11/2", "1½"),
    ("1000", "1.000"),
    ("1,000", "1.000"),
    ("10", "1 0"),
    ("Paris", "not Paris"),
    ("Paris", "Paris or Rome"),
    ("Paris", "Pari"),
    ("Paris", "Рaris"),
    ("x2", "x²"),
    ("true", "not true"),
    ("5", "5/1"),
    ("a", "b"),
    ("5", "5 km"),
    ("5 m", "5 km"),
    ("3,5", "3;5"),
    ("1:2", "1;2"),
    ("9:30", "930"),
    ("-5", "5"),
    ("+5", "-5"),
    ("1e5", "15"),
    ("yes", "no"),
    ("AC", "A/C"),
    ("12", '1"2'),
    ("12", "1`2"),
    ("12", "{1}{2}"),
]
RIGHT = [
    ("Paris", "paris."),
    ("Paris", "  “Paris” \n"),
    ("New York", "new\n york"),
    ("1,000", "1,000"),
    ("½ cup", "½ cup"),
    ("½ cup", "1/2 cup"),
    ("Straße", "STRASSE"),
    ("Paris", "**Paris**"),
    ("Paris", "*Paris*"),
    ("Paris", "_Paris_"),
    ("Paris", "`Paris`"),
    ("Paris", "(Paris)"),
    ("Paris", "[Paris]"),
    ("Paris", "Paris!"),
    ("Paris", "'Paris'"),
    ("Paris", "«Paris»"),
    ("U.S.", "US"),
    ("US", "U.S."),
    ("U.S.A.", "USA"),
    ("p.m.", "pm"),
    ("don't", "don’t"),
    ("dont", "don't"),
    ("O'Brien", "O’Brien"),
    ("St. John's", "St Johns"),
    ("3.5", "3.5"),
    ("3.5", "3.5."),
    ("5", "5."),
    ("5", "(5)"),
    ("5", "5,"),
    ("5", '"5"'),
    ("-5", "−5"),
    ("co-op", "co‐op"),
    ("x^2", "x²"),
    ("H2O", "H₂O"),
    ("café", "café"),
    ("ﬁne", "fine"),
    ("ABC", "ＡＢＣ"),
    ("4", "４"),
    ("Paris", "Pa\u200bris"),
    ("Paris, France", "Paris France"),
    ("[0, 1)", "[0,1)"),
    ("f(x)", "f(x)"),
    ("5!", "5!"),
    ("C++", "c++"),
    ("A*", "A*"),
    ("yes, sir", "Yes,sir"),
    ("Paris", "Paris…"),
    ("Paris", "**Paris.**"),
    ("Paris", "__Paris__"),
    ("the answer", "The   Answer"),
    ("e.g. this", "eg this"),
    ("naïve", "naïve"),
    ("10:30", "10:30."),
    ("i", "I"),
    ("50%", "50%."),
    ("2½", "2 1/2"),
]


@pytest.mark.parametrize(("gold", "response"), RIGHT)
def test_ignores_case_punctuation_and_space(gold: str, response: str) -> None:
    assert ask(response, gold).label == "correct"


@pytest.mark.parametrize(("gold", "response"), WRONG)
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
