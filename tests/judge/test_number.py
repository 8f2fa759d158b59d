"""Plain numbers are read exactly, and only where the text is one number."""

from __future__ import annotations

from fractions import Fraction

import pytest

from s3ft.judge._number import last_number, number, same


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18", 18),
        ("18.", 18),
        ("18.00", 18),
        (".4", Fraction(2, 5)),
        ("-5", -5),
        ("−5", -5),
        ("-$5", -5),
        ("$-5", -5),
        ("1,000", 1000),
        ("1 000", 1000),
        ("1\u202f000", 1000),
        ("$1,234,567.50", Fraction("1234567.5")),
        (r"\$70{,}000", 70000),
        (r"32,\!349", 32349),
        ("3/4", Fraction(3, 4)),
        ("2 1/2", Fraction(5, 2)),
        ("-2 1/2", Fraction(-5, 2)),
        (r"\frac{1}{3}", Fraction(1, 3)),
        (r"2\frac12", Fraction(5, 2)),
        ("½", Fraction(1, 2)),
        ("2½", Fraction(5, 2)),
        ("20%", 20),
        (r"28\%", 28),
        ("18 dollars a day", 18),
        ("**18**", 18),
        ("12 cm^2", 12),
        ("12m²", 12),
        (r"15\mbox{ cm}", 15),
        ("90^\\circ", 90),
        ("1.8 million dollars", 1_800_000),
        ("1.5e3", 1500),
    ],
)
def test_reads_a_number(text: str, value: int | Fraction) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eggs",
        "5x",
        "5 x",
        "x2",
        "5 or 3",
        "5 and a half",
        "5 + 3",
        "3:30",
        "5!",
        "2^4",
        "5²",
        "5①",
        "٥",
        "10/0",
        "1,00,0",
        "(1, 2)",
        "5 apples and 3 pears",
        "16-3",
        "1e999999999",
        "7" * 5000,
    ],
)
def test_reads_nothing_else(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("She sells 9 eggs and makes 9 * 2 = $18 every day.", 18),
        ("So it is 9*2=18.", 18),
        ("They need 2 1/2 cups.", Fraction(5, 2)),
        ("That makes 2 million.", 2_000_000),
        ("It covers 12 m² of land.", 12),
        ("nothing here", None),
        ("It starts at 3:30.", None),
        ("AZYUK2A", None),
    ],
)
def test_last_number_in_running_text(text: str, value: int | Fraction | None) -> None:
    last = last_number(text)
    assert (last and last[1]) == value


def test_a_third_may_be_written_with_six_digits() -> None:
    third = Fraction(1, 3)
    assert same(third, Fraction("0.333333"))
    assert not same(third, Fraction("0.3333"))
    assert not same(Fraction("0.3333333"), Fraction("0.3333334"))
    assert not same(Fraction(1, 3_000_000), Fraction(0))
