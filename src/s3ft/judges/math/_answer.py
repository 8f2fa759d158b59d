"""Reads final answers out of mathematical text: as values, or as text for math-verify."""

from __future__ import annotations

import re
from dataclasses import replace

from ..text import LONGEST, Mark, marks, retracted
from ._classify import (
    Answer,
    classify,
    framed,
    has_latex,
    has_prose,
    lower_words,
    read_as_word,
)
from ._phrases import denies, word_set
from ._typography import plain, with_ascii_digits, without_specials
from ._units import unit_at
from ._value import Quantity

_ANNOTATION = re.compile(r"<<[^<>]*>>")  # GSM8K's calculator marks
_SAYS_SOMETHING = re.compile(r"[^\W_]|[^\x00-\x7f]|\\[a-zA-Z]")
_STARTS = re.compile(r"[-+$€£¥₹(\\\d.]")

_SENTENCE = re.compile(r"\n|(?<!\b[apAP]\.[mM])[.!?](?=[\s*\"')\]]|$)|[。！？]")
_REMARK = re.compile(
    r"\b(?:let me know|feel free|if you (?:have|need|want|would|are|'d)|hope (?:this|that|it)"
    r"|happy to|glad to|any (?:other|more|further) questions?|would you|do you|please|confidence"
    r"|good luck|thank|difficulty|source)\b",
    re.IGNORECASE,
)
_BEGINNING = re.compile(
    r"\b(?:at first|to (?:begin|start) with|initially|originally|beforehand|at the outset"
    r"|(?:in|at|from) the (?:beginning|start)|started (?:out )?with|began with)\b",
    re.IGNORECASE,
)
_OF_BEGINNING = re.compile(
    r"\b(?:at first|first|initial|initially|original|originally|beginning|begin|began|start"
    r"|started|starting|before|beforehand|outset)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d[\d,.]*")
# "The answer is correct" remarks on an answer, and "Answer: Let us see" leads to one.
_REMARKS = word_set(
    "correct right reasonable valid verified confirmed below above as found given "
    "possible obtained calculated simple simply clear consistent now therefore rounded"
)
_OPENERS = word_set("let let's first to we since step sure okay ok in so given")
_CONCLUDES = re.compile(r"(?:^|[,;.:]\s*)(?:so|thus|hence|therefore)\b,?\s*", re.IGNORECASE)
_COPULA = re.compile(
    r".*(?:\b(?:is|are|was|be|it's|on|in|at)\s|:\s)(.+)", re.IGNORECASE | re.DOTALL
)
_YES_NO = re.compile(
    r"(?:\A\s*|[.!?\n][ \t]*)(yes|no|true|false)\b(?=[\s,.;!:—-]|$)", re.IGNORECASE
)


def without_annotations(text: str) -> str:
    """The text less ``<<48/2=24>>``, and less the marks of a chat template."""
    text = _ANNOTATION.sub("", text) if "<<" in text else text
    return with_ascii_digits(without_specials(text))


def asks_of_beginning(question: str) -> bool:
    """Whether a question may ask what there was at first."""
    return bool(_OF_BEGINNING.search(question))


def read_response(text: str, *, beginning: bool = True) -> tuple[list[Answer], bool]:
    """The different answers of a response, in order, and whether it marks them.

    Without a mark, it is the one that the response ends in, if that is no word.

    A word behind a mark is an answer only where no number is marked after it.

    Args:
        beginning: whether what there was at first may be asked for; see `read_conclusion`.
    """
    found = marks(text)
    answers: list[Answer] = []
    seen: set[str] = set()
    for mark in found:
        if mark.text in seen:
            continue
        seen.add(mark.text)
        answer = _marked(mark, text)
        if answer is None or _only_remarks(mark, answer) or _leads_on(mark, answer, text):
            continue
        answers = [a for a in answers if not a.is_word and a.identity != answer.identity]
        answers.append(answer)
        if len(answers) > MAX_ANSWERS:
            break
    if answers:
        return answers, True
    headings = [mark.start for mark in found if mark.heading]
    last = read_conclusion(text[headings[-1] :] if headings else text, beginning=beginning)
    return ([last] if last else []), False


MAX_ANSWERS = 8
"""A response that marks more different answers than this is not looked into."""


def _marked(mark: Mark, text: str) -> Answer | None:
    """The answer behind a mark, with the unit that stands behind its box."""
    answer = classify(mark.text)
    if answer and mark.text.startswith("\\boxed"):
        behind = plain(text[mark.end : mark.end + 40].lstrip("$} \\)")).split()
        unit = unit_at([word.strip(".,") for word in behind[:3]])[0]
        values = tuple(
            replace(value, unit=unit) if isinstance(value, Quantity) and not value.unit else value
            for value in answer.values
        )
        return replace(answer, values=values)
    return answer


def read_gold(text: str) -> Answer | None:
    """The gold's answer: the last it marks, else all of a short text, else what its end says."""
    if not _SAYS_SOMETHING.search(text):
        return None
    answers = [answer for mark in marks(text) if (answer := _marked(mark, text))]
    if answers:
        return answers[-1]
    whole = classify(_CONCLUDES.split(text)[-1]) if len(text) <= LONGEST else None
    if whole and (whole.values or whole.math):
        return whole
    if has_latex(text):
        return Answer(text, math=framed(text))
    return read_conclusion(text, loose=False) or whole or read_word(text)


def read_conclusion(text: str, *, loose: bool = True, beginning: bool = True) -> Answer | None:
    """What a text that marks nothing ends in: the number of its last sentence that has one.

    Questions and closing remarks ("if you have 2 more questions") are no such sentence. A text that
    is nothing but an answer is taken whole.

    Args:
        loose: whether the last number of that sentence will do, where it stands alone.
        beginning: whether that may be a sentence of one number that tells what there was at first:
            "The total is 9. There were 12 at first."
    """
    text = text.strip()
    terse = len(text) <= LONGEST and not has_prose(text)
    if terse and not text.endswith(("?", "？")):
        return classify(text)
    behind, at_first = "", None
    for sentence in _sentences_backwards(text):
        answer = classify(sentence, loose=loose)
        if answer and not answer.is_word:
            if retracted(sentence, behind):
                return None
            if beginning or not _tells_of_beginning(sentence):
                return answer
            at_first = at_first or answer
        behind = f"{sentence}. {behind}"
    return at_first


def _tells_of_beginning(sentence: str) -> bool:
    return len(_DIGITS.findall(sentence)) <= 1 and bool(_BEGINNING.search(sentence))


def read_word(text: str) -> Answer | None:
    """The word that a text ends in, behind "is", "on" and their like; or the yes it starts with."""
    said = {word.lower() for word in _YES_NO.findall(text)}
    if len(said) == 1:
        return classify(said.pop())
    for sentence in _sentences_backwards(text, limit=1):
        shown = plain(sentence)
        found = _COPULA.fullmatch(shown)
        return read_as_word(plain(found[1]) if found else shown, boxed=False)
    return None


def _sentences_backwards(text: str, limit: int = 40) -> list[str]:
    """The last sentences that assert something, the last one first."""
    tail = text[-20 * LONGEST :]
    found = []
    end = len(tail)
    for boundary in reversed([None, *_SENTENCE.finditer(tail)]):
        start = boundary.end() if boundary else 0
        sentence = tail[start:end].strip()
        is_question = tail[end : end + 1] in ("?", "？")
        end = boundary.start() if boundary else 0
        if _SAYS_SOMETHING.search(sentence) and not is_question and not _REMARK.search(sentence):
            end_of_it = sentence[-LONGEST:].partition(" ")[2] if len(sentence) > LONGEST else ""
            found.append(end_of_it or sentence)
            if len(found) == limit:
                break
    return found


def _only_remarks(mark: Mark, answer: Answer) -> bool:
    words = lower_words(mark.text)
    return answer.is_word and bool(words) and words[0] in _REMARKS


def _leads_on(mark: Mark, answer: Answer, text: str) -> bool:
    """Whether a heading ("Answer:") has sentences behind it, which lead to the answer."""
    words = lower_words(mark.text)
    if not mark.heading or _STARTS.match(mark.text) or denies(words) or answer.math:
        return False
    goes_on = bool(text[mark.start :].strip()[len(mark.text) + 1 :].strip())
    return (len(words) > 3 and (goes_on or not answer.is_word)) or (
        words[:1] != [] and (words[0] in _OPENERS and goes_on)
    )
