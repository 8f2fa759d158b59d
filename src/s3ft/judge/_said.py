"""Whether a response says an accepted answer.

The rules and their constants were worked out on half A of EVOUNA's human judgements, with few
false accepts before much agreement; ``benchmarks/judge_qa.py`` prints the figures of both halves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

from ._abstain import sentences
from ._dates import dates, only_date
from ._words import SMALL, find, words

READ = 25
"""Words of a response in which an answer counts: further on stand asides on other questions."""
RECALL = 0.75
"""The share of an answer's telling words that is enough, in one sentence."""
_GAP = 3  # a name's last part stands at most so many words after its first
_SHORT = 10  # words of a response in which "or" is taken for doubt
_SEVERAL = re.compile(
    r"\b(?:the|name|list|are|were|top|what|which) (?:only |main |major |top )?"
    r"(?:two|three|four|five|six|seven|[2-9]) (?!(?:and|or|times)\b)",
    re.IGNORECASE,
)
_LISTED = re.compile(r",|;|&|\band\b")
_BRACKETS = re.compile(r"\s*\([^()]{0,60}\)")


def says(response: str, answers: Sequence[str], question: str = "") -> tuple[str, str] | None:
    """How the response says which answer, such as ("contains", "Paris"); None if it says none.

    All is compared as `words`. The response may equal an answer; contain it as a phrase; tell a
    date that is the answer or finer; give first and last part of a longer name; or have most of
    the words of an answer, those left out that the question gives away. A question that asks for
    two things or more, of which several are accepted, is not answered by one of them.
    """
    wanted = {answer: form for answer in answers if (form := words(answer))}
    reading = _Reading(response, question)
    if reading.tells_another(list(wanted.values())):
        return None
    hits = {answer: how for answer in wanted if (how := reading.says(answer, wanted[answer]))}
    if _SEVERAL.search(question):
        parts = _distinct(wanted)
        listed = any(_LISTED.search(answer) for answer in hits)
        if len(parts) > 1 and len(hits.keys() & parts) < 2 and not listed:
            return None
    return min(((how, answer) for answer, how in hits.items()), key=_surest, default=None)


class _Reading:
    """A response as it is read for answers to a question."""

    def __init__(self, response: str, question: str) -> None:
        self.asked = frozenset(words(question))
        spoken = [words(sentence) for sentence in sentences(response)]
        ends = accumulate(map(len, spoken))
        self.given = [word for sentence in spoken for word in sentence]
        self.bare = words(_BRACKETS.sub("", response))
        self.read = [
            sentence[: max(0, READ - end + len(sentence))]
            for end, sentence in zip(ends, spoken, strict=True)
        ]
        self.told = dates(self.given[:READ])

    def says(self, answer: str, form: Sequence[str]) -> str | None:
        """How it says this answer, whose words are ``form``."""
        if self.given == form:
            return "equals"
        if self.hedges(form):
            return None
        short = words(_BRACKETS.sub("", answer))
        if any(
            _early(text, phrase) for text in (self.given, self.bare) for phrase in (form, short)
        ):
            return "contains"
        if date := only_date(form):
            return "tells the date" if any(one.tells(date) for one in self.told) else None
        if _is_name(answer) and _named(self.given[:READ], form):
            return "names"
        if any(_most(form, self.asked, sentence) for sentence in self.read):
            return "has the words of"
        return None

    def hedges(self, form: Sequence[str]) -> bool:
        """Whether it is short and offers the answer or another: "in the hall or the kitchen".

        In longer ones "or" mostly joins two names of one thing, and in some questions the choices.
        """
        if len(self.given) > _SHORT or "or" in form or "or" in self.asked:
            return False
        return any(
            one == "or"
            and (
                self.given[at + 1 : at + 1 + len(form)] == form
                or self.given[max(0, at - len(form)) : at] == form
            )
            for at, one in enumerate(self.given)
        )

    def tells_another(self, answers: Sequence[Sequence[str]]) -> bool:
        """Whether the months or days it tells are none of those accepted.

        "8 November 2013" is not "27 November 2013", though both are "2013", if that is accepted.
        """
        accepted = [only_date(answer) for answer in answers]
        fine = [date for date in accepted if date and date.month]
        told = [date for date in self.told if date.month]
        if not (all(accepted) and fine and told):
            return False
        return all(one.contradicts(date) for one in told for date in fine)


def _surest(hit: tuple[str, str]) -> bool:
    return hit[0] != "equals"


def _distinct(wanted: Mapping[str, Sequence[str]]) -> set[str]:
    """The answers less those that hold an earlier one, or are part of it."""
    kept: dict[str, Sequence[str]] = {}
    for answer, form in wanted.items():
        if all(find(form, one) is None and find(one, form) is None for one in kept.values()):
            kept[answer] = form
    return set(kept)


def _early(given: Sequence[str], phrase: Sequence[str]) -> bool:
    at = find(given, phrase)
    return at is not None and at < READ


def _is_name(answer: str) -> bool:
    """Whether it looks like a name of three parts or more: "Wilhelm Conrad Röntgen"."""
    parts = [part.strip("\"'“”‘’(),.") for part in answer.split()]
    return len(parts) > 2 and all(part[:1].isupper() and part.isalpha() for part in parts)


def _named(given: Sequence[str], name: Sequence[str]) -> bool:
    first, last = name[0], name[-1]
    return any(
        word == first and last in given[at + 1 : at + 1 + _GAP] for at, word in enumerate(given)
    )


def _most(answer: Sequence[str], asked: Collection[str], sentence: Sequence[str]) -> bool:
    """Whether the sentence has enough of the answer's telling words, and all their numbers."""
    telling = set(answer) - SMALL - set(asked)
    had = telling.intersection(sentence)
    numbers = {word for word in telling if word[-1].isdecimal()}
    return len(telling) > 1 and numbers <= had and len(had) >= RECALL * len(telling)
