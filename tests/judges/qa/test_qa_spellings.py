"""The qa judge on measures and words that are written in several ways, and on others."""

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
    ("5 hours", "5 hrs"),
    ("5 min 30 s", "5 minutes 30 seconds"),
    ("2 h", "a two-hour walk"),
    ("60 mph", "60 miles an hour"),
    ("60 miles per hour", "at 60 mph"),
    ("60 km/h", "60 kilometres per hour"),
    ("60 km/h", "60 kph"),
    ("5 m/s", "5 metres per second"),
    ("9.8 m/s²", "9.8 meters per second squared"),
    ("9.8 m/s^2", "9.8 metres per second per second"),
    ("$5 per hour", "$5 an hour"),
    ("$5 per hour", "5 dollars/hour"),
    ("16 hours", "He slept 16 hours a day."),
    ("20 °C", "20 degrees Celsius"),
    ("20 degrees Celsius", "20 degrees centigrade"),
    ("20 °F", "20 degrees F"),
    ("-40 °C", "−40 °C"),
    ("20°", "20 degrees"),
    ("40° N", "40 degrees north"),
    ("98.6", "98.6 °F"),
    ("5 km²", "5 square kilometres"),
    ("5 km2", "5 km²"),
    ("5 square miles", "about 5 sq. mi of land"),
    ("30,528 square kilometres", "30,528 km2 (11,787 sq mi)"),
    ("12 ft²", "12 square feet"),
    ("12 ft²", "12 feet squared"),
    ("5 cubic metres", "5 m3"),
    ("16 gigabytes", "16 GB"),
    ("5 megawatts", "5 MW"),
    ("5 kilowatt hours", "5 kWh"),
    ("3 gigahertz", "a 3 GHz processor"),
    ("16 milligrams", "16 mg"),
    ("16 liters", "16 L"),
    ("5 tonnes", "5 metric tons"),
    ("5 feet 10 inches", "5'10\""),
    ("5 feet 10 inches", "5 ft 10 in"),
    ("5 feet 10 inches", "5 ft 10 in tall"),
    ("3.5 in", "3 1/2 inches"),
    ("1,000,000", "about 10⁶ cells"),
    ("10^6", "a million"),
    ("10⁻⁶", "10^-6"),
    ("10⁻³", "0.001"),
    ("6.02 × 10²³", "6.02e23"),
    ("6.02 × 10^23", "$6.02 \\times 10^{23}$"),
    ("1.5 million", "1.50E+6"),
    ("300,000,000 m/s", "the value is 3 × 10^8 m/s"),
    ("2^32", "2³² addresses"),
    ("E=mc^2", "E = mc²"),
    ("1969", "In 1969², NASA"),
    ("Paris", "Paris.¹²"),
    ("1990", "5 in 1990"),
    ("Formula V", "Formula V"),
    ("M2", "the M2 chip"),
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
    ("5 hours", "5 minutes"),
    ("5 m", "5 miles"),
    ("60 km/h", "60 mph"),
    ("60 miles per hour", "60 miles per day"),
    ("60 miles per hour", "60 miles"),
    ("5 dollars per hour", "5 dollars"),
    ("20 °C", "20 °F"),
    ("20 degrees Celsius", "20 degrees"),
    ("40° N", "40° S"),
    ("5 km", "5 km²"),
    ("5 km²", "5 km"),
    ("5 miles", "5 square miles"),
    ("5 square miles", "5 square kilometres"),
    ("5 cubic metres", "5 m²"),
    ("16 MB", "16 GB"),
    ("16 g", "16 mg"),
    ("5 mW", "5 MW"),
    ("5 kWh", "5 kW"),
    ("10", "10⁶"),
    ("10 km", "10⁶ km"),
    ("10⁻⁶", "10⁶"),
    ("10^6", "10^5"),
    ("10", "10¹⁰⁰"),
    ("3", "3 × 10^8"),
    ("6.02 × 10²³", "6.02 × 10²²"),
    ("2", "2³² addresses"),
    ("$5", "€5 per hour"),
    ("12", "12³"),
    ("1400", "1400 km"),
    ("hour", "180 km/h"),
    ("5 feet 10 inches", "5'11\""),
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


def test_a_bare_number_is_in_the_unit_that_was_asked_for() -> None:
    prompt = "How many square miles is it?"
    assert label("14", "14 sq mi", "How many square mi is it?") == "correct"
    assert label("14", "14 square miles", prompt) == "correct"
    assert label("14", "14 square kilometres", prompt) == "incorrect"


@pytest.mark.parametrize(
    "piece",
    [
        "10⁶ × ",
        "1e9 ",
        "5'1\" ",
        "9² km² ",
        "5 °C ",
        "5 kWh/h ",
        "⁹",
        "per second ",
        "sq ",
        "$x^",
        "two thirds ",
        "1979-80",
        "c. 1 ",
        "twice a ",
        "# 5",
        "noon ",
    ],
)
def test_it_takes_time_by_the_length(piece: str) -> None:
    text = piece * (8000 // len(piece))
    assert_linear(lambda size: label("10⁶ km²", text[:size]), len(text))


@pytest.mark.parametrize("answer", ["a b, c d and e f", "3 wins and 4 losses", "a, b, c, d, e, f"])
def test_an_answer_repeated_in_pieces_does_not_hold_it_up(answer: str) -> None:
    text = " ".join(reversed(answer.replace(",", "").replace("and ", "").split())) + " "
    text = text * (8000 // len(text))
    assert_linear(lambda size: label(answer, text[:size]), len(text))
