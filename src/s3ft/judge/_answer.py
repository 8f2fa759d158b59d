"""Reads final answers out of mathematical text: as exact numbers, or as text for math-verify."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from ._markers import LONGEST, marked
from ._number import last_number, number, plain

_ANNOTATION = re.compile(r"<<[^<>]*>>")  # GSM8K's calculator marks
# A pair of dollar signs frames mathematics if what is between them looks like it; else it is money.
_LATEX = re.compile(r"\\[a-zA-Z(\[]|\$[^$]{0,200}[\\^_={<>][^$]{0,200}\$|\$[^$\s]*[^$\s/]\$")
_ENVIRONMENT = re.compile(r"\\\(|\\\[|\$[^$]+\$")
_COMMAND = re.compile(r"\\(?:text|mbox|textbf|mathrm)\s*\{[^{}]*\}|\\[a-zA-Z]+")
_WORD = re.compile(r"(?!(?:sin|cos|tan|log|exp|sqrt)\b)[A-Za-z]{3,}")
_ARITHMETIC = re.compile(r"[\d\s.,+\-*/×÷()$€£%A-Za-z]+")
_LETTERS = re.compile(r"[A-Za-z]+")
_STARTS_WITH_NUMBER = re.compile(r"(?:not\s)?[-+$€£(\s]*\d")
_SAYS_SOMETHING = re.compile(r"[^\W_]|[^\x00-\x7f]|\\[a-zA-Z]")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_BARE_NUMBER = re.compile(r"[-\d./]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer read out of a text: as written, and its value where it is a plain number.

    ``math`` is what math-verify may be asked, empty where it may not: without value and math, the
    answer is there but cannot be read as one ("5 or 6").
    """

    text: str
    value: Fraction | None = None
    math: str = ""

    @property
    def identity(self) -> Fraction | str:
        """Equal for answers that are plainly the same."""
        return re.sub(r"[\s$]|\\[!,;: ]", "", self.text) if self.value is None else self.value


def without_annotations(text: str) -> str:
    """The text less ``<<48/2=24>>``."""
    return _ANNOTATION.sub("", text) if "<<" in text else text


def has_latex(text: str) -> bool:
    """Whether the text holds LaTeX, a dollar sign for money not being any."""
    return bool(_LATEX.search(text))


def read(text: str) -> list[Answer]:
    """The different answers that the text marks, in order.

    Where it marks none, but is nothing but an answer, that is the one.
    """
    answers = [answer for span in marked(text) if (answer := classify(span))]
    if not answers and len(text) <= LONGEST:
        whole = classify(text)
        answers = [whole] if whole and (whole.math or whole.value is not None) else []
    seen: dict[Fraction | str, Answer] = {}
    for answer in answers:
        seen.pop(answer.identity, None)  # so that the last mark is last
        seen[answer.identity] = answer
    return list(seen.values())


def read_last_number(text: str) -> Answer | None:
    """The last number in the text, or None where it has none that can be read."""
    last = last_number(text)
    return Answer(*last) if last else None


def read_gold(text: str) -> Answer | None:
    """The gold's answer: the last it marks, else all of a short text, else its last number."""
    if not _SAYS_SOMETHING.search(text):
        return None
    answers = read(text)
    if answers:
        return answers[-1]
    if has_latex(text):
        return Answer(text, math=text)
    if any(c.isdigit() for c in text):
        return read_last_number(text)
    return Answer(text.strip(), math=f"${text.strip()}$")


def classify(span: str) -> Answer | None:
    """What a span is: a plain number, mathematics, an answer that cannot be read, or no answer."""
    span = span.strip()
    boxed = span.startswith("\\boxed{") and span.endswith("}")
    bare = span[7:-1] if boxed else span
    value = number(bare)
    if value is None and "=" in bare and not has_latex(bare):
        value = _right_side(bare)
    if value is not None:
        text = plain(bare)
        return Answer(text, value, f"${text if _BARE_NUMBER.fullmatch(text) else value}$")
    if not bare.strip():
        return None
    if any(c.isnumeric() and not c.isascii() and c not in "²³" for c in bare):
        return Answer(bare)  # math-verify would read "5①" as 5
    span = span.replace("²", "^{2}").replace("³", "^{3}")
    if boxed:
        return Answer(bare, math=f"${span}$")
    if _ENVIRONMENT.search(span) and has_latex(span):
        return Answer(span, math=span)
    if not _WORD.search(_COMMAND.sub("", span)):
        return Answer(span, math=span if _DECIMAL_COMMA.fullmatch(span) else f"${span}$")
    if has_latex(span):
        return Answer(span, math=span)
    return Answer(span) if _STARTS_WITH_NUMBER.match(span) else None


def _right_side(text: str) -> Fraction | None:
    """The value of ``9 * 2 = 18 dollars``, where all before the last ``=`` is arithmetic.

    A short name on the left ("x = 5") makes it an equation, which is not plain.
    """
    *left, right = text.split("=")
    for part in left:
        if not _ARITHMETIC.fullmatch(part) or any(len(w) < 3 for w in _LETTERS.findall(part)):
            return None
    return number(right)
