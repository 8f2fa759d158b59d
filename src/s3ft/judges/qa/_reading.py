"""A response as it is read for accepted answers: where it has one, and whether it claims it.

The rules and their constants were worked out on EVOUNA's human judgements, with few false accepts
before much agreement; ``benchmarks/judge_qa.py`` prints the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from ._claims import AUXILIARIES, CLAUSE_MARKS, Claims
from ._dates import dates, only_date
from ._lists import Listed
from ._names import place_of_name
from ._polarity import polarity
from ._wanted import Wanted
from ._wording import worded
from ._words import SMALL, Text, forms, words
from ._written import SENTENCE_ENDS, Word

READ = 30
"""Words of the first sentence, those of the question left out, in which an answer counts."""
LATER = 20
"""The same for the whole response: further on stand asides on other questions."""
_SHORT = 5  # a response of so many words, those of the question left out, is nothing but its list
_OFFERS = frozenset({"option", "candidate", "possibility", "choice", "any"})
_REACH = 4  # words in front of an answer that say what it is one of
_MODAL = frozenset({"could", "may", "might", "can"})
_ITEM = 3  # words
_READING = 200  # words: what stands behind them cannot count
_DOUBT = 10  # words of a response in which "or" is taken for doubt
_CLOSE = 6  # words
_LEADS = SMALL | {"answer", "he", "she", "they", "called", "named", "known"}


class Reading:
    """A response as it is read for answers to a question."""

    def __init__(self, response: str, question: str, wanted: Sequence[Wanted]) -> None:
        self.wanted = wanted
        self.question = words(question)
        self.question_forms = frozenset(forms(self.question))
        self.question_text = Text(self.question)
        longest = max((len(one.form) for one in wanted), default=0)
        self.words = words(response)[: _READING + len(self.question) + longest]
        self.claims = Claims(self.words, self.question_forms, asks=response.rstrip().endswith("?"))
        new = list(accumulate(word.form not in self.question_forms for word in self.words))
        _, first = next(iter(_sentences(self.words, len(self.words))), (0, 0))
        self.end = max(sum(at <= READ for at in new[:first]), sum(at <= LATER for at in new))
        self.new = new[-1] if new else 0
        self.text = Text(self.words)
        self.outside = _outside_brackets(self.words)
        self.bare = Text([self.words[at] for at in self.outside])
        self.told = dates(forms(self.words[: self.end]))

    def equals(self, wanted: Wanted) -> bool:
        """Whether it is this answer and nothing else but words that lead to one."""
        lead = len(self.words) - len(wanted.form)
        same = lead >= 0 and forms(self.words[lead:]) == wanted.form
        if not same or not wanted.written_as(self.words[lead:]):
            return False
        return lead == 0 or (
            all(word.form in _LEADS for word in self.words[:lead])
            and self.accepts(lead, len(self.words), wanted)
        )

    def says(self, wanted: Wanted) -> str | None:
        """How it says this answer."""
        if self.claims.corrects:
            return None
        if wanted.form in (["yes"], ["no"]):
            said = polarity(self.words[: self.end], self.question, self.claims)
            return "says" if said == wanted.form[0] else None
        places = [
            place
            for phrase in wanted.phrases()
            for place in self.places(phrase, wanted)
            if "or" in self.question_forms
            or not self.question_forms.issuperset(phrase)
            or self.tells(*place, phrase == wanted.form)
        ]
        if places:
            return "contains" if all(self.accepts(*place, wanted) for place in places) else None
        if any(start < self.end for start, _ in self.text.find(wanted.form)):
            return None  # the same words, but of another answer
        if date := only_date(wanted.form):
            return "tells the date" if any(one.tells(date) for one in self.told) else None
        if wanted.is_name and (place := place_of_name(self.words[: self.end], wanted.form)):
            return "names" if self.accepts(*place, wanted) else None
        place = self.worded(wanted)
        return "has the words of" if place and self.accepts(*place, wanted) else None

    def places(self, phrase: Sequence[str], wanted: Wanted) -> list[tuple[int, int]]:
        """Where it has these words, in its beginning and as this answer."""
        found = set(self.text.find(phrase))
        if len(self.outside) < len(self.words):
            found |= {
                (self.outside[start], self.outside[end - 1] + 1)
                for start, end in self.bare.find(phrase)
            }
        return [
            (start, end)
            for start, end in sorted(found)
            if start < self.end
            and not wanted.is_another(self.words, start, end, self.question_forms)
        ]

    def tells(self, start: int, end: int, whole: bool) -> bool:
        """Whether words that the question has as well are told in answer, not repeated.

        They are told at the end of a clause whose verb stands before, or as a number of things.
        """
        if not whole:
            return False
        said = self.words
        after = said[end] if end < len(said) else None
        if said[start].is_number and after is not None:
            return after.form in self.question_forms and self.follows(start, end) is False
        ends = after is None or after.mark in CLAUSE_MARKS
        before = said[start - 1].form if start else ""
        return ends and before != "of" and not self.follows(start, end)

    def follows(self, start: int, end: int) -> bool:
        """Whether a word beside these stands beside them in the question too."""
        question, said = forms(self.question), forms(self.words)
        for at, _ in self.question_text.find(said[start:end]):
            behind = at + end - start
            if start and at and question[at - 1] == said[start - 1]:
                return True
            if end < len(said) and behind < len(question) and question[behind] == said[end]:
                return True
        return False

    def accepts(self, start: int, end: int, wanted: Wanted) -> bool:
        """Whether what stands there is claimed, and nothing else beside it."""
        if not self.claims.stands(start, end) or self.comes_from_another(start, end):
            return False
        listed = Listed(self.words, start, end)
        pair = listed.several and len(listed.items) == 1 and not listed.choice
        if (
            listed.items
            and "or" in self.question_forms
            and all(
                self.question_forms.issuperset(forms(self.words[first:last]))
                for first, last in listed.items
            )
        ):
            return False
        long = listed.words if self.words[start].is_number else _SHORT
        short = self.new <= (listed.words if pair else max(_SHORT, long))
        lead = set(forms(self.words[max(0, start - _REACH) : start]))
        offered = bool(_OFFERS & lead) or {"all", "them"} <= lead
        doubtful = listed.hedged or (listed.choice and bool(_MODAL & lead))
        doubtful = doubtful or (listed.choice and len(self.words) <= _DOUBT)
        doubtful = doubtful or (offered and bool(listed.items))
        if doubtful or ((listed.choice or listed.several) and short):
            return all(self.holds_accepted(*item) for item in listed.items)
        return True

    def comes_from_another(self, start: int, end: int) -> bool:
        """Whether the question asks from where, and the sentence tells that of something else."""
        said, question = forms(self.words), forms(self.question)
        if (
            "from" not in (*question[:1], *question[-1:])
            or "from" in said[max(0, start - 3) : start]
        ):
            return False
        behind = said[end : end + _CLOSE]
        return "from" in behind[:-1] and self.words[end + behind.index("from") + 1].capital

    def holds_accepted(self, start: int, end: int) -> bool:
        """Whether an accepted answer, or an item of one, stands among these words."""
        text = Text(self.words[start:end])
        return any(
            any(True for _ in text.find(phrase))
            for one in self.wanted
            for phrase in (*one.phrases(), *one.items)
        )

    def worded(self, wanted: Wanted) -> tuple[int, int] | None:
        """Where one sentence has all the answer's telling words."""
        for start, end in _sentences(self.words, self.end):
            place = worded(self.words[start:end], wanted, self.question_forms)
            if place:
                return start + place[0], start + place[1]
        return None

    def lists_another(self) -> bool:
        """Whether it is short items alone, in lines or sentences, not all of which are accepted."""
        spans = _sentences(self.words, len(self.words))
        if len(spans) < 2 or len(self.words) > _SHORT * len(spans):
            return False
        items = [span for span in spans if self.is_item(*span)]
        accepted = sum(self.holds_accepted(*span) for span in items)
        return len(items) == len(spans) and accepted < min(2, len(items))

    def is_item(self, start: int, end: int) -> bool:
        """Whether a sentence is but a name or a thing."""
        said = forms(self.words[start:end])
        return len(said) <= _ITEM and said[0] not in SMALL and not AUXILIARIES.intersection(said)

    def tells_another(self) -> bool:
        """Whether the months or days it tells are none of those accepted.

        "8 November 2013" is not "27 November 2013", though both are "2013", if that is accepted.
        """
        accepted = [only_date(one.form) for one in self.wanted]
        fine = [date for date in accepted if date and date.month]
        told = [date for date in self.told if date.month]
        if not (all(accepted) and fine and told):
            return False
        return all(one.contradicts(date) for one in told for date in fine)


def _outside_brackets(said: Sequence[Word]) -> list[int]:
    inside, kept = False, []
    for at, word in enumerate(said):
        inside = word.mark == "(" or (
            inside and word.mark != ")" and word.mark not in SENTENCE_ENDS
        )
        if not inside:
            kept.append(at)
    return kept


def _sentences(said: Sequence[Word], end: int) -> list[tuple[int, int]]:
    starts = [at for at in range(end) if at == 0 or said[at].mark in SENTENCE_ENDS]
    return list(pairwise([*starts, end]))
