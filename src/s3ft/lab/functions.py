"""Small functions over a list of whole numbers, the target task `code`.

A function is a pipeline of operations. The words and both styles of code are in
`functions.yaml`; this module knows what every operation does, so that results are computed
without running any text. The model takes a step a line, in the order of the description. The
annotators write one nested expression, which reads from the last operation to the first.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

from . import words
from .exercise import Exercise
from .splits import Part
from .splits import part as part_of

LARGEST = 99
"""No number in a question or a test is larger, whatever its sign."""

TESTS = 3
_ATTEMPTS = 20


class Operation(NamedTuple):
    """One step of a pipeline; `k` is its number, 0 where it has none."""

    kind: str
    k: int

    def __str__(self) -> str:
        return f"{self.kind} {self.k}" if self.k else self.kind


Pipeline = tuple[Operation, ...]
Value = list[int] | int

_NONE = range(1)

STEPS: dict[str, tuple[range, Callable[[list[int], int], list[int]]]] = {
    "even": (_NONE, lambda a, _: [n for n in a if n % 2 == 0]),
    "odd": (_NONE, lambda a, _: [n for n in a if n % 2 == 1]),
    "positive": (_NONE, lambda a, _: [n for n in a if n > 0]),
    "above": (range(1, 16), lambda a, k: [n for n in a if n > k]),
    "below": (range(2, 21), lambda a, k: [n for n in a if n < k]),
    "multiple": (range(3, 8), lambda a, k: [n for n in a if n % k == 0]),
    "add": (range(1, 31), lambda a, k: [n + k for n in a]),
    "times": (range(2, 10), lambda a, k: [n * k for n in a]),
    "negate": (_NONE, lambda a, _: [-n for n in a]),
    "square": (_NONE, lambda a, _: [n * n for n in a]),
    "modulo": (range(2, 10), lambda a, k: [n % k for n in a]),
    "ascending": (_NONE, lambda a, _: sorted(a)),
    "descending": (_NONE, lambda a, _: sorted(a, reverse=True)),
    "reverse": (_NONE, lambda a, _: a[::-1]),
    "drop_first": (_NONE, lambda a, _: a[1:]),
    "drop_last": (_NONE, lambda a, _: a[:-1]),
    "take": (range(2, 5), lambda a, k: a[:k]),
    "distinct": (_NONE, lambda a, _: list(dict.fromkeys(a))),
}
"""What makes a list of a list: the numbers it can have, and what it does."""

ENDS: dict[str, Callable[[list[int]], int]] = {
    "sum": sum,
    "largest": lambda a: max(a, default=0),
    "smallest": lambda a: min(a, default=0),
    "count": len,
    "first": lambda a: a[0] if a else 0,
    "last": lambda a: a[-1] if a else 0,
}
"""What makes a number of a list; only the last operation can be one of these."""


def _texts() -> dict[str, Any]:
    return words.read("functions")


def trace(pipeline: Sequence[Operation], numbers: list[int]) -> list[Value]:
    """`numbers`, then the value after each operation; the last one is the function's result."""
    values: list[Value] = [numbers]
    for kind, k in pipeline:
        before = values[-1]
        assert isinstance(before, list)
        values.append(ENDS[kind](before) if kind in ENDS else STEPS[kind][1](before, k))
    return values


def _results(pipeline: Sequence[Operation], inputs: list[list[int]]) -> list[Value]:
    return [trace(pipeline, numbers)[-1] for numbers in inputs]


def _step(rng: random.Random) -> Operation:
    kind = rng.choice(list(STEPS))
    return Operation(kind, rng.choice(STEPS[kind][0]))


def _pipeline(level: int, rng: random.Random) -> Pipeline:
    """`level` operations, none of a kind twice in a row; half of them end in a number."""
    drawn: list[Operation] = []
    while len(drawn) < level:
        ends = len(drawn) == level - 1 and rng.random() < 0.5
        operation = Operation(rng.choice(list(ENDS)), 0) if ends else _step(rng)
        if not drawn or operation.kind != drawn[-1].kind:
            drawn.append(operation)
    return tuple(drawn)


def _numbers(rng: random.Random) -> list[int]:
    """Four to seven numbers; in half of the lists one of them comes twice at least."""
    drawn = [rng.randint(-9, 20) for _ in range(rng.randint(4, 6))]
    if rng.random() < 0.5:
        drawn.insert(rng.randint(0, len(drawn)), rng.choice(drawn))
    return drawn


def _telling(pipeline: Pipeline, inputs: list[list[int]]) -> bool:
    """Whether tests on `inputs` tell the pipeline from what lacks any one of its operations.

    That also rejects the pointless pipeline: sorting before a sum, one sort after another. No
    list on the way is empty, so that nobody has to guess what the largest of nothing is.
    """
    traces = [trace(pipeline, numbers) for numbers in inputs]
    if any([] in values for values in traces):
        return False
    results = [values[-1] for values in traces]
    written = [n for result in results for n in ([result] if isinstance(result, int) else result)]
    return (
        max(map(abs, written)) <= LARGEST
        and any(result != results[0] for result in results)
        and any(n < 0 for numbers in inputs for n in numbers)
        and any(len(set(numbers)) < len(numbers) for numbers in inputs)
        and all(
            _results(pipeline[:i] + pipeline[i + 1 :], inputs) != results
            for i in range(len(pipeline))
        )
    )


def _altered(pipeline: Pipeline, rng: random.Random) -> Pipeline:
    """The pipeline with one operation's number or kind drawn anew."""
    i = rng.randrange(len(pipeline))
    kind, k = pipeline[i]
    if kind in ENDS:
        other = Operation(rng.choice(list(ENDS)), 0)
    elif k and rng.random() < 0.5:
        other = Operation(kind, rng.choice(STEPS[kind][0]))
    else:
        other = _step(rng)
    return (*pipeline[:i], other, *pipeline[i + 1 :])


def own(pipeline: Pipeline, name: str, argument: str) -> str:
    """The model's style: a step a line, in the order of the description."""
    steps = [_texts()["operations"][kind]["own"].format(list=argument, k=k) for kind, k in pipeline]
    heads = [f"{argument} ="] * (len(steps) - 1) + ["return"]
    lines = [f"    {head} {step}" for head, step in zip(heads, steps, strict=True)]
    return "\n".join([f"def {name}({argument}):", *lines])


def gold(pipeline: Pipeline, name: str) -> str:
    """The annotators' style: one nested expression, the last operation outermost."""

    def wrap(inner: str, operation: Operation) -> str:
        kind, k = operation
        text: str = _texts()["operations"][kind]["gold"].format(list=inner, k=k)
        return text

    return f"{name} = lambda a: {reduce(wrap, pipeline, 'a')}"


def _describe(pipeline: Pipeline, rng: random.Random) -> str:
    known = _texts()["operations"]
    said = [rng.choice(known[kind]["says"]).format(k=k) for kind, k in pipeline]
    return " and ".join([*([", ".join(said[:-1])] if said[1:] else []), said[-1]])


def _content(pipeline: Pipeline) -> str:
    return ", ".join(map(str, pipeline))


def _attempt(pipeline: Pipeline, rng: random.Random) -> Exercise | None:
    """An exercise on one draw of inputs, None where these tell too little."""
    inputs = [_numbers(rng) for _ in range(TESTS)]
    if not _telling(pipeline, inputs):
        return None
    results = _results(pipeline, inputs)
    altered = (_altered(pipeline, rng) for _ in range(_ATTEMPTS))
    wrong = next((other for other in altered if _results(other, inputs) != results), None)
    if wrong is None:
        return None
    known = _texts()
    name, argument = rng.choice(known["names"]), rng.choice(known["arguments"])
    tests = [
        f"assert {name}({numbers}) == {result}"
        for numbers, result in zip(inputs, results, strict=True)
    ]
    steps = _describe(pipeline, rng)
    ask = rng.choice(known["asks"])
    return Exercise(
        turns=(ask.format(name=name, argument=argument, steps=steps, test=tests[0]),),
        own=own(pipeline, name, argument),
        gold=gold(pipeline, name),
        wrong=own(wrong, name, argument),
        content=_content(pipeline),
        fields={"tests": tests, "entry_point": name},
    )


def make_function(level: int, part: Part, rng: random.Random) -> Exercise:
    """A function of `level` operations (1 to 6) with three tests, the first one shown.

    `content` holds the operations and their numbers only, not the names, inputs or wording. The
    single operation is the language, which every part shares. A pipeline that no inputs tell
    apart from a shorter one is given up after a few draws, so the loop ends in every part.
    """
    while True:
        pipeline = _pipeline(level, rng)
        if part_of(_content(pipeline)) != part:
            continue
        for _ in range(_ATTEMPTS):
            if made := _attempt(pipeline, rng):
                return made
