"""Reads what a short text says as an answer: one value or several, told in numbers or words.

What holds signs of algebra is a formula, which is not for this reader. What holds a number that its
words deny, halve, or make unsure in another way is unclear, and stays so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from ._number import Numeral
from ._number_words import SHORT_SCALES, scale_at
from ._phrases import PARTS, UNSURE_PARTS, Turned, before, behind, word_set
from ._tokens import Token, Unread, is_algebra, no_plain_text, tokens_of, with_number_words
from ._units import Unit, unit_at
from ._value import Bound, Clock, ListedValue, Listing, Quantity, Ratio, Value, distinguishing

_ASIDE = re.compile(r"(?<=[\w%°$€£}])\s*\(([^()]*[^\W\d_]{2}[^()]*)\)")
_HALF_OF_DAY = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)
_AND_A_HALF = re.compile(r"(?<=\d)\s+and\s+(?:a|one)\s+half\b", re.IGNORECASE)
_JOINS = word_set(", ; & and or und oder et ou y o e ， 、 和 或")
_ALTERNATIVES = word_set("or oder ou o 或")
_TIES = word_set("of out the x times plus minus by to per over for - – / : '")
_PUNCTUATION = word_set(", ; . : ? ! ( ) [ ] \" ' & … - # / $ € £ ¥ ₹ % ° ¢")
_REFERENCES = word_set(
    "step steps equation eq line part problem question example figure table page chapter "
    "section note option method case item row"
)
_GRAMMAR = word_set("a an the is are was has have had and or it its be of for to in on at")


def read(text: str, *, comma: bool = False, loose: bool = False) -> Value | Unread:
    """The value that the text, which is plain and short, tells.

    Args:
        comma: whether a comma between digits may part the decimals.
        loose: whether the text is a running sentence, in which earlier numbers may lead up to the
            last one; else all of its numbers are part of the answer.
    """
    text = _HALF_OF_DAY.sub(r"\1m", _ASIDE.sub(_without_aside, text))
    text = _AND_A_HALF.sub(" 1/2", text)
    try:
        tokens = tokens_of(text, comma)
        if not any(token.value for token in tokens):
            tokens = with_number_words(tokens)
        return _read(tokens, loose)
    except Turned:
        return Unread.UNCLEAR


def _without_aside(aside: re.Match[str]) -> str:
    """An aside behind an answer says nothing more, unless it takes it back."""
    words = aside[1].lower().split()
    telling = {"or", "not", "if", "dozen"}.union(PARTS, UNSURE_PARTS)
    return aside[0] if telling.intersection(words) else " "


def _read(tokens: list[Token], loose: bool) -> Value | Unread:
    equals = [at for at, token in enumerate(tokens) if token.text == "="]
    if equals:
        return _right_side(tokens, equals[-1], loose)
    places = _answers_at(tokens)
    if not places:
        pi = len(tokens) == 1 and tokens[0].text.lower() in ("pi", "π")
        odd = pi or any(is_algebra(token.text) or token.text.isnumeric() for token in tokens)
        return Unread.FORMULA if odd else Unread.NOTHING
    if loose and len(places) > 1:
        lead = _after_unit(tokens, places[-2], places[-1])
        if not _tied(lead):
            tokens, places = [*lead, *tokens[places[-1] :]], [len(lead)]
    if unread := no_plain_text(tokens, places):
        return unread
    if len(places) == 1:
        return _single(tokens[: places[0]], tokens[places[0]], tokens[places[0] + 1 :])
    return _several(tokens, places)


def _answers_at(tokens: list[Token]) -> list[int]:
    """Where numbers stand, less those that only refer to something ("step 2")."""
    places = [at for at, token in enumerate(tokens) if token.value]
    real = [at for at in places if not (at and tokens[at - 1].text.lower() in _REFERENCES)]
    return real or places


def _right_side(tokens: list[Token], equals: int, loose: bool) -> Value | Unread:
    """What ``9 * 2 = 18 dollars`` comes to: its last side, where the others are arithmetic."""
    left, right = tokens[:equals], tokens[equals + 1 :]
    value = _read(right, loose=False)
    if isinstance(value, Unread | Listing):
        return value if value is Unread.UNCLEAR else Unread.FORMULA
    before(_words(left))  # may take it back
    names = [t.text for t in left if t.text.isalpha() and t.text.isascii() and len(t.text) < 3]
    places = [at for at, token in enumerate(left) if token.value]
    if loose:
        own = left[places[-1] + 1 :] if places else []
        return Unread.UNCLEAR if own and own[0].text.lower() in _JOINS and len(own) < 4 else value
    if any(name.lower() not in ("x", "a", "is", "we", "he", "so", "it") for name in names):
        return Unread.FORMULA
    if not places:
        return Unread.FORMULA if "x" in names or not left else value
    if any(token.text.lower() in _JOINS for token in left[places[0] :]):
        return _read([token for token in tokens if token.text != "="], loose)
    return value


def _words(tokens: Sequence[Token]) -> list[str]:
    return [token.text.lower() for token in tokens]


def _after_unit(tokens: list[Token], at: int, end: int) -> list[Token]:
    """What stands between a number with its unit and the next number."""
    own = [token.text for token in tokens[at + 1 : end]]
    return tokens[at + 1 + unit_at(own)[1] : end]


def _tied(between: list[Token]) -> bool:
    """Whether two numbers with this between them belong together: "5 apples and 3 pears"."""
    words = [word for word in _words(between) if word not in "$€£¥₹"]
    if not words or all(word in _TIES for word in words):
        return True
    return words[-1] in _JOINS or (len(words) > 1 and words[-2] in _JOINS and words[-1] == "a")


def _single(lead: list[Token], number: Token, tail: list[Token]) -> Value:
    """One number with the words around it."""
    sign, bound = before(_words(lead))
    value = number.value
    words = [token.text for token in tail]
    if isinstance(value, Ratio):
        if sign < 0 or bound:
            raise Turned
        return value
    half = next((word for word in _words(tail[:1]) if word in ("am", "pm", "o'clock")), "")
    if isinstance(value, Numeral) and half and value.value in range(1, 13):
        value = Clock(int(value.value), 0)
    if isinstance(value, Clock):
        half = "" if half == "o'clock" else half
        sign_behind, bound_behind = behind(_words(tail))
        if bound or bound_behind or sign * sign_behind < 0:
            raise Turned
        return replace(value, half=half)
    assert isinstance(value, Numeral)
    while words and (scale := scale_at(words[0])):
        value = value.times(scale[0])
        words = [scale[1], *words[1:]] if scale[1] else words[1:]
    if words and _money(lead) and tail[0].glued and words[0] in SHORT_SCALES:
        value, words = value.times(SHORT_SCALES[words[0]]), words[1:]
    if words and (part := PARTS.get(words[0].lower())):
        value, words = value.times(part), words[1:]
    elif words and words[0].lower() in UNSURE_PARTS:
        raise Turned
    unit, used = _money(lead), 0
    if unit is None:
        unit, used = unit_at(words)
    elif words[:1] == ["/"]:
        used = 1
    sign_behind, bound_behind = behind([word.lower() for word in words[used:]])
    text = f"{lead[-1].text if _money(lead) else ''}{number.text}"
    quantity = Quantity(value.times(sign * sign_behind), unit, text=text)
    if bound and bound_behind and bound != bound_behind:
        raise Turned
    return Bound(bound or bound_behind, quantity) if bound or bound_behind else quantity


def _money(lead: list[Token]) -> Unit | None:
    return unit_at([lead[-1].text])[0] if lead and lead[-1].text in "$€£¥₹" else None


def _several(tokens: list[Token], places: list[int]) -> Value:
    """Several numbers: one in several units, a ratio, or values that count together."""
    items: list[ListedValue] = []
    compound, either = True, False
    lead = tokens[: places[0]]
    lead_words = _words(lead)
    for at, end in zip(places, [*places[1:], len(tokens)], strict=True):
        inner = tokens[at + 1 : end]
        last = end == len(tokens)
        between = [] if last else _after_unit(tokens, at, end)
        words = [word for word in _words(between) if word not in "$€£¥₹"]
        if words == ["to"] and len(places) == 2:
            return _ratio(tokens, places)
        if not last and (words or not inner) and all(word in _TIES for word in words):
            raise Turned
        compound &= last or words in ([], ["and"], [","], [",", "and"])
        joins = [i for i, token in enumerate(inner) if token.text.lower() in _JOINS]
        split = (
            joins[-1] if joins and not last else (len(inner) if last else len(inner) - len(between))
        )
        either |= any(inner[i].text.lower() in _ALTERNATIVES for i in joins)
        tail = inner[: joins[0]] if joins and not last else inner[:split]
        value = _single(lead, tokens[at], tail)
        if not isinstance(value, Quantity) or re.match(r"0\d", tokens[at].text):
            raise Turned
        label = frozenset(
            word for word in _words([*lead, *tail]) if word.isalpha() and word not in _GRAMMAR
        )
        items.append(ListedValue(value, label))
        lead = inner[split:]
    if compound and (whole := _compound([item.value for item in items])):
        return whole
    before(lead_words)  # a bound before the first is one of all
    return Listing(distinguishing(items), either)


def _compound(parts: list[Quantity]) -> Quantity | None:
    """Feet and inches as one length; None where the units are not of one kind, ever smaller."""
    units = [part.unit for part in parts if part.unit]
    if len(units) < len(parts) or len({unit.dimension for unit in units}) > 1:
        return None
    if any(a.factor <= b.factor for a, b in pairwise(units)):
        return None
    total = sum(
        (part.number.value * unit.factor for part, unit in zip(parts, units, strict=True)),
        Fraction(0),
    )
    return Quantity(Numeral(total), Unit(units[0].dimension), compound=True)


def _ratio(tokens: list[Token], places: list[int]) -> Value:
    lead, tail = _words(tokens[: places[0]]), _words(tokens[places[1] + 1 :])
    numbers = [tokens[at].value for at in places]
    if before(lead) != (1, "") or (tail and "ratio" not in [*lead, *tail]):
        raise Turned
    return Ratio(tuple(n.value for n in numbers if isinstance(n, Numeral)))
