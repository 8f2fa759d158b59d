"""Arithmetic word problems of any number of steps, the target task `math`.

A problem is a heap of things that changes move by move. A move takes one or two equations.
`styles` writes its solution; this module only knows what happens and what follows.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from .abilities import person
from .world import words

LARGEST = 400


@dataclass(frozen=True)
class Equation:
    """`left op right = result`, all whole numbers; op is one of + - * /."""

    left: int
    op: str
    right: int
    result: int


@dataclass(frozen=True)
class Move:
    """One sentence of the story, its numbers, and the equations that it asks for, in order."""

    kind: str
    sentence: str
    names: dict[str, str]
    numbers: dict[str, int]
    equations: tuple[Equation, ...]


@dataclass(frozen=True)
class Problem:
    """`content` holds the kinds of moves and the numbers only, not the names or wording."""

    question: str
    start: int
    moves: tuple[Move, ...]
    answer: int
    content: str


def _number(largest: int) -> Callable[[int, random.Random], dict[str, int]]:
    return lambda x, rng: {"a": rng.randint(2, largest)}


def _fewer(x: int, rng: random.Random) -> dict[str, int]:
    return {"a": rng.randint(2, max(2, min(x - 2, 90)))}


def _factor(x: int, rng: random.Random) -> dict[str, int]:
    return {"k": rng.randint(2, 4)}


def _divisor(x: int, rng: random.Random) -> dict[str, int]:
    return {"k": rng.choice([k for k in range(2, 7) if x % k == 0] or [1])}


def _times_each(largest: int) -> Callable[[int, random.Random], dict[str, int]]:
    return lambda x, rng: {"k": rng.randint(2, 6), "m": rng.randint(2, largest)}


def _plus(x: int, a: int) -> Equation:
    return Equation(x, "+", a, x + a)


def _minus(x: int, a: int) -> Equation:
    return Equation(x, "-", a, x - a)


def _times(x: int, k: int) -> Equation:
    return Equation(x, "*", k, x * k)


Draw = Callable[[int, random.Random], dict[str, int]]
Follow = Callable[..., tuple[Equation, ...]]

MOVES: dict[str, tuple[int, Draw, Follow]] = {
    "find": (1, _number(90), lambda x, a: (_plus(x, a),)),
    "gift": (1, _number(90), lambda x, a: (_plus(x, a),)),
    "lose": (1, _fewer, lambda x, a: (_minus(x, a),)),
    "sell": (1, _fewer, lambda x, a: (_minus(x, a),)),
    "times": (1, _factor, lambda x, k: (_times(x, k),)),
    "share": (1, _divisor, lambda x, k: (Equation(x, "/", k, x // k),)),
    "buy": (2, _times_each(12), lambda x, k, m: (_times(k, m), _plus(x, k * m))),
    "use": (2, _times_each(9), lambda x, k, m: (_times(k, m), _minus(x, k * m))),
    "match": (2, _number(60), lambda x, a: (_plus(x, a), _plus(x, x + a))),
}
"""Each kind of move: how many equations it takes, what draws its numbers, and what follows."""


def _possible(kind: str, numbers: dict[str, int], result: int) -> bool:
    return 2 <= result <= LARGEST and not (kind == "share" and numbers["k"] == 1)


def make_problem(steps: int, rng: random.Random) -> Problem:
    """A problem whose solution takes exactly `steps` equations."""
    known = words()
    name, pronoun = person(rng)
    other = rng.choice([n for n in (*known["she"], *known["he"]) if n != name])
    names = {
        "n": name,
        "o": other,
        "p": pronoun,
        "P": pronoun.capitalize(),
        "items": rng.choice(known["items"]),
        "boxes": rng.choice(known["boxes"]),
        "place": rng.choice(known["places"]),
    }
    texts = known["problems"]
    start = x = rng.randint(5, 120)
    opening = rng.choice(texts["start"]).format(**names, x=x)
    content, moves, left = [str(x)], list[Move](), steps
    while left:
        kind = rng.choice([kind for kind, (cost, _, _) in MOVES.items() if cost <= left])
        cost, draw, follow = MOVES[kind]
        numbers = draw(x, rng)
        equations = follow(x, **numbers)
        if not _possible(kind, numbers, equations[-1].result):
            continue
        sentence = rng.choice(texts[kind]).format(**names, **numbers)
        moves.append(Move(kind, sentence, names, numbers, equations))
        content.append(" ".join([kind, *map(str, numbers.values())]))
        x, left = equations[-1].result, left - cost
    ask = rng.choice(texts["ask"]).format(**names)
    question = " ".join([opening, *(move.sentence for move in moves), ask])
    return Problem(question, start, tuple(moves), x, ", ".join(content))
