"""How likely the base finds what may be trained on, as an answer to the prompt alone.

Of the model's own answers it has said so when it gave them. A paraphrase was written with the gold
in view, and the gold by somebody else: these are shown to the base behind the example's own prompt,
where a method goes by it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from ...evaluate.likelihood import Answered, logprobs_of
from ...ladder import Method, Rung, target_of, unweighed
from ...progress import progress
from ...records import Target
from ...store import GOLD, Entry, Place, Spent
from ._targets import whole_ids, without_borrowed_thoughts

if TYPE_CHECKING:
    from ..rundir import Run

WINDOW = 16
"""Positions whose rows go through the model together and are stored in one transaction: so a
resumed run forms the same batches, of which the last digits depend on."""


def weigh_golds(run: Run) -> None:
    """Weigh the gold of every row of the train split, where a method goes by it."""
    if not any(method.weighs_gold for method in _methods(run)):
        return

    def rows(entry: Entry) -> Iterator[tuple[Place, Target]]:
        if entry.gold_logprobs is None:
            one = entry.example
            target = Target(one.id, GOLD, "", one.prompt, one.completion, reasoning=one.reasoning)
            yield Place("train", entry.position, GOLD, 0), target

    _weigh(run, GOLD, rows)


def weigh(run: Run, rung: Rung) -> None:
    """Weigh what a rung gave and the judge accepted, where a method goes by it."""
    if not any(method.weighs(rung) for method in _methods(run)):
        return
    prompt = run.prompt(rung)
    shows_more = prompt is not None and prompt.shows_more

    def rows(entry: Entry) -> Iterator[tuple[Place, Target]]:
        for candidate in entry.candidates:
            if unweighed(candidate):
                target = target_of(entry.example, rung, candidate)
                if shows_more:
                    target = without_borrowed_thoughts(target, run.base.chat)
                yield Place("train", entry.position, rung.name, candidate.sample), target

    _weigh(run, rung.name, rows)


def _methods(run: Run) -> list[Method]:
    return [run.recipe.method(name) for name in run.recipe.methods]


def _weigh(run: Run, source: str, rows: Callable[[Entry], Iterator[tuple[Place, Target]]]) -> None:
    """Show the base what is to be weighed of a source, window by window."""
    store, base = run.store, run.base
    total = sum(1 for entry in store.entries("train", [source]) for _ in rows(entry))
    if not total:
        return
    if base.elsewhere:  # one copy of the weights at a time
        base.free()
    with progress(f"train: weighing {source}", total) as tick:
        windows = groupby(store.entries("train", [source]), lambda entry: entry.position // WINDOW)
        for _, window in windows:
            found = [row for entry in window for row in rows(entry)]
            if not found:
                continue
            start = time.monotonic()
            shown = [
                Answered(base.chat.prompt_ids(target.prompt), whole_ids(target, base.chat))
                for _, target in found
            ]
            values = logprobs_of(base.weights, shown, base.chat.pad_id)
            placed = list(zip((place for place, _ in found), values, strict=True))
            tokens = sum(len(row.answer) for row in shown)
            spent = Spent("weigh", source, len(found), tokens, time.monotonic() - start)
            store.add_likelihoods(placed, spent)
            tick(len(found), tokens)
    if base.elsewhere:
        base.free()
