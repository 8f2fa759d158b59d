"""``choice``: does the response pick the right one of several choices?

The marked answers count first ("the answer is B", "Answer: (B)", ``\\boxed{B}``); if they differ,
none is accepted. Else the response is a label ("B", "(B)", "B. Paris"), a choice's own text, or
names exactly one label in parentheses.
"""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import Any

from ..records import Case, Verdict
from ._base import Judge, each, malformed, shorten
from ._markers import CHOICE, marked
from ._match import normalise


def choice() -> Judge:
    """Judges by the choice picked.

    The gold is a label (a letter or number). Where the row has ``choices`` (a list of texts, or
    ``{"text": [...], "label": [...]}`` as in ARC), it may also be a choice's text or its index
    from 0; the labels are then A, B, C, ... unless given. A gold that could be both index and text
    is ``unknown``.
    """
    return each(_decide)


def _decide(case: Case) -> Verdict:
    if not case.gold:
        return malformed(case.key, "no gold")
    choices = _choices(case.meta.get("choices"))
    if choices is None:
        return malformed(case.key, "choices are neither a list of texts nor {text, label}")
    golds = {label for gold in case.gold if (label := _gold(gold, choices))}
    if not golds:
        reason = f"the gold {shorten(case.gold[0])!r} is no choice, or both an index and a text"
        return Verdict(case.key, "unknown", None, reason)
    # Without choices, the gold tells what labels look like.
    letters = all(gold.isalpha() for gold in golds)
    labels = list(choices) or (list(ascii_uppercase) if letters else [str(i) for i in range(100)])
    picked = _picked(case.response, labels, choices)
    gold = min(golds)
    if not picked:
        reason = "no choice found" if case.response.strip() else "empty response"
        return Verdict(case.key, "incorrect", None, reason)
    if len(picked) > 1:
        said = "; ".join(picked)
        return Verdict(case.key, "incorrect", said, f"different choices: {said}")
    (said,) = picked
    if said in golds:
        return Verdict(case.key, "correct", said, f"{said} = {gold}")
    return Verdict(case.key, "incorrect", said, f"{said}, gold {gold}")


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
    names = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    # A label: closed by a bracket or mark, or a capital that ends the text or stands before a word.
    label = re.compile(
        rf"[\s*_\"'(\[{{$]*(?:option|choice)?\s*\(?(?P<label>{names})(?![\w'’])(?P<rest>.*)",
        re.IGNORECASE | re.DOTALL,
    )

    def pick(text: str, *, alone: bool) -> list[str]:
        text = _unboxed(text)
        found = label.match(text)
        if found and _is_label(found["label"], found["rest"], alone=alone):
            others = re.findall(
                rf"(?:/|,|\bor\b|\band\b|&)\s*\(?({names})\b(?!['’])", found["rest"]
            )
            return [found["label"].upper(), *others]
        said = normalise(text)
        return [key for key, of in choices.items() if of and of == said]

    spans = marked(response, CHOICE, lines=False)
    picked = [one for span in spans for one in pick(span, alone=False)]
    if not picked:
        picked = pick(response, alone=True)
    if not picked:
        picked = re.findall(rf"\(({names})\)", response)
    return list(dict.fromkeys(picked))


def _is_label(label: str, rest: str, *, alone: bool) -> bool:
    """Whether a letter is meant as a label, not as a word: "a dog", "I think"."""
    closed = re.match(r"\s*(?:$|[\"'”’\]})*_]*\s*(?:[).:,;\]}*$\n]|$))", rest) is not None
    return closed or (label.isupper() and not alone) or label.isdigit()


def _unboxed(text: str) -> str:
    text = re.sub(r"\\(?:boxed|text|textbf|mathrm|mathbf)\s*\{", "{", text)
    return text.strip().strip("{}$ ")
