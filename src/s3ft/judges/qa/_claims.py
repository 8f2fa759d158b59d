"""Which words of a response are its claim, and which it denies, sets aside or only asks.

A sentence is read clause by clause. A negated verb turns its whole clause ("Paris is not the
capital"), any other denial what follows it there ("Italy, not Spain"; "rather than Spain"). What
somebody else thinks, what a concession grants and what a question asks is no claim.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from ._elsewhere import CONTRASTS, Turn, is_english, turns
from ._written import SENTENCE_ENDS, Word

AUXILIARIES = frozenset(
    {"is", "are", "was", "were", "be", "been", "do", "does", "did", "has", "have", "had", "can",
     "could", "will", "would", "shall", "should", "may", "might", "must", "doe", "ha", "wa"}
)  # fmt: skip
_PRONOUNS = frozenset({"i", "you", "he", "she", "it", "they", "we", "there", "this", "that"})
_NEGATED = frozenset(
    {"isnt", "arent", "wasnt", "werent", "dont", "doesnt", "didnt", "hasnt", "havent", "hadnt",
     "cant", "cannot", "couldnt", "wont", "wouldnt", "shouldnt", "mustnt", "aint", "nt", "never",
     "hardly", "scarcely", "deny", "denie", "denied", "doubt", "doubtful", "false", "falsely",
     "wrong", "wrongly", "incorrect", "incorrectly", "untrue", "mistaken", "mistakenly", "myth",
     "misconception", "unlikely", "impossible"}
)  # fmt: skip
_DENIES = frozenset({"not", "no", "nor", "neither", "without", "unlike", "except", "excluding"})
TURNS = _NEGATED | _DENIES
"""Words that deny."""
_DENIES_WITH = {
    "rather": "than", "other": "than", "instead": "of", "contrary": "to", "opposed": "to",
    "apart": "from", "aside": "from", "anything": "but", "everything": "but",
    "anywhere": "but", "everywhere": "but", "all": "but", "far": "from", "different": "from",
    "anyone": "but", "anybody": "but", "everyone": "but", "everybody": "but",
}  # fmt: skip
# "not only", "not until 1990", "no doubt", "No. 5", "none other than".
_NEUTRAL = frozenset(
    {"only", "just", "merely", "simply", "solely", "until", "till", "doubt", "question", "matter",
     "wonder", "surprisingly", "one", "other", "sooner"}
)  # fmt: skip
CONNECTIVES = frozenset(
    {"but", "although", "though", "while", "whereas", "wherea", "because", "however", "yet",
     "which", "who", "whose", "whom", "where", "when", "despite", "if", "unless", "so", "instead"}
)  # fmt: skip
_LEAVES_OUT = frozenset({"lack", "omit", "exclude", "leave", "miss", "missing", "skip", "ignore"})
"""What a question asks for with these may be told in a clause that denies."""
_CONCEDES = frozenset({"although", "though", "whereas", "wherea", "despite", "unless"})
_CROWD = frozenset(
    {"some", "many", "people", "most", "other", "they", "everyone", "often", "commonly", "widely",
     "popularly", "usually", "once", "long", "initially", "originally", "first", "1", "tradition",
     "legend", "rumour", "rumor"}
)  # fmt: skip
_THINK = frozenset(
    {"think", "thought", "believe", "believed", "say", "said", "claim", "claimed", "assume",
     "assumed", "suppose", "supposed", "suspect", "suspected", "associate", "associated",
     "attribute", "attributed", "considered", "rumoured", "rumored", "mistake", "expected"}
)  # fmt: skip
_GUESS = _THINK | {"guess", "guessed", "gone", "answered"}
_FAULTS = frozenset({"false", "wrong", "incorrect", "untrue", "mistaken", "myth", "misconception"})
_FORMERLY = frozenset({"once", "formerly", "previously", "until", "till"})
_NOW = frozenset({"now", "today", "nowadays", "currently", "presently"})
_OF_THE_PAST = _FORMERLY | {"wa", "was", "were", "did", "used", "former", "first", "before", "old"}
"""In a question after what was: what was once, and is no more, answers it."""
_CONTRASTS = frozenset({"but", "however", "actually", "really", "fact", "yet", "though", "truth"})
_CORRECTS = frozenset({"no", "wait", "actually", "correction", "scratch", "sorry"})
_NEXT = 12  # words behind a clause in which it is contrasted
_FEW = 4  # words of a clause that does nothing but deny: "which is simply false"
CLAUSE_MARKS = SENTENCE_ENDS | frozenset(",;:()—")


class _Clause:
    """The words from ``start`` to ``end`` and what turns them."""

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.turns: list[Turn] = []
        self.carried = False  # an earlier denial goes on, or a later one comes back
        self.claims = True


class Claims:
    """What a response claims.

    Args:
        said: its words.
        question: the forms of its words.
        asks: whether the response ends in a question mark.
    """

    def __init__(self, said: Sequence[Word], question: Collection[str], *, asks: bool) -> None:
        self._words = said
        self._of: list[_Clause] = []
        self.corrects = False
        self._english = is_english(said, question)
        self._past = bool(_OF_THE_PAST & set(question))
        negative = bool((TURNS | _LEAVES_OUT) & set(question))
        clauses: list[_Clause] = []
        for start, end in _spans(said):
            clause = _Clause(start, end)
            if not negative:
                self._read(clause, clauses)
            clauses.append(clause)
            self._of += [clause] * (end - start)
        self._ask(clauses, asks=asks)

    def stands(self, start: int, end: int) -> bool:
        """Whether the words from ``start`` to ``end`` are claimed."""
        claimed = all(clause.claims for clause in self._of[start:end])
        return claimed and not self.denies(start, end)

    def denies(self, start: int, end: int) -> bool:
        """Whether something outside these words denies them."""
        for clause in dict.fromkeys(self._of[start:end]):
            inside = any(start <= turn.place < end for turn in clause.turns)
            if clause.carried and not inside:
                return True
            if any(
                turn.start <= start < turn.end and not start <= turn.place < end
                for turn in clause.turns
            ):
                return True
        return False

    def _read(self, clause: _Clause, before: Sequence[_Clause]) -> None:
        said = self._words
        forms = [word.form for word in said[clause.start : clause.end]]
        for place in range(clause.start, clause.end):
            reach = self._denial(place, clause)
            if reach is not None:
                clause.turns.append(Turn(place, reach, clause.end))
        if not self._english:
            clause.turns += turns(said, clause.start, clause.end)
        first = said[clause.start]
        same = bool(before) and first.mark not in SENTENCE_ENDS
        if clause.start and forms[0] in _CORRECTS and first.mark in SENTENCE_ENDS | {",", "—", ";"}:
            self.corrects = self.corrects or forms[0] != "no" or len(forms) == 1
        if forms[0] in _CONCEDES or (forms[0] == "while" and not same):
            clause.claims = False
        rest = {word.form for word in said[clause.end : clause.end + _NEXT]}
        if _THINK & set(forms) and _CROWD & set(forms):
            clause.claims = clause.claims and not (_CONTRASTS | {"other"}) & rest
        if "have" in forms and {"would", "d"} & set(forms) and _GUESS & set(forms):
            clause.claims = not _CONTRASTS & rest
        once = _FORMERLY & set(forms) or ("used", "to") in pairwise(forms)
        now = _NOW & rest or {"since", "then"} <= rest
        if once and now and not self._past:
            clause.claims = False
        if not same:
            return
        previous = before[-1]
        if first.mark == "," and (previous.turns or previous.carried):
            new = {*AUXILIARIES, *_PRONOUNS, *CONNECTIVES}
            new |= set() if self._english else CONTRASTS
            verb = any(form in new or (len(form) > 4 and form.endswith("ed")) for form in forms)
            condition = said[previous.start].form in CONNECTIVES  # "If you do not know, click it"
            clause.carried = not verb and not condition
        fault = forms[0] == "which" and len(forms) <= _FEW and _FAULTS & set(forms)
        if clause.turns and (
            fault or forms[0] in AUXILIARIES | _NEGATED
        ):  # "Paris, however, is not"
            for one in reversed(before):
                one.carried = True
                if said[one.start].mark in SENTENCE_ENDS:
                    break

    def _denial(self, place: int, clause: _Clause) -> int | None:
        """From where on the word there denies, if it does."""
        said = self._words
        form = said[place].form
        after = said[place + 1] if place + 1 < clause.end else None
        before = said[place - 1].form if place > clause.start else ""
        first = place == 0 or said[place].mark in SENTENCE_ENDS
        if said[place].capital and not first and not said[place].written.isupper():
            return None  # in a title
        if any(word.form in {"until", "till"} for word in said[place : clause.end]):
            return None  # "did not open until 1992"
        if form in _NEGATED:
            return None if before in {"no", "without"} else clause.start
        if form in _DENIES_WITH:
            with_it = after is not None and after.form == _DENIES_WITH[form]
            return place if with_it and before not in {"no", "none", "nothing"} else None
        if form not in _DENIES or (after and after.form in _NEUTRAL):
            return None
        if form == "no" and (after is None or after.is_number or after.form in _PRONOUNS):
            return None  # the answer "No, ...", or "No. 5"
        return clause.start if form == "not" and before in AUXILIARIES else place

    def _ask(self, clauses: Sequence[_Clause], *, asks: bool) -> None:
        """Takes the claim from the sentences that ask."""
        asking = asks
        for clause in reversed(clauses):
            clause.claims = clause.claims and not asking
            mark = self._words[clause.start].mark
            asking = mark == "?" if mark in SENTENCE_ENDS else asking


def _spans(said: Sequence[Word]) -> list[tuple[int, int]]:
    """Start and end of each clause."""
    starts = [
        at
        for at, word in enumerate(said)
        if at == 0
        or word.mark in CLAUSE_MARKS
        or (word.form in CONNECTIVES and _DENIES_WITH.get(said[at - 1].form) != word.form)
        # "a place that is not on maps"
        or (word.form == "that" and at + 1 < len(said) and said[at + 1].form in AUXILIARIES)
    ]
    return list(pairwise([*starts, len(said)]))
