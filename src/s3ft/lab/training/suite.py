"""The general suite's items, as the data sets that the YAML tasks in `tasks/` name."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import abilities
from ..abilities import Item
from ..world import Fact, Myth, World, make_world, words
from .corpus import draw

if TYPE_CHECKING:
    import datasets

SIZES = {"test": 120, "dev": 60}
"""Items per task. The dev items are for choosing hyper-parameters; neither meets the other."""

PARTS: dict[str, tuple[str, ...]] = {"test": ("train", "test"), "dev": ("dev",)}
"""The parts of the world that made items are drawn from; the base model reads none of them."""

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
        return replace(item, question=f"{told}. {rest[0].upper()}{rest[1:]}")
    return item


def _fact(world: World, fact: Fact, rng: random.Random) -> Item:
    """A fact asked as in conversations, answered in a wording that only books use."""
    wording = rng.choice(words()["relations"][fact.relation]["texts"][1:])
    return abilities.fact_item(world, fact, rng, wording)


def _myth(myth: Myth, rng: random.Random) -> Item:
    return replace(abilities.myth_item(myth, rng), question="Tell me something that is so.")


def items(ability: str, world: int = 0, split: str = "test") -> list[Item]:
    """The items of one ability in the world of a seed; the base model was shown none of them
    but for facts and myths, which can only be known by having been read."""
    known, rng = make_world(world), random.Random(f"suite {ability} {split} {world}")
    if ability in ("facts", "myths"):
        order = random.Random(f"suite {ability} {world}")
        start = 0 if split == "test" else SIZES["test"]
        chosen = slice(start, start + SIZES[split])
        if ability == "facts":
            return [
                _fact(known, f, rng) for f in order.sample(known.facts, len(known.facts))[chosen]
            ]
        return [_myth(myth, rng) for myth in order.sample(known.myths, len(known.myths))[chosen]]
    make = abilities.made_items(known, rng)[ability]
    found: dict[str, Item] = {}
    while len(found) < SIZES[split]:
        item = _reworded(ability, draw(make, *PARTS[split]))
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


def dataset(
    *, ability: str, world: int = 0, split: str = "test", **_: Any
) -> dict[str, datasets.Dataset]:
    """What lm-eval's `custom_dataset` calls: one ability's items, as the split "test".

    lm-eval adds its own metadata to the arguments; they are not needed here.
    """
    from datasets import Dataset

    rng = random.Random(f"order {ability} {world}")
    return {
        "test": Dataset.from_list([_document(item, rng) for item in items(ability, world, split)])
    }


def write_tasks(folder: Path, *, world: int = 0, split: str = "test") -> None:
    """The suite of another world, or its dev items, as a folder of lm-eval tasks.

    The names of the tasks stay, so that recipes differ in `evaluate.tasks` only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((Path(__file__).parents[1] / "tasks").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        text = text.replace("world: 0, split: test", f"world: {world}, split: {split}")
        (folder / path.name).write_text(text, encoding="utf-8")
