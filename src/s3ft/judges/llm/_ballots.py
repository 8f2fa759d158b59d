"""Cases put to an endpoint, and what comes of its replies: votes, some of which may be missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from ...finish import said
from ...generate import OpenAIEngine, Unanswered
from ...records import Case, Label, Request, Response, Sampling, Verdict, content_hash
from .._base import malformed, shorten
from .._cache import ReplyCache
from ._prompt import Prompt, Unaskable
from ._reply import read_reply

_LABELS: dict[bool, Label] = {True: "correct", False: "incorrect"}


class _Ballot:
    """The votes on one case as they come in."""

    def __init__(self, case: Case, mark: str, votes: int) -> None:
        self.case, self.mark, self._votes = case, mark, votes
        self._grounds: dict[bool | None, list[str]] = {True: [], False: [], None: []}

    def add(self, vote: bool | None, grounds: str) -> bool:
        """Count a vote, or its absence; True once all are in."""
        self._grounds[vote].append(grounds)
        return sum(map(len, self._grounds.values())) == self._votes

    def verdict(self) -> Verdict:
        """What more than half of the votes say."""
        said, key = shorten(self.case.response), self.case.key
        for vote, label in _LABELS.items():
            if 2 * len(self._grounds[vote]) > self._votes:
                count = f"{len(self._grounds[vote])} of {self._votes} votes: "
                reason = f"{count if self._votes > 1 else ''}{self._grounds[vote][0]}"
                return Verdict(key, label, said, reason)
        absent = f": {self._grounds[None][0]}" if self._grounds[None] else ""
        if self._votes == 1:
            return Verdict(key, "unknown", said, absent.removeprefix(": "))
        split = f"{len(self._grounds[True])} yes, {len(self._grounds[False])} no"
        return Verdict(key, "unknown", said, f"{split} of {self._votes} votes{absent}")


class AskedInWords:
    """Asks an endpoint for replies in words, and keeps those that hold a verdict."""

    def __init__(
        self,
        engine: OpenAIEngine,
        prompt: Prompt,
        sampling: Sampling,
        votes: int,
        cache: ReplyCache,
    ) -> None:
        self._engine, self._prompt, self._cache = engine, prompt, cache
        self._sampling, self._votes = sampling, votes

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        ready: deque[Verdict] = deque()
        waiting: dict[str, list[_Ballot]] = {}
        try:
            for batch in self._engine.generate(self._requests(cases, waiting, ready)):
                self._count(batch, waiting, ready)
                yield from _taken(ready)
        except Unanswered as error:
            for key, reason in error.reasons.items():
                for ballot in waiting.pop(key):
                    if ballot.add(None, shorten(reason, 300)):
                        ready.append(ballot.verdict())
        yield from _taken(ready)

    def _requests(
        self, cases: Iterable[Case], waiting: dict[str, list[_Ballot]], ready: deque[Verdict]
    ) -> Iterator[Request]:
        """What has to be asked: not what was answered before, nor the same twice at once."""
        for case in cases:
            try:
                asked = self._prompt.ask(case)
            except Unaskable as error:
                ready.append(malformed(case.key, str(error)))
                continue
            ballot = _Ballot(case, asked.mark, self._votes)
            for vote in range(self._votes):
                key = content_hash(
                    self._engine.fingerprint, asked.messages, self._sampling.temperature, vote
                )
                known = self._cache.reply(key)
                if known is not None:
                    if ballot.add(*read_reply(known, asked.mark, case.response)):
                        ready.append(ballot.verdict())
                elif key in waiting:
                    waiting[key].append(ballot)
                else:
                    waiting[key] = [ballot]
                    seed = int(key[:15], 16)
                    yield Request(key, asked.messages, (), self._sampling, seed, sample=vote)

    def _count(
        self, batch: list[Response], waiting: dict[str, list[_Ballot]], ready: deque[Verdict]
    ) -> None:
        replies = {}
        for response in batch:
            for ballot in waiting.pop(response.key):
                vote, grounds = read_reply(response.text, ballot.mark, ballot.case.response)
                if not response.whole:
                    why = said(response.finish_reason)
                    vote, grounds = None, f"the judge gave no whole reply: {why}"
                if vote is not None:
                    replies[response.key] = response.text
                if ballot.add(vote, grounds):
                    ready.append(ballot.verdict())
        self._cache.add_replies(replies)


def _taken(ready: deque[Verdict]) -> Iterator[Verdict]:
    while ready:
        yield ready.popleft()
