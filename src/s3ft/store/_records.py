"""What goes into a run's file and comes out of it, beside the nouns of `s3ft.records`."""

from __future__ import annotations

from typing import NamedTuple

from ..records import Candidate, Example, Label


class Place(NamedTuple):
    """A sample of a source for an example: what a response answers, and a verdict decides.

    ``split`` and ``position`` are the example's, ``sample`` counts the source's samples from 0.
    """

    split: str
    position: int
    source: str
    sample: int


GOLD = "gold"
"""The source under which the likelihood of the golds themselves stands; its only sample is 0."""


class Entry(NamedTuple):
    """An example with the candidates that were made for it.

    ``gold_logprobs`` is how likely the base finds each token of the gold behind the prompt (nats),
    where it was asked.
    """

    position: int
    example: Example
    candidates: tuple[Candidate, ...]
    gold_logprobs: tuple[float, ...] | None = None

    def lacking(self, source: str, samples: int) -> list[int]:
        """The numbers of those among the first ``samples`` samples of a source that it has not."""
        known = {candidate.sample for candidate in self.candidates if candidate.source == source}
        return [sample for sample in range(samples) if sample not in known]


class Samples(NamedTuple):
    """The samples of one number: how many, and how many were their prompt's first verified one."""

    total: int
    first_verified: int


class Filter(NamedTuple):
    """Which examples of a split are wanted: all that is set must hold.

    ``method`` with ``target``: those whose target comes from this source (``dropped``: from none).
    ``source`` with ``label``: those of which a candidate of this source (empty: of any) has this
    verdict, a person's where one overruled the judge (``overruled``: any word of a person).
    ``text``: what stands in a prompt's turn, the gold or a response; ASCII letters in either case.
    """

    split: str = "train"
    method: str = ""
    target: str = ""
    source: str = ""
    label: str = ""
    text: str = ""


class Found(NamedTuple):
    """Positions that a filter lets through, and up to which one was looked: None: to the end."""

    positions: list[int]
    looked_until: int | None


class Overruling(NamedTuple):
    """A person's word on a candidate, of which the last on a response counts.

    ``number`` counts up over the run, ``label`` is None where an earlier word is taken back, and
    ``time`` is in UTC (ISO 8601).
    """

    number: int
    place: Place
    key: str
    label: Label | None
    who: str
    time: str
    note: str


class Choice(NamedTuple):
    """Which of two models' answers to a test prompt a person finds better: ``left``, ``right``,
    ``tie`` or ``neither``. ``left`` and ``right`` name the models."""

    position: int
    left: str
    right: str
    choice: str
    who: str


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
