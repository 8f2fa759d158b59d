"""How passages, questions and answers are worded (`passages.yaml`)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .. import words
from ._roles import Edge, edges_of

KINDS = ("house", "harbour")

OWN_ABSTENTION = "The text does not say that."
GOLD_ABSTENTION = "NO ANSWER"

Group = dict[str, str]
"""The entity of each role."""


def words_of(kind: str) -> dict[str, Any]:
    """The words of a kind of passages."""
    known: dict[str, Any] = words.read("passages")[kind]
    return known


def names_of(entry: list[str] | dict[str, list[str]]) -> list[str]:
    """The names as they stand, or every beginning with every end."""
    if isinstance(entry, list):
        return entry
    return [begin + end for begin in entry["begin"] for end in entry["end"]]


def tell(kind: str, edge: Edge, group: Group, rng: random.Random) -> str:
    """A fact as the passage has it: from either end, or in a third wording."""
    a, b = edge
    known = words_of(kind)
    wordings = [known["say"][f"{a}-{b}"], known["say"][f"{b}-{a}"], known["texts"][f"{a}-{b}"]]
    return _capital(rng.choice(wordings).format(**group))


def ask(kind: str, path: Sequence[str], group: Group, rng: random.Random) -> str:
    """The question of a path."""
    question: str = rng.choice(words_of(kind)["ask"][f"{path[0]}-{path[-1]}"]).format(**group)
    return question


def ask_back(kind: str, path: Sequence[str], group: Group) -> str:
    """The question of a path when its first entity has just been talked about."""
    known = words_of(kind)
    her = "her" if group["owner"] in names_of(known["owners"]["she"]) else "his"
    question: str = known["then"][f"{path[0]}-{path[-1]}"].format(her=her)
    return question


def own(kind: str, path: Sequence[str], group: Group) -> str:
    """The model's style: a sentence a hop, the answer last."""
    say = words_of(kind)["say"]
    hops = pairwise(path)
    return " ".join(_capital(say[f"{a}-{b}"].format(**group)) for a, b in hops)


def gold(path: Sequence[str], group: Group) -> str:
    """The annotators' style: the answer first, then what led to it."""
    chain = [group[role] for role in path]
    return f"{chain[-1]} | {' > '.join(chain)}"


def content(path: Sequence[str], group: Group, answerable: bool, earlier: Sequence[str]) -> str:
    """What tells the question from every other one, whatever its wording."""
    hops = ", ".join(f"{group[a]}|{group[b]}" for a, b in edges_of(path))
    end = "answerable" if answerable else "unanswerable"
    return "; ".join([f"{path[-1]} of {hops}", end, *earlier])


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
