"""Who judges: by the form of the golds, and tried on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median
from typing import Any, NamedTuple

from ..judges import close, registry
from ..records import Case, Example, Response
from ._mapping import CHOICES, PASSAGES, TESTS, find
from ._proposed import Row

FEW = 12
"""So many different golds, each several times, are classes."""

ACCEPTED = 0.99
"""The share of golds that a judge must accept as their own, as a run demands."""

TRIED = 300
"""At most so many golds, evenly spaced, that a judge is tried on."""

SHORT = 8
"""Words, at the median, of answers that are names and figures."""

_LETTER = re.compile(r"\(?[A-J]\)?[.)]?")
_NUMBER = re.compile(r"[-+−]?\s?[$€£]?\s?\d[\d,.\s]*(/\d+)?\s?%?")
_MARKED = re.compile(r"####|\\boxed\{")


class Choice(NamedTuple):
    """A judge with its options, and why it."""

    config: dict[str, Any]
    why: str


def choose(examples: list[Example], rows: list[Row], model: str) -> Choice:
    """The first judge whose kind of golds these are, and who accepts them.

    Args:
        model: who is asked where no rule can decide.
    """
    tried: list[str] = []
    for choice in _candidates(examples, rows, model):
        name = choice.config["name"]
        if name not in (
            "math",
            "choice",
            "qa",
            "match",
            "tool",
        ):  # the others run programs, or models
            return choice._replace(why="; ".join([choice.why, *tried]))
        some = examples[:: -(-len(examples) // TRIED)]
        accepted = _accepted(choice.config, some)
        if accepted >= ACCEPTED:
            of = f"accepts {accepted:.0%} of {len(some)} golds as their own"
            return choice._replace(why="; ".join([f"{choice.why}; it {of}", *tried]))
        tried.append(f"{name} accepts only {accepted:.0%} of the golds")
    raise AssertionError("the last candidate is not tried")


def _candidates(examples: list[Example], rows: list[Row], model: str) -> Iterator[Choice]:
    answered = [one for one in examples if one.meta.get("answerable") is not False] or examples
    golds = [example.accepted[0].strip() for example in answered]
    if sum(example.calling is not None for example in examples) > 0.9 * len(examples):
        yield Choice({"name": "tool"}, "golds are calls of functions")
    words = median(len(gold.split()) for gold in golds)
    first = rows[0]
    tests = find(first, TESTS)
    if tests is not None and _are_tests(first[tests]):
        yield Choice({"name": "code"}, f"{tests!r} holds tests, which are run in a sandbox")
    if find(first, CHOICES) is not None or _share(_LETTER.fullmatch, golds) == 1:
        yield Choice({"name": "choice"}, "golds are single choices")
    if _share(_MARKED.search, golds) > 0.9:
        yield Choice({"name": "math"}, "golds mark their result (#### or \\boxed{})")
    elif _share(_NUMBER.fullmatch, golds) > 0.9:
        yield Choice({"name": "math"}, "golds are numbers")
    passage = find(first, PASSAGES) is not None or "answerable" in first
    if len(golds) >= 4 * FEW and len(set(golds)) <= FEW and words <= SHORT and not passage:
        yield Choice({"name": "match"}, f"golds are {len(set(golds))} classes")
    if words <= SHORT:
        why = "golds are short answers" + (" from a passage" if passage else "")
        yield Choice({"name": "qa"}, why)
    ask = {"name": "llm", "model": model}
    if passage:
        judges = [{"name": "qa", "final": ["correct"]}, ask]
        why = "golds are texts from a passage: what says one word for word needs no model"
        yield Choice({"name": "cascade", "judges": judges}, f"{why}. {_ADVICE}")
    yield Choice(ask, f"golds are texts, which no rule compares. {_ADVICE}")


_ADVICE = (
    "A stronger model is the better judge: {openai: {url: ..., model: ...}} in place of model."
    " Try it on labelled rows first: s3ft audit"
)


def _share(holds: Any, golds: list[str]) -> float:
    return sum(bool(holds(gold)) for gold in golds) / len(golds)


def _are_tests(value: Any) -> bool:
    text = str(value)
    return bool(value) and ("assert" in text or "output" in text or "check(" in text)


def _accepted(config: dict[str, Any], examples: list[Example]) -> float:
    options = {key: value for key, value in config.items() if key != "name"}
    cases = [
        Case.of(str(n), example, Response(str(n), example.completion))
        for n, example in enumerate(examples)
    ]
    judge = registry.make(config["name"], options)
    try:
        accepted = [verdict.label == "correct" for verdict in judge(cases)]
    finally:
        close(judge)
    return sum(accepted) / len(cases)
