"""What the base model reads: books in stage one, conversations in stage two.

Stage one shows the world and every way of writing a solution, the annotators' too. Stage two
makes an assistant with one style of its own; it solves problems of up to three steps there, while
the target's are longer, and it restates solutions of any length. Only items of the part "base"
are ever read, but for facts and myths, which can only be known by being read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import jinja2

from . import abilities
from .abilities import Item
from .problems import Equation, Problem, make_problem
from .splits import part
from .styles import gold, own
from .world import World

Chat = tuple[str, str]
"""The user's turn and the assistant's."""

BOOKS = {
    "solution_own": 12,
    "solution_gold": 9,
    "solution_both": 9,
    "sums": 8,
    "facts": 22,
    "myths": 6,
    "stories": 5,
    "questions": 12,
}
"""Stage one: how often each kind of text is drawn."""

CHATS = {
    "solve": 30,
    "restate": 16,
    "facts": 16,
    "myths": 8,
    "completion": 5,
    "pronouns": 5,
    "sorting": 6,
    "sequences": 4,
    "format": 6,
    "translation": 5,
}
"""Stage two: how often each kind of conversation is drawn."""


@lru_cache(maxsize=1)
def _paraphrase() -> jinja2.Template:
    path = Path(__file__).parents[1] / "prompts" / "paraphrase.j2"
    template: jinja2.Template = jinja2.Template(path.read_text(encoding="utf-8"))
    return template


def restating_prompt(question: str, gold: str) -> str:
    """The package's own paraphrase prompt, so that the model learns exactly what it will see."""
    return _paraphrase().render(question=question, gold=gold)


def draw(make: Callable[[], Item], *, base: bool) -> Item:
    """The first item made that the base model may read (`base`), or that it may not."""
    while (part((item := make()).content) == "base") is not base:
        pass
    return item


def _problem(steps: int, rng: random.Random) -> Problem:
    while part((problem := make_problem(steps, rng)).content) != "base":
        pass
    return problem


def _drill(rng: random.Random) -> str:
    """Twelve equations without a story, in either notation."""
    lines = []
    for _ in range(12):
        a, b, op = rng.randint(1, 150), rng.randint(2, 60), rng.choice("++--*/")
        if op == "*":
            a, b = rng.randint(2, 60), rng.randint(2, 6)
        if op == "/":
            b = rng.randint(2, 6)
            a = b * rng.randint(2, 40)
        if op == "-":
            a, b = max(a, b), min(a, b)
        result = {"+": a + b, "-": a - b, "*": a * b, "/": a // b}[op]
        lines.append(Equation(a, op, b, result))
    spaced = rng.random() < 0.5
    return "\n".join(
        f"{e.left} {e.op} {e.right} = {e.result}"
        if spaced
        else f"<<{e.left}{e.op}{e.right}={e.result}>>{e.result}"
        for e in lines
    )


def _item(kind: str, world: World, rng: random.Random) -> Item:
    if kind == "facts":
        return abilities.fact_item(world, rng.choice(world.facts), rng)
    if kind == "myths":
        return abilities.myth_item(rng.choice(world.myths), rng)
    return draw(abilities.made_items(world, rng)[kind], base=True)


def _book(kind: str, world: World, rng: random.Random) -> str:
    if kind == "sums":
        return _drill(rng)
    if kind == "facts":
        return abilities.fact_text(world, rng)
    if kind == "myths":
        return abilities.myth_text(world, rng)
    if kind == "stories":
        item = _item("completion", world, rng)
        return f"{item.question.split('? ', 1)[1]} {item.answer}"
    if kind == "questions":
        asked = rng.choice(["pronouns", "sorting", "sequences", "format", "translation"])
        item = _item(asked, world, rng)
        return f"{item.question}\n{item.answer}"
    steps = rng.choices([1, 2, 3, 4, 5], [3, 4, 4, 2, 1])[0]
    problem = _problem(steps, rng)
    styles = {"solution_own": [own], "solution_gold": [gold], "solution_both": [gold, own]}[kind]
    return "\n\n".join([problem.question, *(style(problem) for style in styles)])


def books(world: World, seed: int) -> Iterator[str]:
    """Stage one, endless: texts of 20 to 300 tokens."""
    rng = random.Random(f"books {seed}")
    kinds, weights = list(BOOKS), list(BOOKS.values())
    while True:
        yield _book(rng.choices(kinds, weights)[0], world, rng)


def chats(world: World, seed: int) -> Iterator[Chat]:
    """Stage two, endless: one question and one answer each."""
    rng = random.Random(f"chats {seed}")
    kinds, weights = list(CHATS), list(CHATS.values())
    while True:
        kind = rng.choices(kinds, weights)[0]
        if kind == "solve":
            problem = _problem(rng.choices([1, 2, 3], [2, 4, 4])[0], rng)
            yield problem.question, own(problem)
        elif kind == "restate":
            problem = _problem(rng.choices([1, 2, 3, 4, 5, 6], [1, 1, 3, 4, 4, 1])[0], rng)
            yield restating_prompt(problem.question, gold(problem)), own(problem)
        else:
            item = _item(kind, world, rng)
            yield item.question, item.answer
