"""Passages and questions on them, the target task `reading`.

A passage tells of four groups of entities, one of each role, all tied in the same way: an owner
has a thing, the thing is in a place and came from a giver, the giver lives beside a home. Any two
roles are joined by exactly one path, so a question is a path: one end is named, the other wanted.
The kinds of passages differ in words and sentences only (`passages.yaml`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from . import splits, words
from .exercise import Exercise
from .splits import Part

KINDS = ("house", "harbour")

SENTENCES = {1: (3, 4), 2: (5, 7), 3: (6, 8), 4: (8, 10), 5: (10, 12)}
"""By level, the least and the most sentences of a passage."""

HOPS = {1: (1,), 2: (1, 2), 3: (2,), 4: (2, 3), 5: (3,)}
"""By level, how many facts the last question joins; each number is equally likely."""

GROUPS = 4
"""More than any passage needs, so that its length does not tell whether a fact is left out."""

TALKS = 0.4
"""The share of conversations."""

UNANSWERABLE = 1 / 3
"""The share of questions without an answer."""

ABSTAINING = 0.25
"""Among wrong answers to questions that have one, the share that abstains."""

OWN_ABSTENTION = "The text does not say that."
GOLD_ABSTENTION = "NO ANSWER"

UNTOLD = 0.06
"""How often a question of an interview stays that has no answer, which most drawn ones have not."""

Edge = tuple[str, str]
"""Two roles that a fact ties."""

EDGES: tuple[Edge, ...] = (
    ("owner", "thing"),
    ("thing", "place"),
    ("thing", "giver"),
    ("giver", "home"),
)
ROLES = ("owner", "thing", "place", "giver", "home")
NEIGHBOURS = {
    role: [other for edge in EDGES if role in edge for other in edge if other != role]
    for role in ROLES
}
LEAVES = [role for role in ROLES if len(NEIGHBOURS[role]) == 1]

Group = dict[str, str]
"""The entity of each role."""


def _paths(hops: int) -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = [(role,) for role in ROLES]
    for _ in range(hops):
        paths = [(*p, role) for p in paths for role in NEIGHBOURS[p[-1]] if role not in p]
    return paths


PATHS = {hops: _paths(hops) for hops in (1, 2, 3)}


def _words() -> dict[str, Any]:
    return words.read("passages")


@lru_cache
def entities(kind: str) -> dict[str, list[str]]:
    """Every entity of a kind of passages, by role."""
    known = _words()[kind]
    return {
        "owner": [name for names in known["owners"].values() for name in _names(names)],
        **{role: _names(known[f"{role}s"]) for role in ROLES if role != "owner"},
    }


def _names(told: list[str] | dict[str, list[str]]) -> list[str]:
    """The names as they stand, or every beginning with every end."""
    if isinstance(told, list):
        return told
    return [begin + end for begin in told["begin"] for end in told["end"]]


@lru_cache(maxsize=8)
def _partners(kind: str, part: Part) -> dict[tuple[str, str], dict[str, set[str]]]:
    """For every two roles that a fact ties, in both directions: whom an entity may be tied to."""
    known = entities(kind)
    tied: dict[tuple[str, str], dict[str, set[str]]] = {}
    for a, b in EDGES:
        tied[a, b] = {x: {y for y in known[b] if splits.part(f"{x}|{y}") == part} for x in known[a]}
        tied[b, a] = {y: {x for x in known[a] if y in tied[a, b][x]} for y in known[b]}
    return tied


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


def _groups(kind: str, part: Part, rng: random.Random) -> list[Group]:
    """The groups of a passage, which share no entity.

    Those that the base model reads are interwoven: any fact about entities of two groups would be
    of its part too. Else it would learn which two go together anywhere, and in the other parts,
    where none of these do, answer worse than by chance, for it can only be read there who has what.
    """
    if part == "base":
        while (woven := _interwoven(kind, rng)) is None:
            pass
        return woven
    return _distinct(kind, part, GROUPS, rng)


def _distinct(kind: str, part: Part, count: int, rng: random.Random) -> list[Group]:
    """Groups that share no entity."""
    groups, taken = list[Group](), set[str]()
    while len(groups) < count:
        group = _group(kind, part, rng)
        if group and taken.isdisjoint(group.values()):
            groups.append(group)
            taken.update(group.values())
    return groups


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


def _edge(a: str, b: str) -> Edge:
    return (a, b) if (a, b) in EDGES else (b, a)


def _edges(path: Sequence[str]) -> list[Edge]:
    return [_edge(a, b) for a, b in pairwise(path)]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _tell(kind: str, edge: Edge, group: Group, rng: random.Random) -> str:
    """A fact as the passage has it: from either end, or in a third wording."""
    a, b = edge
    known = _words()[kind]
    wordings = [known["say"][f"{a}-{b}"], known["say"][f"{b}-{a}"], known["texts"][f"{a}-{b}"]]
    return _capital(rng.choice(wordings).format(**group))


def _ask(kind: str, path: Sequence[str], group: Group, rng: random.Random) -> str:
    question: str = rng.choice(_words()[kind]["ask"][f"{path[0]}-{path[-1]}"]).format(**group)
    return question


def _ask_back(kind: str, path: Sequence[str], group: Group) -> str:
    """The question of `path` when its first entity has just been talked about."""
    known = _words()[kind]
    her = "her" if group["owner"] in _names(known["owners"]["she"]) else "his"
    question: str = known["then"][f"{path[0]}-{path[-1]}"].format(her=her)
    return question


def _own(kind: str, path: Sequence[str], group: Group) -> str:
    """The model's style: a sentence a hop, the answer last."""
    say = _words()[kind]["say"]
    hops = pairwise(path)
    return " ".join(_capital(say[f"{a}-{b}"].format(**group)) for a, b in hops)


def _gold(path: Sequence[str], group: Group) -> str:
    """The annotators' style: the answer first, then what led to it."""
    chain = [group[role] for role in path]
    return f"{chain[-1]} | {' > '.join(chain)}"


def _content(path: Sequence[str], group: Group, answerable: bool, earlier: Sequence[str]) -> str:
    facts = ", ".join(f"{group[a]}|{group[b]}" for a, b in _edges(path))
    end = "answerable" if answerable else "unanswerable"
    return "; ".join([f"{path[-1]} of {facts}", end, *earlier])


def _passage(
    level: int,
    groups: Sequence[Group],
    needed: set[tuple[int, Edge]],
    left_out: tuple[int, Edge] | None,
    kind: str,
    rng: random.Random,
) -> str:
    """The facts `needed`, each a group's number and an edge, among others, but for `left_out`."""
    every = [(number, edge) for number in range(len(groups)) for edge in EDGES]
    rest = [fact for fact in every if fact not in needed]
    told = [fact for fact in every if fact in needed and fact != left_out]
    told += rng.sample(rest, rng.randint(*SENTENCES[level]) - len(told))
    rng.shuffle(told)
    return " ".join(_tell(kind, edge, groups[number], rng) for number, edge in told)


def make_passage(level: int, part: Part, rng: random.Random, *, kind: str = "house") -> Exercise:
    """A question on a passage of `kind`, level 1 to 5, alone or at the end of a conversation.

    Another group of the passage always has the like fact of every hop, so that only joining them
    leads to the answer. One in three has no answer: one of its facts is left out. Every fact told
    or left out is of `part`. `fields` are `answers`, a list of one or none, and `answerable`.
    """
    groups = _groups(kind, part, rng)
    asked, decoy = groups[:2]
    talk, answerable = rng.random() < TALKS, rng.random() >= UNANSWERABLE
    hops = rng.choice(HOPS[level])
    # In a conversation, another fact than the one wanted must lead to the entity asked about.
    path = rng.choice([p for p in PATHS[hops] if not talk or hops > 1 or p[0] not in LEAVES])
    steps, start = _edges(path), path[0]
    needed = {(number, edge) for number in (0, 1) for edge in steps}

    turns, earlier = list[str](), list[str]()
    if talk:
        leaf = start in LEAVES
        lead = rng.choice([role for role in NEIGHBOURS[start] if leaf or role != path[1]])
        needed.add((0, _edge(start, lead)))
        talks = [(rng.choice([path[:2], path[1::-1]]), decoy)] if rng.random() < 0.5 else []
        talks.append((rng.choice([(start, lead), (lead, start)]), asked))
        for p, group in talks:
            turns += [_ask(kind, p, group, rng), _gold(p, group)]
            earlier.append(_gold(p, group))
    missing = None if answerable else rng.randrange(int(talk and start in LEAVES), hops)
    turns.append(_ask_back(kind, path, asked) if talk else _ask(kind, path, asked, rng))
    left_out = None if missing is None else (0, steps[missing])
    turns[0] = f"{_passage(level, groups, needed, left_out, kind, rng)}\n\n{turns[0]}"

    # A wrong answer slips into the other group at some hop: at the missing one, if there is one.
    slip = 1 + (rng.randrange(hops) if missing is None else missing)
    wrong = _own(kind, path, {**asked, **{role: decoy[role] for role in path[slip:]}})
    if answerable and rng.random() < ABSTAINING:
        wrong = OWN_ABSTENTION
    return Exercise(
        turns=tuple(turns),
        own=_own(kind, path, asked) if answerable else OWN_ABSTENTION,
        gold=_gold(path, asked) if answerable else GOLD_ABSTENTION,
        wrong=wrong,
        content=_content(path, asked, answerable, earlier),
        fields={"answers": [asked[path[-1]]] if answerable else [], "answerable": answerable},
    )


def make_interview(part: Part, rng: random.Random, *, kind: str = "house") -> tuple[str, ...]:
    """A passage and many questions on it, each answered in the model's style.

    Turns as in an `Exercise`, and the answer to the last. No question refers to an earlier one;
    about a quarter has no answer.
    """
    groups = _groups(kind, part, rng)
    every = [(number, edge) for number in range(len(groups)) for edge in EDGES]
    told = rng.sample(every, rng.randint(2, 8))
    asked = list[tuple[int, tuple[str, ...]]]()
    while len(asked) < min(7, 2 * len(told)):
        hops = 1 if rng.random() < 0.7 else 2
        number, path = rng.randrange(len(groups)), rng.choice(PATHS[hops])
        answerable = {(number, edge) for edge in _edges(path)} <= set(told)
        if (number, path) not in asked and (answerable or rng.random() < UNTOLD):
            asked.append((number, path))
    return _interview(kind, groups, told, asked, rng)


def make_register(part: Part, rng: random.Random, *, kind: str = "house") -> tuple[str, ...]:
    """An interview on a list of like facts, two to twelve, or half as many pairs of facts.

    Knowing which names stand in the passage helps little here: only who goes with whom does.
    """
    hops = 1 if rng.random() < 0.75 else 2
    groups = _distinct(kind, part, rng.randint(2, 12 // hops), rng)
    told_of = rng.choice(PATHS[hops])
    told = [(number, edge) for number in range(len(groups)) for edge in _edges(told_of)]
    rng.shuffle(told)
    paths = [
        told_of,
        told_of[::-1],
        *((a, b) for edge in _edges(told_of) for a, b in (edge, edge[::-1])),
    ]
    numbers = rng.sample(range(len(groups)), min(len(groups), 8))
    asked = [(number, rng.choice(paths)) for number in numbers]
    return _interview(kind, groups, told, asked, rng)


def _interview(
    kind: str,
    groups: Sequence[Group],
    told: Sequence[tuple[int, Edge]],
    asked: Sequence[tuple[int, tuple[str, ...]]],
    rng: random.Random,
) -> tuple[str, ...]:
    turns = [" ".join(_tell(kind, edge, groups[number], rng) for number, edge in told)]
    for number, path in asked:
        answerable = {(number, edge) for edge in _edges(path)} <= set(told)
        turns.append(_ask(kind, path, groups[number], rng))
        turns.append(_own(kind, path, groups[number]) if answerable else OWN_ABSTENTION)
    passage, first, *rest = turns
    return f"{passage}\n\n{first}", *rest
