"""Numbers written out in English: "seventeen", "one hundred and five", "a dozen", "two thirds"."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_SMALL = {word: value for value, word in enumerate(_ONES.split())}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}
SCALES = {
    "dozen": 12,
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
SCALES_BEHIND = SCALES | {
    word: 10**power
    for power, words in {
        2: "hundreds 百",
        3: "thousands tausend mille mil mila duizend tusen tysiąc tysiące tysięcy bin"
        " nghìn ribu тысяча тысячи тысяч тыс 千 천",
        4: "万 萬 만",
        6: "millions mn millionen mio millón millones milione milioni milhão milhões"
        " miljoen miljon miljoner milyon milion miliony milionów triệu juta"
        " миллион миллиона миллионов млн",
        8: "亿 億 억",
        9: "milliarde milliarden mrd milliard milliards miliardo miliardi bilhão bilhões"
        " bn mld miljard miljarder milyar miliard miliardy miliardów tỷ миллиард миллиарда"
        " миллиардов млрд",
        12: "trillions billionen billones 兆 조",
    }.items()
    for word in words.split()
}
"""What such a word behind a numeral makes of it. "Billions" is not among them: in English it is
another number than in French."""
SHORT_SCALES = {"k": 10**3, "K": 10**3, "m": 10**6, "M": 10**6, "B": 10**9, "b": 10**9}
"""Of money, directly behind the number: "$5M"."""
_UNSPACED = "百千万萬亿億兆천만억조"

SHARES = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4} | {
    word: below
    for below, name in enumerate(
        ["third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], start=3
    )
    for word in (name, name + "s")
}
_NOT_COUNTED = {"no", "any", "every", "some", "the", "this", "that", "which", "each", "another"}


def scale_at(word: str) -> tuple[int, str] | None:
    """The scale that a word behind a numeral begins with, and what of the word is left.

    Only in scripts without spaces is anything left: "万です".
    """
    if word and word[0] in _UNSPACED:
        return SCALES_BEHIND[word[0]], word[1:]
    scale = SCALES_BEHIND.get(word.lower())
    return None if scale is None else (scale, "")


def number_at(words: Sequence[str], at: int) -> tuple[Fraction, int] | None:
    """The number that the words say from there on, and where it ends; None if they say none."""
    if words[at] == "half":
        return Fraction(1, 2), at + 1
    whole, end = _whole(words, at)
    if whole is None:
        return None
    following = words[end] if end < len(words) else ""
    if following in SHARES:
        return Fraction(whole, SHARES[following]), end + 1
    if words[at] in ("a", "an") and end == at + 1:
        return None
    if words[at] == "one" and ((at and words[at - 1] in _NOT_COUNTED) or following == "of"):
        return None  # "no one", "one of them"
    if following == "and" and end + 1 < len(words):
        share = number_at(words, end + 1)
        if share and 0 < share[0] < 1:
            return whole + share[0], share[1]
    return Fraction(whole), end


def _whole(words: Sequence[str], at: int) -> tuple[int | None, int]:
    """The whole number from there on: hundreds and less are gathered up to a larger scale."""
    total, part, end = 0, -1, at  # a part of -1 has not begun
    while end < len(words):
        word = words[end]
        if word in ("a", "an") and end == at:
            part = 1
        elif word in _TENS and (part < 0 or (part and part % 100 == 0)):
            part = max(part, 0) + _TENS[word]
        elif word in _SMALL and (part < 0 or _has_room(part, _SMALL[word])):
            part = max(part, 0) + _SMALL[word]
        elif word in SCALES and part >= 0:
            scale = SCALES[word]
            total, part = (total, part * scale) if scale <= 100 else (total + part * scale, -1)
        elif not (word == "and" and end > at and _goes_on(words, end)):
            break
        end += 1
    return (total + max(part, 0), end) if end > at else (None, at)


def _has_room(part: int, ones: int) -> bool:
    """Whether the ones can stand behind the part: "twenty one", "two hundred nineteen"."""
    if part and part % 100 == 0:
        return True
    return part % 10 == 0 and part % 100 >= 20 and 0 < ones < 10


def _goes_on(words: Sequence[str], at: int) -> bool:
    """Whether "and" stands inside a number, as in "two hundred and five"."""
    before, behind = words[at - 1], words[at + 1] if at + 1 < len(words) else ""
    share = words[at + 2] if at + 2 < len(words) else ""
    return (
        SCALES.get(before, 0) >= 100
        and (behind in _SMALL or behind in _TENS)
        and share not in SHARES
    )
