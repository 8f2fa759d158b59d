"""The general rows of a run: chosen when it begins, and anew where the recipe wants others."""

from __future__ import annotations

import json
from collections.abc import Callable

from ... import data
from ...errors import InputError
from ...evaluate import other_target, target_split
from ...ladder import REPLAY
from ...records import Example
from ...train import length_limit
from ._data import REPLAY_NOTES, SOURCES, count_tokens, with_calls_written
from ._run import Run

CHOSEN_BY = "replay"
"""Metadata of a run: the keys by which its general rows were chosen."""


def read_replay(run: Run) -> None:
    """Bring the general rows into a run that its recipe mixes in, unless they are there.

    They are chosen anew where the recipe wants others, or some of them are measured now. The
    mixtures follow when they are written.

    Raises:
        InputError: the rows are wrong or too few; or models that were trained on some of them are
            to be measured by them now.
    """
    store, replay = run.store, run.recipe.data.replay
    wanted = "" if replay is None else replay.model_dump_json()
    before = store.metadata(CHOSEN_BY) or ""
    if not wanted and not before:
        return
    measured = _measured(run)
    rows = [entry.example for entry in store.entries(REPLAY)]
    seen = [example.id for example in rows if data.asked(example) in measured]
    if seen and run.has_models():
        problem = f"models are to be measured by rows that they were trained on: {len(seen):,}"
        remedy = "Measure them by others, or choose another --out."
        raise InputError(str(run.path), f"{problem} of data.replay, such as {seen[0]}", remedy)
    if before == wanted and not seen:
        return
    notes, rows = list[str](), list[Example]()
    sources = json.loads(store.metadata(SOURCES) or "{}")
    if replay is not None:
        sources = data.fingerprints(data.replay_data(replay)) | sources
        chosen = data.read_replay(replay, store.count("train"), measured, _fits(run), notes.append)
        rows = list(with_calls_written(chosen, run.recipe))
    metadata = {CHOSEN_BY: wanted, REPLAY_NOTES: json.dumps(notes), SOURCES: json.dumps(sources)}
    store.replace_examples(REPLAY, rows, metadata)


def _measured(run: Run) -> set[str]:
    """What the rows ask that models are measured on, and those that a sweep chooses by."""
    recipe = run.recipe
    splits = ["test", *(target_split(other_target(name)) for name in recipe.evaluate.targets)]
    found = {data.asked(entry.example) for split in splits for entry in run.store.entries(split)}
    if recipe.data.dev is not None and not run.has_models():
        dev = {"test": recipe.data.dev, "max_test": recipe.data.max_dev}
        found |= set(map(data.asked, data.read(recipe.data.model_copy(update=dev), "test")))
    return found


def _fits(run: Run) -> Callable[[Example], bool]:
    """Whether a row is short enough, where those that are not are to be left out."""
    recipe = run.recipe
    if recipe.data.too_long == "error" or not run.base.exists:
        return lambda example: True
    chat = run.base.chat
    limit = length_limit(run.base.config, chat, recipe.train.max_length)
    if limit is None:
        return lambda example: True
    return lambda example: count_tokens(chat, example, recipe.train.reasoning) <= limit
