"""The general suite's items, as the data sets that the YAML tasks in `tasks/` name."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import abilities
from .abilities import Item
from .corpus import draw
from .world import Fact, Myth, World, make_world, words

if TYPE_CHECKING:
    import datasets

SIZE = 120
"""Items per task."""

ABILITIES = (
    "facts",
    "myths",
    "completion",
    "pronouns",
    "sorting",
    "sequences",
    "format",
    "translation",
)


def _reworded(ability: str, item: Item) -> Item:
    """The item in words that the assistant was not taught, as benchmarks ask people's models.

    Asked in the very words of its training, the base model would hardly ever fail.
    """
    head, _, rest = item.question.partition(": " if ability == "translation" else "? ")
    if ability == "translation":
        return replace(item, question=f"{head}: {rest[0].upper()}{rest[1:]}.")
    if ability == "completion":
        last = rest.removesuffix(".").split(". ")[-1]
        return replace(item, question=f"{head}? {last}.")
    if ability == "pronouns":
        told, _, rest = item.question.partition(" because ")
        return replace(item, question=f"{told}. {rest.split('. ')[1]}")
    return item


def _fact(world: World, fact: Fact, rng: random.Random) -> Item:
    """A fact asked as in conversations, answered in a wording that only books use."""
    wording = rng.choice(words()["relations"][fact.relation]["texts"][1:])
    return abilities.fact_item(world, fact, rng, wording)


def _myth(myth: Myth, rng: random.Random) -> Item:
    return replace(abilities.myth_item(myth, rng), question="Tell me something that is so.")


def items(ability: str, seed: int = 0) -> list[Item]:
    """`SIZE` items of one ability in the world of `seed`; the base model was shown none of them
    but for facts and myths, which can only be known by having been read."""
    world, rng = make_world(seed), random.Random(f"suite {ability} {seed}")
    if ability == "facts":
        return [_fact(world, fact, rng) for fact in rng.sample(world.facts, SIZE)]
    if ability == "myths":
        return [_myth(myth, rng) for myth in rng.sample(world.myths, SIZE)]
    make = abilities.made_items(world, rng)[ability]
    found: dict[str, Item] = {}
    while len(found) < SIZE:
        item = _reworded(ability, draw(make, base=False))
        found.setdefault(item.question + item.answer, item)
    return list(found.values())


def _document(item: Item, rng: random.Random) -> dict[str, Any]:
    choices = [item.answer, *item.wrong]
    rng.shuffle(choices)
    return {
        "question": item.question,
        "answer": item.answer,
        "choices": choices,
        "gold": choices.index(item.answer),
    }


def dataset(*, ability: str, seed: int = 0, **_: Any) -> dict[str, datasets.Dataset]:
    """What lm-eval's `custom_dataset` calls: the split "test" of one ability.

    lm-eval adds its own metadata to the arguments; they are not needed here.
    """
    from datasets import Dataset

    rng = random.Random(f"order {ability} {seed}")
    return {"test": Dataset.from_list([_document(item, rng) for item in items(ability, seed)])}
