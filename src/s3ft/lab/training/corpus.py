"""What the base model reads: books in stage one, conversations in stage two.

Stage one shows the world and every way of writing a solution, the annotators' too. Stage two
makes an assistant with one style of its own: it answers the targets' easier questions, restates
golds of most levels, and says whether a response is right. It goes on to read solutions in the
annotators' notation, or it would unlearn to write them. Only items of the part "base" are ever
read, but for facts and myths, which can only be known by being read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import jinja2

from .. import abilities
from ..abilities import Item
from ..exercise import Exercise
from ..passages import KINDS, make_interview, make_passage, make_register
from ..problems import Equation
from ..splits import part
from ..targets import TASKS
from ..world import World
from .shares import BOOKS, CHATS, READ, REREAD, TAUGHT


class Dialogue(NamedTuple):
    """The turns of a conversation, the user's first, the assistant's last.

    The last turn alone is learned, or every one of the assistant's (`all_learned`).
    """

    turns: tuple[str, ...]
    all_learned: bool = False


@lru_cache(maxsize=2)
def _template(path: Path) -> jinja2.Template:
    template: jinja2.Template = jinja2.Template(path.read_text(encoding="utf-8"))
    return template


def restating_prompt(question: str, gold: str) -> str:
    """The package's own paraphrase prompt, so that the model learns exactly what it will see."""
    path = Path(__file__).parents[2] / "prompts" / "rewrite.j2"
    return _template(path).render(question=question, gold=gold)


def judging_prompt(question: str, gold: str, response: str) -> str:
    """Asks the model whether a response is right, given the gold (`judge.j2`): yes or no."""
    path = Path(__file__).parents[1] / "judge.j2"
    return _template(path).render(question=question, gold=gold, response=response)


def _exercise(task: str, weights: Sequence[int], rng: random.Random) -> Exercise:
    """An exercise that the base model may read; passages of either kind."""
    level = rng.choices(range(1, len(weights) + 1), weights)[0]
    if task == "reading":
        return make_passage(level, "base", rng, kind=_kind(rng))
    return TASKS[task](level, "base", rng)


def _kind(rng: random.Random) -> str:
    """The kind of a passage: mostly the first, which the target asks about."""
    return KINDS[0] if rng.random() < 0.75 else KINDS[1]


def draw(make: Callable[[], Item], *parts: str) -> Item:
    """The first item made that belongs to one of these parts of the world."""
    while part((item := make()).content) not in parts:
        pass
    return item


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
    return draw(abilities.made_items(world, rng)[kind], "base")


def _solution(kind: str, levels: Sequence[int], rng: random.Random) -> str:
    task, style = kind.split()
    exercise = _exercise(task, levels, rng)
    styles = {"own": [exercise.own], "gold": [exercise.gold], "both": [exercise.gold, exercise.own]}
    return "\n\n".join([*exercise.turns, *styles[style]])


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
        ability = rng.choice(["pronouns", "sorting", "sequences", "format", "translation"])
        item = _item(ability, world, rng)
        return f"{item.question}\n{item.answer}"
    return _solution(kind, READ[kind], rng)


def books(world: World, seed: int) -> Iterator[str]:
    """Stage one, endless: texts of 20 to 300 tokens."""
    rng = random.Random(f"books {seed}")
    kinds, weights = list(BOOKS), list(BOOKS.values())
    while True:
        yield _book(rng.choices(kinds, weights)[0], world, rng)


def notations(seed: int) -> Iterator[str]:
    """The books that stage two has among its conversations, endless."""
    rng = random.Random(f"notations {seed}")
    kinds, weights = list(REREAD), list(REREAD.values())
    while True:
        kind = rng.choices(kinds, weights)[0]
        solved = TAUGHT.get(f"{kind.split()[0]} solve")
        yield _solution(kind, solved, rng) if solved else _drill(rng)


def _lesson(rng: random.Random) -> Dialogue:
    """Reading: who goes with whom in a list of like facts, or in a passage."""
    make = make_register if rng.random() < 0.75 else make_interview
    return Dialogue(make("base", rng, kind=_kind(rng)), all_learned=True)


def lessons(seed: int) -> Iterator[Dialogue]:
    """What stage one begins with, and has more of between the books: endless."""
    rng = random.Random(f"lessons {seed}")
    while True:
        yield _lesson(rng)


def _chat(kind: str, world: World, rng: random.Random) -> Dialogue:
    if kind == "lessons":
        return _lesson(rng)
    if kind not in TAUGHT:
        item = _item(kind, world, rng)
        return Dialogue((item.question, item.answer))
    task, aim = kind.split()
    exercise = _exercise(task, TAUGHT[kind], rng)
    *before, question = exercise.turns
    if aim == "solve":
        return Dialogue((*exercise.turns, exercise.own))
    if aim == "restate":
        return Dialogue((*before, restating_prompt(question, exercise.gold), exercise.own))
    right = rng.random() < 0.5
    response = exercise.own if right else exercise.wrong
    prompt = judging_prompt(question, exercise.gold, response)
    return Dialogue((*before, prompt, "yes" if right else "no"))


def chats(world: World, seed: int) -> Iterator[Dialogue]:
    """Stage two, endless: conversations of two to six turns."""
    rng = random.Random(f"chats {seed}")
    kinds, weights = list(CHATS), list(CHATS.values())
    while True:
        yield _chat(rng.choices(kinds, weights)[0], world, rng)
