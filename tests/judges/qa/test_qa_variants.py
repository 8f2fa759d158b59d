"""The qa judge on words and figures that are written in several ways, and on others beside them."""

from __future__ import annotations

import pytest

from growth import assert_linear
from s3ft.judges import registry, to_case

SAME = [
    ("favorite colors", "favourite colours"),
    ("organized crime", "organised crime"),
    ("World Trade Centre", "the World Trade Center"),
    ("traveling", "travelling"),
    ("the tyre", "the tire"),
    ("city", "cities"),
    ("a movie", "movies"),
    ("class", "classes"),
    ("box", "boxes"),
    ("child", "children"),
    ("wolf", "wolves"),
    ("2/3", "two-thirds of voters"),
    ("three quarters", "3/4"),
    ("1/3", "one third of them"),
    ("1/5", "a fifth"),
    ("two times", "Twice."),
    ("3 times daily", "three times a day"),
    ("two times per week", "twice a week"),
    ("noon", "12:00 p.m."),
    ("12:00 a.m.", "at midnight"),
    ("High Noon", "High Noon"),
    ("1979–80", "the 1979-1980 season"),
    ("1951-1952", "1951–52"),
    ("500,000", "5 lakh"),
    ("₹50 million", "5 crore rupees"),
    ("Dr. Smith", "Doctor Smith"),
    ("Fort Worth", "Ft. Worth"),
    ("Fifth Avenue", "5th Ave."),
    ("5 October", "Oct. 5"),
    ("circa 1500", "c. 1500"),
    ("number one", "the #1 hit"),
    ("10 Downing Street", "at No. 10 Downing Street"),
    ("Apple Inc.", "Apple"),
    ("Phoenix Mills Limited", "the Phoenix Mills Ltd."),
    ("Amartya Sen", "It is Amartya Sen. He is an economist."),
]
"""The gold, and a response that says it."""

OTHER = [
    ("Mary Curie", "Marie Curie"),
    ("Marie Curie", "Mary Curie"),
    ("for", "four"),
    ("1/3", "two-thirds"),
    ("1/3", "the third"),
    ("1/3", "a third man"),
    ("3/4", "four fifths"),
    ("12", "twice 12"),
    ("noon", "12 a.m."),
    ("noon", "afternoon"),
    ("1979–80", "1978-79"),
    ("2011-10", "2010-11"),
    ("5 million", "5 lakh"),
    ("5th Ave", "Sixth Avenue"),
    ("General Motors Corp.", "General Electric"),
    ("Dr", "Drive"),
]
"""The gold, and a response that says another."""


def label(gold: str, response: str, prompt: str = "What is it?") -> str:
    row = {"prompt": prompt, "gold": gold, "response": response}
    return next(registry.make("qa", {})([to_case("0", row)])).label


@pytest.mark.parametrize(("gold", "response"), SAME)
def test_an_answer_written_otherwise_is_right(gold: str, response: str) -> None:
    assert label(gold, response) == "correct"


@pytest.mark.parametrize(("gold", "response"), OTHER)
def test_another_answer_is_wrong(gold: str, response: str) -> None:
    assert label(gold, response) == "incorrect"


def test_a_number_does_not_deny() -> None:
    assert label("no", "No. 5 people came.", "Did ten people come?") == "incorrect"


@pytest.mark.parametrize("piece", ["two thirds ", "1979-80", "c. 1 ", "twice a ", "# 5", "noon "])
def test_it_takes_time_by_the_length(piece: str) -> None:
    text = piece * (8000 // len(piece))
    assert_linear(lambda size: label("two thirds", text[:size]), len(text))


@pytest.mark.parametrize("answer", ["a b, c d and e f", "3 wins and 4 losses", "a, b, c, d, e, f"])
def test_an_answer_repeated_in_pieces_does_not_hold_it_up(answer: str) -> None:
    text = " ".join(reversed(answer.replace(",", "").replace("and ", "").split())) + " "
    text = text * (8000 // len(text))
    assert_linear(lambda size: label(answer, text[:size]), len(text))
