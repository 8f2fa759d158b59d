"""The qa judge on measures: units and powers in other spellings, and other units and powers."""

from __future__ import annotations

import pytest

from growth import assert_linear
from s3ft.judges import registry, to_case

SAME = [
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
def test_a_measure_in_another_spelling_is_right(gold: str, response: str) -> None:
    assert label(gold, response) == "correct"


@pytest.mark.parametrize(("gold", "response"), OTHER)
def test_another_measure_is_wrong(gold: str, response: str) -> None:
    assert label(gold, response) == "incorrect"


def test_a_bare_number_is_in_the_unit_that_was_asked_for() -> None:
    prompt = "How many square miles is it?"
    assert label("14", "14 sq mi", "How many square mi is it?") == "correct"
    assert label("14", "14 square miles", prompt) == "correct"
    assert label("14", "14 square kilometres", prompt) == "incorrect"


@pytest.mark.parametrize(
    "piece",
    ["10⁶ × ", "1e9 ", "5'1\" ", "9² km² ", "5 °C ", "5 kWh/h ", "⁹", "per second ", "sq ", "$x^"],
)
def test_it_takes_time_by_the_length(piece: str) -> None:
    text = piece * (8000 // len(piece))
    assert_linear(lambda size: label("10⁶ km²", text[:size]), len(text))
