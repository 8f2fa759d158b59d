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
    share what is before. Few-shot examples and system prompts are the same for many questions:
    so families are found first, and what they share says nothing about which rows are a question.
    """
    contexts = _gathered(rows, _of_row, lambda both: 0)
    preambles: list[Shared[Question]] = _gathered(
        contexts,
        lambda one: (one.prefix, len(one.prefix) - 1),
        lambda both: both + FAMILY_COST,
    )
    found: list[Family] = []
    alone: list[Row] = []
    for shared in preambles:
        members = [row for question in shared.members for row in question.members]
        if (len(shared.members) - 1) * len(shared.prefix) > FAMILY_COST:
            found.append(_family(shared.prefix, members))
        else:
            alone += members
    return [*found, _family((), alone)] if alone else found


def _family(prefix: Ids, rows: Sequence[Row]) -> Family:
    questions = _gathered(rows, _of_row, lambda both: both - len(prefix))
    return Family(prefix, tuple(questions))


def _of_row(row: Row) -> tuple[Ids, int]:
    return row.ids, len(row.ids) - row.scored


def _gathered(
    members: Sequence[Member],
    ids_of: Callable[[Member], tuple[Ids, int]],
    saved: Callable[[int], int],
) -> list[Shared[Member]]:
    """Put each member with those before it, in the order of their ids, where that saves tokens.

    Args:
        ids_of: a member's ids, and how many of them may be shared.
        saved: how many tokens are not read again where so many are shared.
    """
    groups: list[Shared[Member]] = []
    prefix: Ids = ()
    held: list[Member] = []
    for member in sorted(members, key=lambda one: ids_of(one)[0]):
        ids, most = ids_of(member)
        both = min(_common(prefix, ids), most)
        lost = len(held) * (len(prefix) - both)  # each one there would have to read these itself
        if held and lost <= saved(both):
            prefix = prefix[:both]
        else:
            if held:
                groups.append(Shared(prefix, tuple(held)))
            prefix, held = ids[:most], []
        held.append(member)
    return [*groups, Shared(prefix, tuple(held))] if held else groups


def _common(first: Ids, second: Ids) -> int:
    """With how many of the same ids both begin."""
    most = range(min(len(first), len(second)))
    return bisect_left(most, True, key=lambda last: first[: last + 1] != second[: last + 1])
