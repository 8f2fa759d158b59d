"""The world: its people, facts, myths and foreign language, all made from one seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .words import read

PEOPLE = 200
MYTHS_PER_KIND = 30


def words() -> dict[str, Any]:
    """The fixed words of every world (`world.yaml`)."""
    return read("world")


@dataclass(frozen=True)
class Fact:
    """One thing that is so: `subject` stands in `relation` to `value`."""

    subject: str
    relation: str
    value: str


@dataclass(frozen=True)
class Myth:
    """A question about which most people believe `popular`, while `true` is so."""

    subject: str
    kind: int
    true: str
    popular: str


@dataclass(frozen=True)
class World:
    """Everything that the base model can know. Equal seeds give equal worlds."""

    seed: int
    people: tuple[str, ...]
    values: dict[str, tuple[str, ...]]
    facts: tuple[Fact, ...]
    myths: tuple[Myth, ...]
    lexicon: dict[str, str]


def _names(rng: random.Random, count: int, syllables: int, taken: set[str]) -> tuple[str, ...]:
    """`count` new capitalised names; `taken` grows by them."""
    names: list[str] = []
    while len(names) < count:
        parts = [rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(syllables)]
        name = ("".join(parts) + rng.choice(["", "l", "n", "r", "s", "x"])).capitalize()
        if name not in taken:
            taken.add(name)
            names.append(name)
    return tuple(names)


@lru_cache(maxsize=4)
def make_world(seed: int = 0) -> World:
    """The world of `seed`."""
    rng = random.Random(f"world {seed}")
    known, taken = words(), set[str]()
    people = _names(rng, PEOPLE, 3, taken)
    values = {
        relation: tuple(entry["values"])
        if "values" in entry
        else _names(rng, entry["made"], 2, taken)
        for relation, entry in known["relations"].items()
    }
    facts = tuple(
        Fact(person, relation, rng.choice(choices))
        for person in people
        for relation, choices in values.items()
    )
    myths = []
    for kind, entry in enumerate(known["myths"]):
        for subject in _names(rng, MYTHS_PER_KIND, 2, taken):
            true, popular = rng.sample(entry["values"], 2)
            myths.append(Myth(subject, kind, true, popular))
    language = known["language"]
    native = [*language["nouns"], *language["adjectives"], *language["verbs"]]
    foreign = (name.lower() for name in _names(rng, len(native), 2, taken))
    return World(seed, people, values, facts, tuple(myths), dict(zip(native, foreign, strict=True)))
