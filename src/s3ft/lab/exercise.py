"""What the target tasks have in common: a question, answered in both styles."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .splits import Part


@dataclass(frozen=True)
class Exercise:
    """One question of a target task.

    `turns` is the conversation that ends in the question: an odd number of texts, the user's
    first, the annotators' answers between. `own` is the answer in the model's style, `gold` in the
    annotators', `wrong` an answer in the model's style that a judge has to reject. `fields` are
    the columns that the task's judge reads. `content` tells the question from every other one,
    whatever its wording.
    """

    turns: tuple[str, ...]
    own: str
    gold: str
    wrong: str
    content: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class Maker(Protocol):
    """Makes exercises of one task: level 1 is the easiest, and nothing in it, down to the single
    fact, belongs to another part than `part`. Equal states of `rng` give equal exercises."""

    def __call__(self, level: int, part: Part, rng: random.Random) -> Exercise: ...
