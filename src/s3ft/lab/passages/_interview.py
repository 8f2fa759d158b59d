"""Many questions on one text, which teach the base model to read."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..splits import Part
from ._groups import distinct_groups, draw_groups
from ._roles import EDGES, PATHS, Edge, Path, edges_of
from ._wording import OWN_ABSTENTION, Group, ask, own, tell

UNTOLD = 0.06
"""How often a question of an interview stays that has no answer, which most drawn ones have not."""


def make_interview(part: Part, rng: random.Random, *, kind: str = "house") -> tuple[str, ...]:
    """A passage and many questions on it, each answered in the model's style.

    Turns as in an `Exercise`, and the answer to the last. No question refers to an earlier one;
    about a quarter has no answer.
    """
    groups = draw_groups(kind, part, rng)
    every = [(number, edge) for number in range(len(groups)) for edge in EDGES]
    told = rng.sample(every, rng.randint(2, 8))
    questions = list[tuple[int, Path]]()
    while len(questions) < min(7, 2 * len(told)):
        hops = 1 if rng.random() < 0.7 else 2
        number, path = rng.randrange(len(groups)), rng.choice(PATHS[hops])
        answerable = {(number, edge) for edge in edges_of(path)} <= set(told)
        if (number, path) not in questions and (answerable or rng.random() < UNTOLD):
            questions.append((number, path))
    return _interview(kind, groups, told, questions, rng)


def make_register(part: Part, rng: random.Random, *, kind: str = "house") -> tuple[str, ...]:
    """An interview on a list of like facts, two to twelve, or half as many pairs of facts.

    Knowing which names stand in the passage helps little here: only who goes with whom does.
    """
    hops = 1 if rng.random() < 0.75 else 2
    groups = distinct_groups(kind, part, rng.randint(2, 12 // hops), rng)
    told_of = rng.choice(PATHS[hops])
    told = [(number, edge) for number in range(len(groups)) for edge in edges_of(told_of)]
    rng.shuffle(told)
    paths = [
        told_of,
        told_of[::-1],
        *((a, b) for edge in edges_of(told_of) for a, b in (edge, edge[::-1])),
    ]
    numbers = rng.sample(range(len(groups)), min(len(groups), 8))
    questions = [(number, rng.choice(paths)) for number in numbers]
    return _interview(kind, groups, told, questions, rng)


def _interview(
    kind: str,
    groups: Sequence[Group],
    told: Sequence[tuple[int, Edge]],
    questions: Sequence[tuple[int, Path]],
    rng: random.Random,
) -> tuple[str, ...]:
    """The facts told and the questions on them, each a group's number with an edge or a path."""
    turns = [" ".join(tell(kind, edge, groups[number], rng) for number, edge in told)]
    for number, path in questions:
        answerable = {(number, edge) for edge in edges_of(path)} <= set(told)
        turns.append(ask(kind, path, groups[number], rng))
        turns.append(own(kind, path, groups[number]) if answerable else OWN_ABSTENTION)
    passage, first, *rest = turns
    return f"{passage}\n\n{first}", *rest
