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

LARGEST = 200


@dataclass(frozen=True)
class Equation:
    """`left op right = result`, all whole numbers; op is one of + - * /."""

    left: int
    op: str
    right: int
    result: int


@dataclass(frozen=True)
class Move:
    """One sentence of the story, and the equations that it asks for, in order."""

    kind: str
    sentence: str
    names: dict[str, str]
    equations: tuple[Equation, ...]


@dataclass(frozen=True)
class Problem:
    """`content` holds the kinds of moves and the numbers only, not the names or wording."""

    question: str
    start: int
    moves: tuple[Move, ...]
    answer: int
    content: str

    @property
    def equations(self) -> tuple[Equation, ...]:
        return tuple(equation for move in self.moves for equation in move.equations)


Draft = tuple[dict[str, int], tuple[Equation, ...]]


def _add(x: int, rng: random.Random) -> Draft:
    a = rng.randint(2, 50)
    return {"a": a}, (Equation(x, "+", a, x + a),)


def _take(x: int, rng: random.Random) -> Draft:
    a = rng.randint(2, max(2, min(x - 2, 50)))
    return {"a": a}, (Equation(x, "-", a, x - a),)


def _times(x: int, rng: random.Random) -> Draft:
    k = rng.randint(2, 4)
    return {"k": k}, (Equation(x, "*", k, x * k),)


def _share(x: int, rng: random.Random) -> Draft:
    k = rng.choice([k for k in range(2, 7) if x % k == 0] or [1])
    return {"k": k}, (Equation(x, "/", k, x // k),)


def _buy(x: int, rng: random.Random) -> Draft:
    k, m = rng.randint(2, 6), rng.randint(2, 12)
    return {"k": k, "m": m}, (Equation(k, "*", m, k * m), Equation(x, "+", k * m, x + k * m))


def _use(x: int, rng: random.Random) -> Draft:
    k, m = rng.randint(2, 6), rng.randint(2, 9)
    return {"k": k, "m": m}, (Equation(k, "*", m, k * m), Equation(x, "-", k * m, x - k * m))


def _match(x: int, rng: random.Random) -> Draft:
    a = rng.randint(2, 30)
    return {"a": a}, (Equation(x, "+", a, x + a), Equation(x, "+", x + a, x + x + a))


MOVES: dict[str, tuple[int, Callable[[int, random.Random], Draft]]] = {
    "find": (1, _add),
    "gift": (1, _add),
    "lose": (1, _take),
    "sell": (1, _take),
    "times": (1, _times),
    "share": (1, _share),
    "buy": (2, _buy),
    "use": (2, _use),
    "match": (2, _match),
}
"""Each kind of move: how many equations it takes, and what draws its numbers."""


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
    start = x = rng.randint(5, 60)
    opening = rng.choice(texts["start"]).format(**names, x=x)
    content, moves, left = [str(x)], list[Move](), steps
    while left:
        kind = rng.choice([kind for kind, (cost, _) in MOVES.items() if cost <= left])
        cost, draw = MOVES[kind]
        numbers, equations = draw(x, rng)
        if not _possible(kind, numbers, equations[-1].result):
            continue
        sentence = rng.choice(texts[kind]).format(**names, **numbers)
        moves.append(Move(kind, sentence, names, equations))
        content.append(" ".join([kind, *map(str, numbers.values())]))
        x, left = equations[-1].result, left - cost
    ask = rng.choice(texts["ask"]).format(**names)
    question = " ".join([opening, *(move.sentence for move in moves), ask])
    return Problem(question, start, tuple(moves), x, ", ".join(content))
