"""Whether a text abstains: says that the question has no answer, instead of answering it.

A text may do both: name an answer and take it back ("The text does not say, but perhaps Paris"),
or answer and say that something else is not told ("Paris, although the street is not given").
`abstention` tells that something abstains, `only_abstains` that nothing else answers, and
`takes_back` that what is not told is what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...text import normalise
from ._beside import beside, is_likely
from ._clauses import CONDITION, QUOTED, REASON, clauses, plain, sentences, spaced, unquoted
from ._lead import bare, inherit, names_text
from ._question import asks_words, kinds, negated, polar, stems
from ._silence import may_abstain, silence, talk

__all__ = ["Abstention", "abstention", "only_abstains", "sentences", "takes_back"]

LONGEST = 20_000
"""Characters of a text that are read: of a longer one the start and the end, half each. That does
more than abstain, whatever it says."""

_MARK = (
    r"(?:unanswerable|unknown|unclear|none|n/a|na|no answer|noanswer|cannotanswer|not applicable"
    r"|no idea|impossible|null|not answerable|idk|not available)"
)
# A sentence that is a mark, or calls its answer one: "The answer to the question is unanswerable".
_WHOLE = re.compile(
    r"(?:(?:the |my )?(?:\w+ )?(?:answer|response|reply)(?: to (?:this|the|that|your) question)?"
    rf"(?: is| would be)? ?){{0,3}}{_MARK}"
)
_LONGEST_MARK = 120
_COUNTS = re.compile(r"how (?:many|much)|(?:which|what) (?:of|number)")
# An assistant's preamble takes nothing back: "As an AI language model, I have no access to ...".
_PREAMBLE = re.compile(
    r"\bas an (?:ai|artificial intelligence)\b[^.?!]{0,300}?(?:\bbut\b|\bhowever\b|[.?!]|$),?",
    re.IGNORECASE,
)
# How what follows an abstention and a comma goes on with it: "not stated, at least not here".
_GOES_ON = re.compile(
    r"(?:in|from|of|as|at|on|about|for|to|nor|or|and|not|only|which|who|where|when|whether|based"
    r"|given|either|even|sorry|unfortunately|however|though|because|since|so|i am sorry|with"
    r"|without|unless|if|making|leaving|including|especially|particularly|let alone|just|neither)"
    r"(?!\S)"
)
_ENDS = re.compile(r"(?: (?:that|this|it|so|either|\w+ly|outright|here))* , ")
_EXCEPT = re.compile(r"(?<!\S)(?:other than|except|apart from|besides)(?!\S)")
_FINER = re.compile(r"(?<!\S)(?:exact|precise)(?!\S)")
_ASKS_ON = re.compile(r"(?<!\S)(?:where|who|whom|when|what|which|why|how|whether)(?!\S)")
_PREDICATE = r"(?:is|are|was|were|remains)"
# Words of an abstention that name nothing which is not told.
_POINTLESS = stems(
    "text passage context document article paragraph information answer question sure certain none"
    " neither nothing nowhere never silent clear unclear unknown unanswerable right correct true na"
    " though however sorry unfortunately n null idk"
)


class Part(NamedTuple):
    """A clause of a text, and what it does: "abstains", "answers", or "neither"."""

    sentence: str
    words: str
    does: str


@dataclass(frozen=True, slots=True)
class Abstention:
    """Finds the sentence of a text that abstains; None where none does.

    Args:
        phrases: wordings that abstain besides the general ones, normalised.
    """

    phrases: tuple[str, ...] = ()

    def __call__(self, text: str, question: str = "") -> str | None:
        """The first such sentence. The question tells what only sounds like abstaining."""
        parts = self.parts(text, question)
        return next((part.sentence for part in parts if part.does == "abstains"), None)

    def parts(self, text: str, question: str = "") -> Iterator[Part]:
        """The clauses of a text in order; none where clearly nothing abstains."""
        if len(text) > LONGEST:
            text = f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}"
        if not (may_abstain(text) or self.phrases):
            return
        if self._holds(text) and not any(map(self._holds, sentences(text))):
            yield Part(text.strip(), "", "abstains")  # over the end of a sentence
        said = _PREAMBLE.sub(" ", text)
        if text.strip() and not said.strip():
            yield Part(text.strip(), "", "abstains")  # a preamble and nothing after it
        after_text = silent = False
        for sentence in sentences(unquoted(said, keep=not asks_words(question))):
            if self._holds(sentence) or _is_mark(sentence, question):
                silent = True
                yield Part(sentence, "", "abstains")
                continue
            found = clauses(plain(sentence))
            for clause in found:
                words = inherit(bare(clause.text), after_text)
                after_text = names_text(words)
                part = len(found) > 1 or sentence.endswith("?")
                pieces = _pieces(clause.link, words, question, part=part, before=not silent)
                for piece, does in pieces:
                    silent = silent or does == "abstains"
                    yield Part(sentence, piece, does)

    def _holds(self, text: str) -> bool:
        if not self.phrases:
            return False
        form = f" {normalise(text)} "
        return any(f" {phrase} " in form for phrase in self.phrases)


def abstention(phrases: Iterable[str] = ()) -> Abstention:
    """Makes the function that finds the sentence in which a text abstains.

    Args:
        phrases: wordings that abstain besides the general ones; case and punctuation do not count.
    """
    return Abstention(tuple(form for phrase in phrases if (form := normalise(phrase))))


def only_abstains(
    text: str, find: Abstention, question: str = "", answers: Sequence[str] = ()
) -> bool:
    """Whether the text abstains and nothing in it answers all the same.

    Args:
        answers: the accepted ones. What one of them says is an answer: "unknown", "none".
    """
    if len(text) > LONGEST:
        return False
    abstains = False
    for part in find.parts(text, question):
        if part.does == "answers" or (part.does == "abstains" and _is_answer(part, answers)):
            return False
        abstains = abstains or part.does == "abstains"
    return abstains


def takes_back(
    text: str, find: Abstention, question: str = "", answers: Sequence[str] = ()
) -> bool:
    """Whether a text says that what was asked is not told, and not something beside it."""
    return any(
        part.does == "abstains"
        and not _aside(part.words, question)
        and not _is_answer(part, answers)
        for part in find.parts(text, question)
    )


def _pieces(
    link: str, words: str, question: str, *, part: bool, before: bool
) -> Iterator[tuple[str, str]]:
    """What a clause does, and what a complete abstention at its start leaves of it."""
    if link in CONDITION:
        yield words, "answers" if is_likely(words) else "neither"
        return
    end = silence(words)
    if end is None or _asks_so(words[:end], question):
        same = beside(words, question, part=part, before=before)
        yield words, "neither" if same else "answers"
        return
    abstains = "neither" if link in REASON else "abstains"
    comma = _ENDS.match(words, end - 2 if words[:end].endswith(" ,") else end)
    rest = words[comma.end() :] if comma else ""
    if rest and not _GOES_ON.match(rest):
        yield words[:end], abstains
        yield from _pieces("", bare(rest), question, part=True, before=False)
        return
    yield words, abstains
    if _EXCEPT.search(words) or (is_likely(words[end:]) and not is_likely(question.casefold())):
        yield words[end:], "answers"


def _asks_so(words: str, question: str) -> bool:
    """Whether the question asks just that: "Does the policy cover it?", "What was not said?"."""
    return (polar(question) or negated(question)) and bool(talk(words) & stems(question))


def _aside(words: str, question: str) -> bool:
    """Whether an abstention is on something else than the question, which it names."""
    if _FINER.search(words):
        return True
    wanted, told = kinds(question), kinds(words)
    if told and wanted:
        return not told & wanted
    on = stems(words) - talk(words) - _POINTLESS
    return bool(on) and not on & stems(question)


def _is_answer(part: Part, answers: Sequence[str]) -> bool:
    """Whether a clause that abstains is an accepted answer, or says it.

    "I do not know" is an answer that "I do not know what he replied" is not.
    """
    sentence = spaced(plain(part.sentence))
    said = part.words or sentence
    for answer in answers:
        form = spaced(plain(answer))
        if form in {said, sentence}:
            return True
        if _is_mark(answer) and re.search(rf"(?<!\S){_PREDICATE} {re.escape(form)}(?!\S)", said):
            return True
        _, held, after = f" {said} ".partition(f" {form} ")
        if held and " " in form and negated(form) and not _ASKS_ON.search(after):
            return True
    return False


def _is_mark(text: str, question: str = "") -> bool:
    """Whether it is a mark that there is no answer; "none" may count what was asked for."""
    if len(text) > _LONGEST_MARK:
        return False
    form = spaced(plain(text))
    if form == "none" and _COUNTS.match(question.strip().casefold()):
        return False
    return bool(_WHOLE.fullmatch(form.replace(QUOTED, "")))
