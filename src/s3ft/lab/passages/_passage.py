"""A question on a passage, alone or at the end of a conversation."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..exercise import Exercise
from ..splits import Part
from ._groups import draw_groups
from ._roles import EDGES, LEAVES, NEIGHBOURS, PATHS, Edge, Path, edge_of, edges_of
from ._wording import (
    GOLD_ABSTENTION,
    OWN_ABSTENTION,
    Group,
    ask,
    ask_back,
    content,
    gold,
    own,
    tell,
)

SENTENCES = {1: (3, 4), 2: (5, 7), 3: (6, 8), 4: (8, 10), 5: (10, 12)}
"""By level, the least and the most sentences of a passage."""

HOPS = {1: (1,), 2: (1, 2), 3: (2,), 4: (2, 3), 5: (3,)}
"""By level, how many facts the last question joins; each number is equally likely."""

TALKS = 0.4
"""The share of conversations."""

UNANSWERABLE = 1 / 3
"""The share of questions without an answer."""

ABSTAINING = 0.25
"""Among wrong answers to questions that have one, the share that abstains."""


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
    return " ".join(tell(kind, edge, groups[number], rng) for number, edge in told)


def make_passage(level: int, part: Part, rng: random.Random, *, kind: str = "house") -> Exercise:
    """A question on a passage of `kind`, level 1 to 5, alone or at the end of a conversation.

    Another group of the passage always has the like fact of every hop, so that only joining them
    leads to the answer. One in three has no answer: one of its facts is left out. Every fact told
    or left out is of `part`. `fields` are `answers`, a list of one or none, and `answerable`.
    """
    groups = draw_groups(kind, part, rng)
    subject, decoy = groups[:2]
    talk, answerable = rng.random() < TALKS, rng.random() >= UNANSWERABLE
    hops = rng.choice(HOPS[level])
    # In a conversation, another fact than the one wanted must lead to the entity asked about.
    path = rng.choice([p for p in PATHS[hops] if not talk or hops > 1 or p[0] not in LEAVES])
    steps, start = edges_of(path), path[0]
    needed = {(number, edge) for number in (0, 1) for edge in steps}

    turns, earlier = list[str](), list[str]()
    if talk:
        leaf = start in LEAVES
        lead = rng.choice([role for role in NEIGHBOURS[start] if leaf or role != path[1]])
        needed.add((0, edge_of(start, lead)))
        talks: list[tuple[Path, Group]] = []
        if rng.random() < 0.5:
            talks.append((rng.choice([path[:2], path[1::-1]]), decoy))
        talks.append((rng.choice([(start, lead), (lead, start)]), subject))
        for p, group in talks:
            turns += [ask(kind, p, group, rng), gold(p, group)]
            earlier.append(gold(p, group))
    missing = None if answerable else rng.randrange(int(talk and start in LEAVES), hops)
    turns.append(ask_back(kind, path, subject) if talk else ask(kind, path, subject, rng))
    left_out = None if missing is None else (0, steps[missing])
    turns[0] = f"{_passage(level, groups, needed, left_out, kind, rng)}\n\n{turns[0]}"

    # A wrong answer slips into the other group at some hop: at the missing one, if there is one.
    slip = 1 + (rng.randrange(hops) if missing is None else missing)
    wrong = own(kind, path, {**subject, **{role: decoy[role] for role in path[slip:]}})
    if answerable and rng.random() < ABSTAINING:
        wrong = OWN_ABSTENTION
    return Exercise(
        turns=tuple(turns),
        own=own(kind, path, subject) if answerable else OWN_ABSTENTION,
        gold=gold(path, subject) if answerable else GOLD_ABSTENTION,
        wrong=wrong,
        content=content(path, subject, answerable, earlier),
        fields={"answers": [subject[path[-1]]] if answerable else [], "answerable": answerable},
    )
