r"""Where a text marks its answer: ``####``, ``\boxed{}``, "the answer is", "Answer:", ``A:``.

Every scan is linear in the text, because the text may be hostile.
"""

from __future__ import annotations

import re
from itertools import pairwise

_BRACES = re.compile(r"\\(?:boxed|fbox)\s*\{|\\[\\{}]|[{}]")
_BETWEEN = re.compile(r"\\(?:quad|qquad|text|mbox)\b|\\[()\[\],;:! ]|[\s${}]")
_CONNECTIVE = re.compile(r",|;|&|\b(?:and|or)\b")

_SAYS = (
    r"[*_\s]{0,9}(?:=|(?:(?:to|for|of)\b[^.\n?!:,=]{0,80}?)?[*_\s]{0,9}"
    r"(?::|\b(?:is|are|(?:would|should|must)\s+be)\b))"
)
ANSWER = re.compile(rf"(?<![\w/])answers?\b{_SAYS}", re.IGNORECASE)
CHOICE = re.compile(rf"(?<![\w/])(?:answer|option|choice)s?\b{_SAYS}", re.IGNORECASE)
_LINE = re.compile(r"^[ \t*>]*(?:####|A:)", re.MULTILINE)
_HASHES = re.compile(r"####")

_CLOSING = {"\\[": "\\]", "\\(": "\\)", "$$": "$$"}
_SENTENCE_END = re.compile(
    r"\n|[.!?](?=[\s*\"')\]]|$)|,\s+(?=[a-z]{2,})|;\s|\s+(?=(?:because|since|which|where)\b)"
)
LONGEST = 400
"""A marked answer is read up to here (characters), unless it is boxed or display mathematics."""


def boxes(text: str) -> list[tuple[int, int, str]]:
    r"""The outermost ``\boxed{...}`` with closed braces: start, end and content of each.

    Boxes that are enumerated (``\boxed{1} and \boxed{2}``) are one answer, joined by commas.
    """
    if "boxed" not in text and "fbox" not in text:
        return []
    found: list[tuple[int, int, str]] = []
    opened: list[tuple[int, int] | None] = []
    inside = 0
    for token in _BRACES.finditer(text):
        what = token[0]
        if what.startswith(("\\boxed", "\\fbox")):
            opened.append((token.start(), token.end()))
            inside += 1
        elif what == "{":
            opened.append(None)
        elif what == "}" and opened:
            box = opened.pop()
            if box is None:
                continue
            inside -= 1
            if not inside:
                found.append((box[0], token.end(), text[box[1] : token.start()]))
    return _enumerated(text, found)


def _enumerated(text: str, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    joined: list[tuple[int, int, list[str]]] = []
    for start, end, content in found:
        if joined and _is_list(text[joined[-1][1] : start]):
            first, _, contents = joined.pop()
            joined.append((first, end, contents if content in contents else [*contents, content]))
        else:
            joined.append((start, end, [content]))
    return [(start, end, ", ".join(contents)) for start, end, contents in joined]


def _is_list(between: str) -> bool:
    """Whether two boxes with this between them are items of one answer."""
    if len(between) > 60 or re.search(r"[.!?\n]", between):
        return False
    return not _BETWEEN.sub("", between) or bool(_CONNECTIVE.search(between))


def marked(text: str, says: re.Pattern[str] = ANSWER, *, lines: bool = True) -> list[str]:
    """The marked answers in the order of the text, each as it is written.

    A marker in front of another ("Final answer: the answer is", or a box) is that one's own.

    Args:
        says: the wording that introduces an answer.
        lines: whether a line that starts with ``A:`` marks one.
    """
    framed = {start: f"\\boxed{{{content}}}" for start, _, content in boxes(text)}
    starts = {match.end() for match in says.finditer(text)}
    starts.update(match.end() for match in (_LINE if lines else _HASHES).finditer(text))
    places = sorted(starts.union(framed))
    spans = []
    for place, following in pairwise([*places, len(text) + 1]):
        if place in framed:
            spans.append(framed[place])
            continue
        end, span = _after(text, place)
        if following >= end and span.strip():
            spans.append(span)
    return spans


def _after(text: str, start: int) -> tuple[int, str]:
    """The answer that starts there: display mathematics, or up to the end of the sentence.

    Where nothing but emphasis follows on the line, it stands on the next one.
    """
    lead = re.compile(r"[\s*_:]*").match(text, start)
    begin = lead.end() if lead else start
    closing = _CLOSING.get(text[begin : begin + 2])
    if closing and (close := text.find(closing, begin + 2, begin + 2000)) >= 0:
        return close + 2, text[begin : close + 2]
    limit = min(len(text), begin + LONGEST)
    ending = _SENTENCE_END.search(text, begin, limit)
    end = ending.start() if ending else limit
    return end, text[begin:end]
