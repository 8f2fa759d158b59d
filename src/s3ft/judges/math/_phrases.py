"""Words around a number that make another answer of it: "minus 5", "at least 5", "5 hundredths".

The most usual ones of other languages stand beside the English ones. What none of these lists knows
is taken for the name of what is counted, or for the sentence around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def word_set(words: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(words.split())


NEGATIONS = word_set(
    "not never hardly scarcely "
    "neither nor without except excluding unlike wrong incorrect false mistake "
    "mistaken cannot doubt impossible unlikely nicht kein keine keinen niemals pas jamais "
    "ni nunca tampoco non não nao nem niet geen inte ikke nie değil bukan tidak không не нет ليس "
    "ليست != ≠ ¬"
)
_CONDITIONS = word_set(
    "if unless suppose supposing assume assuming whether wenn falls angenommen если"
)
_SUPPOSING = ("如果", "假设", "假設", "もし", "만약")  # the same inside words
_NEGATING = word_set(
    "不 非 没 ない ません じゃな n't 아니 아닙 아닌"
)  # in words that no space parts
_SIGNS = word_set("minus negative moins menos meno минус マイナス 负 負")
_BOUNDS = {
    tuple(phrase.split()): sign
    for sign, phrases in {
        ">=": "at least|no less than|no fewer than|not less than|not fewer than|a minimum of"
        "|more than or equal to|greater than or equal to|mindestens|au moins|al menos|almeno|至少"
        "|не менее|>=|≥|=>",
        "<=": "at most|no more than|not more than|a maximum of|up to|less than or equal to"
        "|fewer than or equal to|höchstens|au plus|como máximo|al massimo|最多|至多|не более"
        "|<=|≤|=<",
        ">": "more than|greater than|larger than|bigger than|higher than|longer than|over|above"
        "|beyond|exceeds|exceeding|mehr als|größer als|über|plus de|plus que|más de|más que|più di"
        "|больше|более|大于|超过|>",
        "<": "less than|fewer than|smaller than|lower than|shorter than|under|below|nearly|almost"
        "|close to|just short of|weniger als|kleiner als|unter|fast|moins de|moins que|presque|casi"
        "|menos de|menos que|meno di|меньше|менее|小于|少于|<",
        "..": "between|from|anywhere from|within|other than|anything but|all but|rather than"
        "|instead of|zwischen|entre|desde|fra|между",
    }.items()
    for phrase in phrases.split("|")
}
_LONGEST = max(map(len, _BOUNDS))
# Directly before a number, these make it a part of what is meant.
_OPERATIONS = word_set(
    "half halves third thirds quarter quarters fourth fifth sixth seventh eighth ninth "
    "tenth tenths hundredth hundredths thousandth thousandths double triple quadruple "
    "twice thrice times percent square cube root opposite negation inverse reciprocal log "
    "logarithm ln factorial sin cos tan sine cosine tangent multiple multiples factor "
    "factors divisor divisors power powers dozen dozens hundreds thousands millions "
    "billions billionen modulo mod base plus divided multiplied difference product quotient past "
    "doppelte doppelt hälfte moitié doble mitad половина вдвое √ % sum"
)
_FILLERS = word_set(
    "a an the of to or equal about approximately roughly around only just exactly even as "
    'in by than value total number positive de la le que als von to ( [ $ € £ ¥ ₹ # = : "'
)
_CLAUSES = word_set(
    ", ; : . ? ! … so thus hence therefore then but also donc also entonces which it's"
)
_THINK = word_set("think believe say sure certain know guess that")
_MORE = word_set("more greater above over higher up larger older later mehr plus más")
_LESS = word_set("less fewer below under lower smaller younger earlier weniger moins menos")
_BEHIND = word_set(
    "plus minus times squared cubed factorial point half mod modulo choose base to "
    "divided and und et y recurring repeating periodic + * ^ ! × ÷"
)
_PARTIAL = word_set("… th st nd rd")
_FURTHER = word_set("twice double triple half")
PARTS = {
    name + end: Fraction(1, 10**power)
    for power, name in ((1, "tenth"), (2, "hundredth"), (3, "thousandth"), (6, "millionth"))
    for end in ("", "s")
}
"""What such a word behind a number makes of it."""
UNSURE_PARTS = word_set(
    "halves thirds fourths fifths sixths sevenths eighths ninths quarters billions"
)
"""Words behind a number that may be fractions or things, as "3 quarters", or other numbers."""


class Turned(Exception):
    """The words make something of the number that is no value."""


def clause(words: Sequence[str]) -> list[str]:
    """The words from the last break between clauses on."""
    breaks = [
        at
        for at, word in enumerate(words)
        if word in _CLAUSES and not (word == "it's" and at and words[at - 1] in _THINK)
    ]
    return list(words[breaks[-1] + 1 :] if breaks else words)


def denies(words: Sequence[str]) -> bool:
    """Whether the words say that something is not so."""
    return any(
        word in NEGATIONS or any(part in word for part in _NEGATING) or (word == "no" and at)
        for at, word in enumerate(words)
    )


def before(words: Sequence[str]) -> tuple[int, str]:
    """What the words in front of a number, in lower case, make of it: its sign, and a bound.

    Raises:
        Turned: it is denied, or only a part of what is meant.
    """
    own = list(words)
    sign = 1
    while own:
        for length in range(min(_LONGEST, len(own)), 0, -1):
            if bound := _BOUNDS.get(tuple(own[-length:])):
                if denies(own[:-length]):
                    raise Turned
                return sign, bound
        if not own[-1].isascii() and (bound := _bound_inside(own[-1])):
            return sign, bound
        if own[-1] in _OPERATIONS:
            raise Turned
        if own[-1] in _SIGNS:
            if len(own) > 1 and len(own[-2]) == 1 and own[-2].isalpha() and own[-2].isascii():
                raise Turned  # "x minus 5"
            sign = -sign
        elif own[-1] not in _FILLERS:
            break
        own.pop()
    own = clause(own)
    supposed = any(part in word for word in own for part in _SUPPOSING)
    if denies(own) or supposed or _CONDITIONS.intersection(own):
        raise Turned
    return sign, ""


def _bound_inside(word: str) -> str:
    """The bound that a word of a language without spaces ends with."""
    word = word.rstrip("是为為有")
    return next((sign for (phrase, *_), sign in _BOUNDS.items() if word.endswith(phrase)), "")


def behind(words: Sequence[str]) -> tuple[int, str]:
    """What the words behind a number and its unit make of it, as `before` does."""
    words = list(words)
    ends = [at for at, word in enumerate(words) if word in (",", ";", ".", ":")]
    own = words[: ends[0]] if ends else words
    if _CONDITIONS.intersection(own[:1]):
        raise Turned
    if (own[:1] and own[0] in _PARTIAL) or denies(own) or _FURTHER.intersection(own[:7]):
        raise Turned
    for at, (word, following) in enumerate(zip(own[:5], [*own[1:6], ""], strict=False)):
        if word in ("or", "and", "oder", "ou", "o", "at"):
            if (word, following) == ("or", "so"):
                return 1, ""
            if following in _MORE or (word, following) == ("at", "least"):
                return 1, ">="
            if following in _LESS or (word, following) == ("at", "most"):
                return 1, "<="
            if word in ("or", "oder", "ou") or (word == "and" and at < 2):
                raise Turned
        if following == "than" and len("".join(own[at + 2 : at + 3])) == 1:
            raise Turned  # less than x
        if following == "zero" and word in ("below", "under"):
            return -1, ""
        if at < 2 and word in _BEHIND and not (word == "times" and len(own) == 1):
            raise Turned
    return 1, ""
