"""What goes into a run's file and comes out of it, beside the nouns of `s3ft.records`."""

from __future__ import annotations

from typing import NamedTuple

from ..records import Candidate, Example


class Place(NamedTuple):
    """A sample of a source for an example: what a response answers, and a verdict decides.

    ``split`` and ``position`` are the example's, ``sample`` counts the source's samples from 0.
    """

    split: str
    position: int
    source: str
    sample: int


class Entry(NamedTuple):
    """An example with the candidates that were made for it."""

    position: int
    example: Example
    candidates: tuple[Candidate, ...]

    def lacking(self, source: str, samples: int) -> list[int]:
        """The numbers of those among the first ``samples`` samples of a source that it has not."""
        known = {candidate.sample for candidate in self.candidates if candidate.source == source}
        return [sample for sample in range(samples) if sample not in known]


class Samples(NamedTuple):
    """The samples of one number: how many, and how many were their prompt's first verified one."""

    total: int
    first_verified: int


class Score(NamedTuple):
    """One item's result in one task, for one model."""

    model: str
    task: str
    metric: str
    item: str
    value: float


class Item(NamedTuple):
    """What a benchmark asks, alike for every model of a run.

    ``prompt`` is what the model reads; ``choices`` are the texts that may follow, none where the
    answer is written; ``gold`` is the right one, as text.
    """

    task: str
    item: str
    prompt: str
    choices: tuple[str, ...]
    gold: str


class Answer(NamedTuple):
    """What a model said to an item: what it wrote, or the choice it took and its number."""

    model: str
    task: str
    item: str
    text: str
    choice: int | None


class Spent(NamedTuple):
    """What a stage used: rows, tokens (prompt tokens not counted) and seconds."""

    stage: str
    source: str
    rows: int
    tokens: int
    seconds: float
