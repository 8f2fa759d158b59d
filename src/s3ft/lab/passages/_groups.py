"""The entities of a passage, in groups of one for each role."""

from __future__ import annotations

import random
from functools import lru_cache

from .. import splits
from ..splits import Part
from ._roles import EDGES, ROLES
from ._wording import Group, names_of, words_of

GROUPS = 4
"""More than any passage needs, so that its length does not tell whether a fact is left out."""


@lru_cache
def entities(kind: str) -> dict[str, list[str]]:
    """Every entity of a kind of passages, by role."""
    known = words_of(kind)
    return {
        "owner": [name for names in known["owners"].values() for name in names_of(names)],
        **{role: names_of(known[f"{role}s"]) for role in ROLES if role != "owner"},
    }


@lru_cache(maxsize=8)
def _partners(kind: str, part: Part) -> dict[tuple[str, str], dict[str, set[str]]]:
    """For every two roles that a fact ties, in both directions: whom an entity may be tied to."""
    known = entities(kind)
    tied: dict[tuple[str, str], dict[str, set[str]]] = {}
    for a, b in EDGES:
        tied[a, b] = {x: {y for y in known[b] if splits.part(f"{x}|{y}") == part} for x in known[a]}
        tied[b, a] = {y: {x for x in known[a] if y in tied[a, b][x]} for y in known[b]}
    return tied


def draw_groups(kind: str, part: Part, rng: random.Random) -> list[Group]:
    """The groups of a passage, which share no entity.

    Those that the base model reads are interwoven: any fact about entities of two groups would be
    of its part too. Else it would learn which two go together anywhere, and in the other parts,
    where none of these do, answer worse than by chance, for it can only be read there who has what.
    """
    if part == "base":
        while (woven := _interwoven(kind, rng)) is None:
            pass
        return woven
    return distinct_groups(kind, part, GROUPS, rng)


def distinct_groups(kind: str, part: Part, count: int, rng: random.Random) -> list[Group]:
    """Groups that share no entity."""
    groups, taken = list[Group](), set[str]()
    while len(groups) < count:
        group = _group(kind, part, rng)
        if group and taken.isdisjoint(group.values()):
            groups.append(group)
            taken.update(group.values())
    return groups


def _group(kind: str, part: Part, rng: random.Random) -> Group | None:
    """Entities whose facts are all of `part`; None where one of them has no partner."""
    partners = _partners(kind, part)
    group = {"owner": rng.choice(entities(kind)["owner"])}
    for a, b in EDGES:
        possible = partners[a, b][group[a]]
        if not possible:
            return None
        group[b] = rng.choice(sorted(possible))
    return group


def _interwoven(kind: str, rng: random.Random) -> list[Group] | None:
    """Groups any two of whose entities may be tied; None where what was drawn allows of none."""
    partners = _partners(kind, "base")
    drawn = {"thing": rng.sample(entities(kind)["thing"], GROUPS)}
    for a, b in (("thing", "owner"), ("thing", "place"), ("thing", "giver"), ("giver", "home")):
        common = set.intersection(*(partners[a, b][x] for x in drawn[a]))
        if len(common) < GROUPS:
            return None
        drawn[b] = rng.sample(sorted(common), GROUPS)
    return [dict(zip(drawn, row, strict=True)) for row in zip(*drawn.values(), strict=True)]
