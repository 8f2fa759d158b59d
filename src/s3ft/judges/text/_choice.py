"""``choice``: does the response pick the right one of several choices?

The marked answers count first ("the answer is B", "Answer: (B)", ``\\boxed{B}``); if they differ,
none is accepted. Else the response is a label ("B", "(B)", "B. Paris"), a choice's own text, or
picks exactly one label in words ("I choose B", "B is correct") or in parentheses. A label that is
named as wrong is not picked, and one with another choice's text ("B. Rome") picks both.
"""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import Any

from ...records import Case, Verdict, VerdictCode
from .._base import Judge, malformed, per_case, shorten
from ._markers import CHOICE, Mark, marks
from ._match import normalise
from ._retracts import retracted

_DRESSING = " \t\r\n*_\"'“”‘’([{$`"
_NAMED = (
    r"(?:a\s+(?=letra|opção|alternativa))?(?:(?:option|choice|letter|answer|number|opción|opção|letra|alternativa|lettre|réponse|la|le|die|der"
    r"|variante?|вариант|选项|選項)\s{1,3}){0,3}"
)
_DENIES = re.compile(
    r"\b(?:not|never|neither|nor|no|except|but|wrong|incorrect|false|rul\w+ out|eliminat\w+"
    r"|exclude[sd]?|excluding"
    r"|discard\w*|instead of|rather than|unlike|other than|\w+n['’]t|cannot|if|unless"
    r"|nicht|kein\w*|falsch|pas|non|não|не)\b|不",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"[\s\"'”’\])}*_.:,]{0,9}(?:(?:is|are|was|seems?|looks|would be|must be|can be|could be|ist|est"
    r"|es|è|é)\s+(?:\w+\s+){0,3}?(?:not|never|wrong|incorrect|false|excluded|eliminated|out|ruled"
    r"|impossible|nicht|falsch|faux|fausse|incorrecta?|falsa?)\b|\w+n['’]t\b|cannot\b|does not\b"
    r"|can not\b|n['’]est\b|no es\b)",
    re.IGNORECASE,
)
_AFFIRMED = (
    r"(?:is|would be|must be|should be|seems|ist|est|es)\s+(?:(?!not|never|nicht)\w+\s+){0,2}?"
)
_AFFIRMED += r"(?:correct|right|best|true|answer|richtig|correcta?)\b"
_CLOSED = re.compile(
    r"\s{0,9}(?:$|[\"'”’\]})*_`]{0,9}\s{0,9}(?:[).:,;!\]}*$\n。，、<]|$))|[^\x00-\x7f\W]"
)
_GROUNDS = re.compile(r"\s{1,9}(?:because|since|as|for|and|or|with|[-–—=(])", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[.!?;,:\n。，]|(?<!all )(?<!anything )(?<!everything )\b(?:but|so|hence|thus|therefore)\b",
    re.IGNORECASE,
)


def choice() -> Judge:
    """Judges by the choice picked.

    The gold is a label (a letter or number). Where the row has ``choices`` (a list of texts, or
    ``{"text": [...], "label": [...]}`` as in ARC), it may also be a choice's text or its index
    from 0; the labels are then A, B, C, ... unless given. A gold that could be both index and text
    is ``unknown``.
    """
    return per_case(_decide)


def _decide(case: Case) -> Verdict:
    if not case.gold:
        return malformed(case.key, "no gold")
    choices = _choices(case.meta.get("choices"))
    if choices is None:
        return malformed(case.key, "choices are neither a list of texts nor {text, label}")
    golds = {label for gold in case.gold if (label := _gold(gold, choices))}
    if not golds:
        reason = f"the gold {shorten(case.gold[0])!r} is no choice, or both an index and a text"
        return Verdict(case.key, "unknown", None, reason, VerdictCode.BAD_GOLD)
    # Without choices, the gold tells what labels look like.
    letters = all(gold.isalpha() for gold in golds)
    labels = list(choices) or (list(ascii_uppercase) if letters else [str(i) for i in range(100)])
    picked = _picked(case.response, labels, choices)
    gold = min(golds)
    if not picked:
        if not case.response.strip():
            return Verdict(case.key, "incorrect", None, "empty response", VerdictCode.EMPTY)
        return Verdict(case.key, "incorrect", None, "no choice found", VerdictCode.UNREADABLE)
    if len(picked) > 1:
        said = "; ".join(picked)
        reason = f"different choices: {said}"
        return Verdict(case.key, "incorrect", said, reason, VerdictCode.DIFFERS)
    (said,) = picked
    if said in golds:
        return Verdict(case.key, "correct", said, f"{said} = {gold}", VerdictCode.EQUAL)
    return Verdict(case.key, "incorrect", said, f"{said}, gold {gold}", VerdictCode.DIFFERS)


def _choices(given: Any) -> dict[str, str] | None:
    """Label to normalised text; empty where the row has no choices; None where malformed."""
    if given is None:
        return {}
    if isinstance(given, list | tuple):
        given = {"text": given, "label": list(ascii_uppercase)[: len(given)]}
    match given:
        case {"text": [*texts], "label": [*labels]} if len(texts) == len(labels):
            pairs = zip(labels, texts, strict=True)
            return {str(label).upper(): normalise(str(text)) for label, text in pairs}
    return None


def _gold(gold: str, choices: dict[str, str]) -> str | None:
    label = gold.strip().strip("().").upper()
    if not choices:
        return label if re.fullmatch(r"[A-Z]|\d{1,2}", label, re.ASCII) else None
    if label in choices:
        return label
    meant = {key for key, text in choices.items() if text == normalise(gold)}
    if re.fullmatch(r"\d{1,2}", label, re.ASCII) and int(label) < len(choices):
        meant.add(list(choices)[int(label)])
    return meant.pop() if len(meant) == 1 else None


def _picked(response: str, labels: list[str], choices: dict[str, str]) -> list[str]:
    """The different labels that the response picks, in order."""
    reader = _Reader(labels, choices)
    picked: list[str] = []
    found = marks(response, CHOICE, lines=False)
    if found and found[-1].text.startswith("not ") and not _denied_there(found[-1], response):
        return []  # it was taken back
    for mark in found:
        line = response[mark.start : mark.start + 400].lstrip(_DRESSING).split("\n")[0]
        picked += reader.pick(mark.text, line, alone=False)
        if len(set(picked)) > 1:
            return list(dict.fromkeys(picked))
    if not picked:
        whole = _unboxed(response)
        picked = reader.pick(whole, whole[:400].split("\n")[0], alone=True)
    return list(dict.fromkeys(picked or reader.named(response)))


def _denied_there(mark: Mark, response: str) -> bool:
    """Whether the response itself says "not" in front of it, as where it rules others out."""
    return response[mark.start : mark.end].lstrip(_DRESSING).lower().startswith("not ")


class _Reader:
    """Finds the labels of a question in texts."""

    def __init__(self, labels: list[str], choices: dict[str, str]) -> None:
        self.choices = choices
        names = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
        self._first = re.compile(
            rf"{_NAMED}\(?(?P<label>{names})(?![A-Za-z0-9_'’]|[.,]\d)", re.IGNORECASE
        )
        self._more = re.compile(
            rf"(?:[/,&、，]|\b(?:or|and|oder|und|ou|et|o|y|e|или|и)\b|或者?|和|与|與|または|か|또는)"
            rf"\s{{0,9}}\(?(?P<label>{names})(?![A-Za-z0-9_'’])"
        )
        self._named = re.compile(
            rf"\((?P<bracketed>{names})\)"
            rf"|\b(?P<affirmed>{names})\b\)?\s+{_AFFIRMED}"
            r"|\b(?i:choose|pick|select|go with|going with|opt for|it is|it['’]s|must be|should be)"
            rf"\s+(?i:{_NAMED})(?P<chosen>{names})\b(?=\s{{0,3}}(?:[.,;:!)\n]|because|since|$))"
            rf"|[选選](?:[择擇项項])?\s{{0,3}}(?P<selected>{names})(?![A-Za-z0-9_'’])"
        )

    def pick(self, text: str, line: str, *, alone: bool) -> list[str]:
        """The labels that the text starts with, or whose choice it is; it stands in the line."""
        text = _unboxed(text).lstrip(_DRESSING)
        found = self._first.match(text)
        if found:
            label, rest = found["label"], text[found.end() :]
            written = self._text_behind(line, label)
            if label.upper() in written:
                return [label.upper()]
            if _is_label(label, rest, alone=alone):
                if _REFUSED.match(rest) or (alone and retracted(label, rest)):
                    return []
                others = [
                    other["label"]
                    for other in self._more.finditer(rest)
                    if not _REFUSED.match(rest, other.end())
                ]
                return [label.upper(), *others, *written]
        said = normalise(text)
        return [key for key, of in self.choices.items() if of and of == said]

    def _text_behind(self, line: str, label: str) -> list[str]:
        """The choices whose text stands behind a label on its line."""
        said = normalise(_unboxed(line).partition(label)[2].lstrip(" ).:,-–—*"))
        return [key for key, of in self.choices.items() if of and of == said]

    def named(self, response: str) -> list[str]:
        """The labels picked in words or brackets, less those that are named as wrong."""
        found: list[str] = []
        for said in self._named.finditer(response):
            label = next(filter(None, said.groups()))
            if label in found:
                continue
            start, end = said.span()
            before = _CLAUSE.split(response[max(0, start - 80) : start])[-1]
            denied = _DENIES.search(before) or _REFUSED.match(response, end)
            if not denied and not retracted(label, response[end:]):
                found.append(label)
        return found


def _is_label(label: str, rest: str, *, alone: bool) -> bool:
    """Whether a letter or number is meant as a label, not as a word: "a dog", "3 of these"."""
    if _CLOSED.match(rest) or _REFUSED.match(rest):
        return True
    if alone:
        return False
    if label.isdigit() or label in ("A", "I"):
        return _GROUNDS.match(rest) is not None
    return label.isupper()


def _unboxed(text: str) -> str:
    text = re.sub(r"\\(?:boxed|text|textbf|mathrm|mathbf)\s{0,9}\{", "{", text)
    return text.strip().strip("{}$ ")
