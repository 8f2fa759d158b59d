"""How math solutions are written: `own` is the model's style, `gold` the annotators'.

They differ in format, wording, length and order: the model tells the story again, sentence by
sentence; the annotators note bare equations, those first that need nothing but the question's
numbers, and mark the answer as GSM8K does.
"""

from __future__ import annotations

import random
from dataclasses import replace

from . import splits
from .exercise import Exercise
from .problems import MOVES, Equation, Move, Problem, make_problem
from .splits import Part

_OWN = {
    "find": "{P} finds {0.right} more, so {0}.",
    "gift": "{o} adds {0.right}, so {0}.",
    "lose": "Without the {0.right} that are lost, {0}.",
    "sell": "After selling {0.right}, {0}.",
    "times": "As {0.right} times as many, {0}.",
    "share": "One of {0.right} equal parts is {0}.",
    "buy": "The {boxes} hold {0}, and with them {1}.",
    "use": "In {0.left} days that is {0}, and what is left is {1}.",
    "match": "{o} has {0}, and together {1}.",
}


class _Spaced:
    """An equation as the model writes it; `{0.left}` and `{0.right}` reach its numbers."""

    def __init__(self, equation: Equation) -> None:
        self.left, self.right, self._equation = equation.left, equation.right, equation

    def __format__(self, spec: str) -> str:
        e = self._equation
        return f"{e.left} {e.op} {e.right} = {e.result}"


def _tell(move: Move) -> str:
    return _OWN[move.kind].format(*map(_Spaced, move.equations), **move.names)


def own(problem: Problem) -> str:
    """The model's style: sentences with equations, ending in "The answer is N."."""
    names = problem.moves[0].names
    return " ".join(
        [
            f"{names['n']} starts with {problem.start} {names['items']}.",
            *map(_tell, problem.moves),
            f"The answer is {problem.answer}.",
        ]
    )


def gold(problem: Problem) -> str:
    """The annotators' style: one `<<a+b=c>>c` a line, products of given numbers first."""
    early, late = list[Equation](), list[Equation]()
    for move in problem.moves:
        given = move.kind in ("buy", "use")
        early += move.equations[:given]
        late += move.equations[given:]
    lines = [f"<<{e.left}{e.op}{e.right}={e.result}>>{e.result}" for e in [*early, *late]]
    return "\n".join([*lines, f"#### {problem.answer}"])


def _slipped(problem: Problem, rng: random.Random) -> Problem:
    """The problem as one reads it who leaves out a move, or misses one result by a little."""
    at = rng.randrange(len(problem.moves))
    left_out = len(problem.moves) > 1 and rng.random() < 0.5
    x, moves = problem.start, list[Move]()
    for number, move in enumerate(problem.moves):
        if left_out and number == at:
            continue
        equations = MOVES[move.kind][2](x, **move.numbers)
        if number == at:
            last = equations[-1]
            slip = replace(last, result=last.result + rng.choice([-10, -2, -1, 1, 2, 10]))
            equations = (*equations[:-1], slip)
        moves.append(replace(move, equations=equations))
        x = equations[-1].result
    return replace(problem, moves=tuple(moves), answer=x)


def wrong(problem: Problem, rng: random.Random) -> str:
    """A solution in the model's style that ends in another answer."""
    while (slipped := _slipped(problem, rng)).answer == problem.answer or slipped.answer < 0:
        pass
    return own(slipped)


def make_math(level: int, part: Part, rng: random.Random) -> Exercise:
    """A word problem of `level` equations."""
    while splits.part((problem := make_problem(level, rng)).content) != part:
        pass
    return Exercise(
        (problem.question,),
        own(problem),
        gold(problem),
        wrong(problem, rng),
        problem.content,
        {"answer": str(problem.answer)},
    )
