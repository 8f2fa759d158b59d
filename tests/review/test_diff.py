"""Differences by words: what is in the text, and nothing lost of it."""

from __future__ import annotations

import pytest

from s3ft.review import Piece, differences


def test_words_that_differ_are_marked() -> None:
    assert differences("It is 12, I think.", "It is 21, I think.") == [
        Piece("", "It is "),
        Piece("del", "12"),
        Piece("ins", "21"),
        Piece("", ", I think."),
    ]


@pytest.mark.parametrize(
    ("other", "text"),
    [
        ("a b c d", "a b x d\n\n e"),
        ("NO ANSWER", "The text does not say that."),
        ("a", ""),
        ("", "a b"),
        ("x " * 3000, "x " * 2999),
        ("<b>a</b>", "  <i>a</i>"),
    ],
)
def test_the_text_is_all_there(other: str, text: str) -> None:
    pieces = differences(other, text)
    assert "".join(piece.text for piece in pieces if piece.kind != "del") == text


def test_texts_with_little_in_common_have_no_marks() -> None:
    assert differences("NO ANSWER", "He is in the barn.") == [Piece("", "He is in the barn.")]
