"""Which rows of token ids are best computed together behind a prefix that they share."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Ids = tuple[int, ...]
Member = TypeVar("Member")

FAMILY_COST = 512
"""Tokens that take about as long as the passes through the model that a family needs for itself."""


@dataclass(frozen=True)
class Row:
    """One choice behind its context.

    Args:
        place: among the requests.
        ids: those of context and choice.
        scored: so many of the last ids are the choice, at least one, and never all.
    """

    place: int
    ids: Ids
    scored: int


@dataclass(frozen=True)
class Shared(Generic[Member]):
    """Members whose ids all begin with the same ``prefix``."""

    prefix: Ids
    members: tuple[Member, ...]


Question = Shared[Row]
"""Rows whose prefix ends where the first of their choices begins, or before."""

Family = Shared[Question]
"""Questions whose prefixes go on after the family's, by one id or more."""


def families(rows: Sequence[Row]) -> list[Family]:
    """Rows as a tree of two levels: a preamble, a question, its choices.

    The choices of a question have the same context; those of WinoGrande differ early in it, and
    share what is before. Few-shot examples and system prompts are the same for many questions.
    """
    questions = _gathered(rows, lambda row: row.ids, lambda row: len(row.ids) - row.scored, 0)
    found = _gathered(
        questions, lambda one: one.prefix, lambda one: len(one.prefix) - 1, FAMILY_COST
    )
    saved = [(len(one.members) - 1) * len(one.prefix) for one in found]
    worth = [one for one, tokens in zip(found, saved, strict=True) if tokens > FAMILY_COST]
    others = [
        question
        for one, tokens in zip(found, saved, strict=True)
        if tokens <= FAMILY_COST
        for question in one.members
    ]
    return [*worth, Family((), tuple(others))] if others else worth


def _gathered(
    members: Sequence[Member],
    ids_of: Callable[[Member], Ids],
    most: Callable[[Member], int],
    cost: int,
) -> list[Shared[Member]]:
    """Put each member with those before it, in the order of their ids, where that saves tokens.

    Args:
        most: of a member's ids so many may be shared.
        cost: of one more group, in tokens.
    """
    groups: list[Shared[Member]] = []
    prefix: Ids = ()
    held: list[Member] = []
    for member in sorted(members, key=ids_of):
        ids = ids_of(member)
        both = min(_common(prefix, ids), most(member))
        lost = len(held) * (len(prefix) - both)  # each one there would have to read these itself
        if held and lost <= both + cost:
            prefix = prefix[:both]
        else:
            if held:
                groups.append(Shared(prefix, tuple(held)))
            prefix, held = ids[: most(member)], []
        held.append(member)
    return [*groups, Shared(prefix, tuple(held))] if held else groups


def _common(first: Ids, second: Ids) -> int:
    """With how many of the same ids both begin."""
    most = range(min(len(first), len(second)))
    return bisect_left(most, True, key=lambda last: first[: last + 1] != second[: last + 1])
