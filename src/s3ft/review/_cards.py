"""What there is to see of one example: its answers, and what methods make of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..ladder import Dropped, Missing, accepted, walk
from ..records import Candidate, Label
from ..store import Entry, Overruling, Place, Store
from ._desk import Desk
from ._diff import Piece, differences

DROPPED = "dropped"

Targets = dict[str, tuple[str | None, str]]
"""By method the source (None: dropped) and the reason."""


@dataclass(frozen=True)
class Card:
    """A candidate as it is shown: its text against the gold, the judges' words, people's words."""

    place: Place
    candidate: Candidate
    pieces: list[Piece]
    attempts: list[tuple[str, Label, str, str]]
    words: list[Overruling]
    targets: list[str]

    @property
    def seen(self) -> int:
        return self.words[-1].number if self.words else 0


@dataclass(frozen=True)
class Outcome:
    """What a method makes of an example: in its mixture, and in the next selection if otherwise."""

    method: str
    source: str
    reason: str
    then: str
    why: str


def cards(desk: Desk, store: Store, entry: Entry, split: str, targets: Targets) -> Iterator[Card]:
    """The candidates of an example, as they are shown."""
    attempts = store.attempts_at(split, entry.position)
    words = store.overrulings(split, entry.position)
    chosen = {
        method: _chosen(desk, entry, method, source)
        for method, (source, _) in targets.items()
        if source is not None
    }
    for candidate in entry.candidates:
        source, sample = candidate.source, candidate.sample
        place = Place(split, entry.position, source, sample)
        yield Card(
            place,
            candidate,
            differences(entry.example.completion, candidate.response.text),
            attempts.get(place, []),
            [word for word in words if word.place == place],
            [method for method, taken in chosen.items() if taken is candidate],
        )


def _chosen(desk: Desk, entry: Entry, method: str, source: str) -> Candidate | None:
    """The candidate of a source that a method takes: of the verified ones its pick, else the
    first."""
    here = [candidate for candidate in entry.candidates if candidate.source == source]
    verified = [candidate for candidate in here if accepted(candidate)]
    try:
        if verified:
            return desk.recipe.method(method).pick(entry.example, verified)
    except InputError:  # the likeliest cannot be told
        pass
    return here[0] if here else None


def outcomes(desk: Desk, entry: Entry, targets: Targets) -> Iterator[Outcome]:
    """What each method makes of an example."""
    for method in desk.recipe.methods:
        now = ("", "")
        if method in targets:
            source, reason = targets[method]
            now = (source or DROPPED, reason)
        then = _walked(desk, method, entry)
        yield Outcome(method, *now, *(("", "") if then == now else then))


def _walked(desk: Desk, name: str, entry: Entry) -> tuple[str, str]:
    """Where a ladder comes to now: the source, and why."""
    method = desk.recipe.method(name)
    try:
        outcome: Any = walk(
            entry.example, method, entry.candidates, gold_logprobs=entry.gold_logprobs
        )
    except InputError:  # the likeliest cannot be told
        return "", ""
    if isinstance(outcome, Missing):
        return f"{outcome.rung} is asked", ""
    if isinstance(outcome, Dropped):
        return DROPPED, outcome.reason
    return outcome.source, outcome.reason
