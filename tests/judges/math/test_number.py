"""Numbers are read exactly, and only where the text is one number."""

from __future__ import annotations

from fractions import Fraction

import pytest

from s3ft.judges.math import (
    Bound,
    Clock,
    Listing,
    Numeral,
    Quantity,
    Ratio,
    Unread,
    numeral,
    plain,
    read,
    same,
)


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
        ("1'000", 1000),
        ("1,23,456", 123456),
        ("1.234.567", 1234567),
        ("1.234,5", Fraction("1234.5")),
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
        ("5 and a half", Fraction(11, 2)),
        ("٥", 5),
        ("seventeen", 17),
        ("two thousand five hundred and six", 2506),
        ("minus twenty-one", -21),
        ("a quarter", Fraction(1, 4)),
    ],
)
def test_reads_a_number(text: str, value: int | Fraction) -> None:
    read_as = read(plain(text))
    assert isinstance(read_as, Quantity)
    assert read_as.number.value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eggs",
        "5x",
        "5 x",
        "x2",
        "5 or 3",
        "5 + 3",
        "3:30",
        "5!",
        "2^4",
        "5²",
        "5①",
        "10/0",
        "1,00,0",
        "(1, 2)",
        "5 apples and 3 pears",
        "16-3",
        "1e999999999",
        "not 5",
        "5 or more",
        "no one knows",
    ],
)
def test_reads_no_single_number_elsewhere(text: str) -> None:
    assert not isinstance(read(plain(text)), Quantity)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("3:30", Clock),
        ("4 p.m.", Clock),
        ("3 to 1", Ratio),
        ("3:1", Ratio),
        ("more than 4", Bound),
        ("\\geq 4", Bound),
        ("5 or 3", Listing),
        ("5 apples and 3 pears", Listing),
    ],
)
def test_reads_other_values(text: str, kind: type) -> None:
    assert isinstance(read(plain(text)), kind)


def test_a_comma_may_part_decimals_or_values() -> None:
    assert isinstance(read("3,5"), Listing)
    assert read("3,5", comma=True) == Quantity(Numeral(Fraction(7, 2), 2))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("She sells 9 eggs and makes 9 * 2 = $18 every day.", 18),
        ("So it is 9*2=18.", 18),
        ("They need 2 1/2 cups.", Fraction(5, 2)),
        ("That makes 2 million.", 2_000_000),
        ("It covers 12 m² of land.", 12),
        ("the number is not 10 which is 1,000.99€", Fraction("1000.99")),
        ("nothing here", None),
        ("It starts at 3:30.", None),
        ("AZYUK2A", None),
        ("He has 5 apples and 3 pears.", None),
    ],
)
def test_last_number_in_running_text(text: str, value: int | Fraction | None) -> None:
    read_as = read(plain(text), loose=True)
    assert (read_as.number.value if isinstance(read_as, Quantity) else None) == value


def test_what_is_unread_says_why() -> None:
    assert read("eggs") is Unread.NOTHING
    assert read("not 5") is Unread.UNCLEAR
    assert read("x+5") is Unread.FORMULA


def test_a_third_may_be_written_with_six_digits() -> None:
    third = Numeral(Fraction(1, 3))
    assert same(third, numeral("0.333333"))
    assert not same(third, numeral("0.3333"))
    assert not same(numeral("0.3333333"), numeral("0.3333334"))
    assert not same(Numeral(Fraction(1, 3_000_000)), numeral("0"))


def test_what_a_program_prints_is_equal_at_double_precision() -> None:
    assert same(numeral("3.999999999999999"), numeral("4.0"))
    assert same(numeral("0.30000000000000004"), numeral("0.3"))
    assert not same(numeral("3.9999999"), numeral("4"))
    assert not same(numeral("1000000000000001"), numeral("1000000000000000"))
    assert not same(numeral("0.1234567890123456"), numeral("0.1234567890123457"))
