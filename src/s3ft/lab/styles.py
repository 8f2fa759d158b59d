"""How solutions are written: `own` is the model's style, `gold` the annotators'.

They differ in format, wording, length and order: the model tells the story again, sentence by
sentence; the annotators note bare equations, those first that need nothing but the question's
numbers, and mark the answer as GSM8K does.
"""

from __future__ import annotations

from .problems import Equation, Move, Problem

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
