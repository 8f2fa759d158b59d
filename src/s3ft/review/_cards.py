"""What there is to see of one example: its answers, and what methods make of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..ladder import PICKS, Dropped, Missing, accepted, walk
from ..records import Candidate, Example, Label
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
        source: _chosen(desk, entry, source).sample
        for source in {c.source for c in entry.candidates}
    }
    for candidate in entry.candidates:
        source, sample = candidate.source, candidate.sample
        place = Place(split, entry.position, source, sample)
        takers = [method for method, (taken, _) in targets.items() if taken == source]
        yield Card(
            place,
            candidate,
            differences(entry.example.completion, candidate.response.text),
            attempts.get(place, []),
            [word for word in words if word.place == place],
            takers if chosen[source] == sample else [],
        )


def _chosen(desk: Desk, entry: Entry, source: str) -> Candidate:
    """The candidate that speaks for a source: of the verified ones the pick, else the first."""
    here = [candidate for candidate in entry.candidates if candidate.source == source]
    verified = [candidate for candidate in here if accepted(candidate)]
    try:
        return PICKS[desk.recipe.generate.pick](entry.example, verified) if verified else here[0]
    except InputError:  # the likeliest cannot be told
        return here[0]


def outcomes(desk: Desk, entry: Entry, targets: Targets) -> Iterator[Outcome]:
    """What each method makes of an example."""
    for method in desk.recipe.methods:
        now = ("", "")
        if method in targets:
            source, reason = targets[method]
            now = (source or DROPPED, reason)
        then = _walked(desk, method, entry.example, entry.candidates)
        yield Outcome(method, *now, *(("", "") if then == now else then))


def _walked(
    desk: Desk, method: str, example: Example, candidates: tuple[Candidate, ...]
) -> tuple[str, str]:
    """Where a ladder comes to now: the source, and why."""
    ladder, recipe = desk.recipe.rungs_of(method), desk.recipe
    rounds = {}
    if recipe.generate.engine == "replay":  # a file's responses come all at once
        rounds = {
            rung.name: (max(1, sum(c.source == rung.name for c in candidates)),)
            for rung in ladder
            if rung.asks_own_prompt
        }
    try:
        outcome: Any = walk(
            example, ladder, candidates, rounds=rounds, pick=PICKS[recipe.generate.pick]
        )
    except InputError:  # the likeliest cannot be told
        return "", ""
    if isinstance(outcome, Missing):
        return f"{outcome.rung} is asked", ""
    if isinstance(outcome, Dropped):
        return DROPPED, outcome.reason
    return outcome.source, outcome.reason
