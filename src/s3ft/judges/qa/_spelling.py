"""One spelling for what is written in several ways: letters, dates, hours, names that are short.

Every pattern is bounded, because the text may be hostile.
"""

from __future__ import annotations

import re
import unicodedata

from ._measures import measures

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ONE_OF_EACH = str.maketrans(
    dict.fromkeys("’‘ʼ`", "'")
    | dict.fromkeys("–‐‑−", "-")
    | {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "æ": "ae", "Æ": "AE", "œ": "oe", "ё": "е"}
    | dict.fromkeys("™®©\ufe0f\ufe0e\u200d\u200b\u20e3\u00ad🏻🏼🏽🏾🏿", "")
)
_FOOTNOTE = re.compile(r"\[\^?\d{1,4}\^?\]")
_PART = re.compile(
    r"(?:(?<![\w/.])(\d{1,9})[ -])?(?<![\w/.])(1/2|1/4|3/4)(?![\w/])|(\d{0,9}) ?([½¼¾])"
)
_PARTS = {"1/2": "5", "1/4": "25", "3/4": "75", "½": "5", "¼": "25", "¾": "75"}
_GROUPS = re.compile(r"(?<=\d)[,\u2009\u202f](?=\d{3}(?!\d))")
_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])")
_NUMERIC = re.compile(r"(?<![\w./])(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?![\w/])")
_CLOCK = re.compile(r"(?<![\w:.])(1[3-9]|2[0-3]):(\d\d)(?![\w:])")
_INITIALS = re.compile(r"(?<![\w.])(?:[A-Za-z]\.){2,8}(?!\w)")
_FULL_HOUR = re.compile(r"(?<=\d):00(?= ?[ap]m\b)", re.IGNORECASE)
_A_UNIT = re.compile(
    r"(?<!half )\ban? (?=(?:second|minute|hour|day|week|fortnight|month|year|decade|century|quarter"
    r"|dozen|hundred|thousand|million|billion)\b)",
    re.IGNORECASE,
)
_DECADE = re.compile(r"(?<=\d0)'s\b")
_SHORT_DECADE = re.compile(r"(?<![\w'])'(?=\d0s\b)")
_ENDINGS = re.compile(r"'s\b|'|(?<=\d)(?:st|[nr]d|th)\b")
_OFTEN = r"(?= (?:an?|one|per|every|each|daily)\b|\.?$)"
_YEARS = re.compile(r"(?<![\w-])(1\d|20)(\d\d)-(\d\d)(?![\w-])")
_FRACTION = re.compile(
    r"\b(?:(one|an?)[- ](third|fifth|sixth|seventh|eighth|ninth|tenth)(?= of\b|[.,;]|$)"
    r"|(two|three|four|five|six|seven|eight|nine|\d)[- ]"
    r"(third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s)\b",
    re.IGNORECASE,
)
_NUMBERS = {
    "a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "third": "3", "quarter": "4",
    "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9",
    "tenth": "10",
}  # fmt: skip
_SHORT_NAMES = [
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\bWW ?(?:II|2)\b|\bSecond World War\b|\bWorld War (?:[Tt]wo|2)\b", "World War II"),
        (r"\bWW ?(?:I|1)\b|\bFirst World War\b|\bWorld War (?:[Oo]ne|1)\b", "World War I"),
        (r"\bUSA?\b|\bUnited States of America\b", "United States"),
        (r"\bUK\b", "United Kingdom"),
        (r"\bUAE\b", "United Arab Emirates"),
        (r"\bUSSR\b", "Soviet Union"),
        (r"\b[Mm]ore than\b", "over"),
        (r"\b(?:[Ll]ess|[Ff]ewer) than\b", "under"),
        (r"\bNYC\b", "New York City"),
        (r"\bUN\b", "United Nations"),
        (r"\bEU\b", "European Union"),
        (r"\bSt\.? (?=[A-Z])", "Saint "),
        (r"\bMt\.? (?=[A-Z])", "Mount "),
        (r" ?& ?(?=\w)", " and "),
        (r"\bDr\.? (?=[A-Z])", "Doctor "),
        (r"\bProf\.? (?=[A-Z])", "Professor "),
        (r"\bGov\. (?=[A-Z])", "Governor "),
        (r"\bGen\. (?=[A-Z])", "General "),
        (r"\bRep\. (?=[A-Z])", "Representative "),
        (r"\bFt\. (?=[A-Z])", "Fort "),
        (r"(?<=\w )Ave\b\.?", "Avenue"),
        (r"(?<=\w )Blvd\b\.?", "Boulevard"),
        (r"(?<=\w )(?:[Nn]o\. ?|#)(?=\d)|^#(?=\d)", "number "),
        (r"\b(?:c|ca|circa)\. ?(?=\d)", "circa "),
        (r"\b(Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.(?= ?\d)", r"\1"),
        (r"(?<![\w-])(?:12 )?(?:noon|midday)(?![\w-])", "12 pm"),
        (r"(?<![\w-])(?:12 )?midnight(?![\w-])", "12 am"),
        (rf"(?i:\btwice){_OFTEN}", "2 times"),
        (rf"(?i:\bthrice){_OFTEN}", "3 times"),
        (r"(?<=times) daily\b", " per day"),
    )
]


def spelled(text: str) -> str:
    """The text in one spelling, its case and most of its punctuation kept."""
    text = "\n".join(" ".join(line.split()) for line in text.splitlines())
    text = measures(text.translate(_ONE_OF_EACH))
    text = _YEARS.sub(_years, _FRACTION.sub(_fraction, text))
    text = _PART.sub(lambda of: f"{of[1] or of[3] or 0}.{_PARTS[of[2] or of[4]]}", text)
    text = _plain_letters(unicodedata.normalize("NFKC", _GROUPS.sub("", _FOOTNOTE.sub(" ", text))))
    text = _SHORT_DECADE.sub("19", _DECADE.sub("s", text))
    text = _NUMERIC.sub(_numeric, _ISO.sub(lambda at: _date(at[0], at[3], at[2], at[1]), text))
    text = _CLOCK.sub(lambda at: f"{int(at[1]) - 12}:{at[2]} pm", text)
    text = _INITIALS.sub(lambda found: found[0].replace(".", ""), text)
    text = _A_UNIT.sub("one ", _ENDINGS.sub("", _FULL_HOUR.sub("", text)))
    for short, name in _SHORT_NAMES:
        text = short.sub(name, text)
    return text


def _plain_letters(text: str) -> str:
    """Latin and Greek letters without accents, Hebrew and Arabic ones without points.

    In other scripts a mark makes another letter: a Japanese voicing mark, an Indic vowel sign.
    """
    kept, base = [], ""
    for char in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(char):
            base = char
        elif base < "\u0400" or "\u0590" <= base < "\u0700":
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def _fraction(found: re.Match[str]) -> str:
    above, below = (part.lower() for part in found.groups() if part)
    return f"{_NUMBERS.get(above, above)}/{_NUMBERS[below]}"


def _years(found: re.Match[str]) -> str:
    """1990-95 in full; as it is where the second is no later year."""
    century, first, last = found.groups()
    return f"{century}{first}-{century}{last}" if last > first else found[0]


def _numeric(found: re.Match[str]) -> str:
    """Day and month in words; as it is where either number could be the month."""
    first, second = int(found[1]), int(found[3])
    if first > 12 or first == second:
        return _date(found[0], found[1], found[3], found[4])
    return _date(found[0], found[3], found[1], found[4]) if second > 12 else found[0]


def _date(written: str, day: str, month: str, year: str) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return written
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"
