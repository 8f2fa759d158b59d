"""Cases put to an endpoint, and what comes of its replies: votes, some of which may be missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from ...finish import describe_finish
from ...generate import OpenAIEngine, Unanswered
from ...records import (
    Case,
    Label,
    Request,
    Response,
    Sampling,
    Verdict,
    VerdictCode,
    content_hash,
)
from .._base import malformed, shorten, taken
from .._cache import ReplyCache
from ._prompt import JudgePrompt, PromptGap
from ._reply import read_reply

_MEANING: dict[bool, tuple[Label, VerdictCode]] = {
    True: ("correct", VerdictCode.YES),
    False: ("incorrect", VerdictCode.NO),
}


class _Votes:
    """The votes on one case as they come in; ``number`` are wanted."""

    def __init__(self, case: Case, mark: str, number: int) -> None:
        self.case, self.mark, self._number = case, mark, number
        self._grounds: dict[bool | None, list[str]] = {True: [], False: [], None: []}

    def add(self, vote: bool | None, grounds: str) -> bool:
        """Count a vote, or its absence; True once all are in."""
        self._grounds[vote].append(grounds)
        return sum(map(len, self._grounds.values())) == self._number

    def verdict(self) -> Verdict:
        """What more than half of the votes say."""
        said, key = shorten(self.case.response), self.case.key
        for vote, (label, code) in _MEANING.items():
            if 2 * len(self._grounds[vote]) > self._number:
                count = f"{len(self._grounds[vote])} of {self._number} votes: "
                reason = f"{count if self._number > 1 else ''}{self._grounds[vote][0]}"
                return Verdict(key, label, said, reason, code)
        absent = f": {self._grounds[None][0]}" if self._grounds[None] else ""
        if self._number == 1:
            return Verdict(key, "unknown", said, absent.removeprefix(": "), VerdictCode.ERROR)
        split = f"{len(self._grounds[True])} yes, {len(self._grounds[False])} no"
        none = len(self._grounds[None]) == self._number
        code = VerdictCode.ERROR if none else VerdictCode.UNDECIDED
        return Verdict(key, "unknown", said, f"{split} of {self._number} votes{absent}", code)


class EndpointJudge:
    """Asks an endpoint for replies in words, and keeps those that hold a verdict."""

    def __init__(
        self,
        engine: OpenAIEngine,
        prompt: JudgePrompt,
        sampling: Sampling,
        votes: int,
        cache: ReplyCache,
    ) -> None:
        self._engine, self._prompt, self._cache = engine, prompt, cache
        self._sampling, self._votes = sampling, votes

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        ready: deque[Verdict] = deque()
        waiting: dict[str, list[_Votes]] = {}
        try:
            for batch in self._engine.generate(self._requests(cases, waiting, ready)):
                self._count(batch, waiting, ready)
                yield from taken(ready)
        except Unanswered as error:
            for key, reason in error.reasons.items():
                for votes in waiting.pop(key):
                    if votes.add(None, shorten(reason, 300)):
                        ready.append(votes.verdict())
        yield from taken(ready)

    def _requests(
        self, cases: Iterable[Case], waiting: dict[str, list[_Votes]], ready: deque[Verdict]
    ) -> Iterator[Request]:
        """What has to be asked: not what was answered before, nor the same twice at once."""
        for case in cases:
            try:
                shown = self._prompt.fill(case)
            except PromptGap as error:
                ready.append(malformed(case.key, str(error)))
                continue
            votes = _Votes(case, shown.mark, self._votes)
            for vote in range(self._votes):
                key = content_hash(
                    self._engine.fingerprint, shown.messages, self._sampling.temperature, vote
                )
                known = self._cache.reply(key)
                if known is not None:
                    if votes.add(*read_reply(known, shown.mark, case.response)):
                        ready.append(votes.verdict())
                elif key in waiting:
                    waiting[key].append(votes)
                else:
                    waiting[key] = [votes]
                    seed = int(key[:15], 16)
                    yield Request(key, shown.messages, (), self._sampling, seed, sample=vote)

    def _count(
        self, batch: list[Response], waiting: dict[str, list[_Votes]], ready: deque[Verdict]
    ) -> None:
        replies = {}
        for response in batch:
            for votes in waiting.pop(response.key):
                vote, grounds = read_reply(response.text, votes.mark, votes.case.response)
                if not response.whole:
                    why = describe_finish(response.finish_reason)
                    vote, grounds = None, f"the judge gave no whole reply: {why}"
                if vote is not None:
                    replies[response.key] = response.text
                if votes.add(vote, grounds):
                    ready.append(votes.verdict())
        self._cache.add_replies(replies)
