"""The data of a run: read once, when it begins, and compared with their source when it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from ... import data
from ...errors import InputError
from ...evaluate import other_target, target_split
from ...models import load_chat
from ...records import Example
from ...store import Store
from ...train import length_limit, reasoning_to_train
from ._run import Run

if TYPE_CHECKING:
    from ...chat import Chat
    from ...recipe import Reasoning, Recipe

SOURCES, NOTES, REPLAY_NOTES = "data sources", "data notes", "replay notes"
"""Metadata of a run: what its data's sources held, and what was left out of them."""


def read_data(recipe: Recipe, store: Store) -> None:
    """Bring the data into a run, without the rows that are too long where the recipe says so.

    Raises:
        InputError: the data are wrong, no row is left, or there is no model to measure them.
    """
    # Looked at before the rows are read: what changes in between is noticed afterwards.
    store.set_metadata(SOURCES, json.dumps(data.fingerprints(recipe.data)))
    notes: list[str] = []
    train = data.read(recipe.data, "train", notes.append)
    splits: dict[str, Iterable[Example]] = {"train": with_calls_written(train, recipe)}
    if recipe.data.test is not None:
        test = data.read(recipe.data, "test", notes.append)
        splits["test"] = with_calls_written(test, recipe)
    too_long = None
    if recipe.data.too_long == "drop":
        if recipe.model is None:
            remedy = "Name the model as model.id, or leave data.too_long out."
            raise InputError("data.too_long", "drop needs a model to count its tokens", remedy)
        chat = load_chat(recipe.model)
        limit = length_limit(recipe.model, chat, recipe.train.max_length)
        if limit is not None:
            too_long = data.TooLong(limit)
            length = partial(count_tokens, chat, reasoning=recipe.train.reasoning)
            splits["train"] = too_long.without(splits["train"], length)

    def metadata() -> dict[str, str]:
        found = {NOTES: json.dumps(notes)}
        return found if too_long is None else found | {data.TOO_LONG: json.dumps(asdict(too_long))}

    store.add_examples(splits, metadata)


def read_other_targets(recipe: Recipe, store: Store) -> None:
    """Bring the other data sets into a run that are not there yet.

    Raises:
        InputError: the data of one are wrong, or have no rows.
    """
    for name, target in recipe.evaluate.targets.items():
        split = target_split(other_target(name))
        if store.count(split):
            continue
        part: Literal["train", "test"] = "train" if target.data.test is None else "test"
        try:
            rows = list(with_calls_written(data.read(target.data, part), recipe))
        except InputError as error:
            where = f"evaluate.targets.{name}: {error.where}"
            raise InputError(where, error.problem, error.remedy) from None
        store.replace_examples(split, rows)


def read_test_anew(run: Run) -> None:
    """Put the recipe's test rows in the place of those that a run was copied with.

    Raises:
        InputError: the rows are wrong, or those to train on have changed.
    """
    check_unchanged(run)
    recipe, notes = run.recipe, list[str]()
    run.store.set_metadata(SOURCES, json.dumps(data.fingerprints(recipe.data)))
    test = data.read(recipe.data, "test", notes.append) if recipe.data.test is not None else ()
    run.store.replace_examples("test", with_calls_written(test, recipe))


def with_calls_written(examples: Iterable[Example], recipe: Recipe) -> Iterator[Example]:
    """The examples, golds that call functions as the model's chat template writes them.

    Without a model they keep the form in which the data were read.

    Raises:
        InputError: the template refuses one of them.
    """
    chat = None
    for example in examples:
        if example.calling is not None and recipe.model is not None:
            chat = chat or load_chat(recipe.model)
            try:
                text = chat.written(example.prompt, example.calling, example.reasoning)
            except InputError as error:
                where = f"{error.where}: row {example.id}"
                raise InputError(where, error.problem, error.remedy) from None
            example = replace(example, completion=text, calling=None)
        yield example


def count_tokens(chat: Chat, example: Example, reasoning: Reasoning) -> int:
    """Tokens of prompt and gold, as they would be trained on."""
    return len(chat.prompt_ids(example.prompt)) + count_gold(chat, example, reasoning)


def count_gold(chat: Chat, example: Example, reasoning: Reasoning) -> int:
    """Tokens of the gold, its stop token included, as they would be trained on."""
    thought = reasoning_to_train(example, reasoning)
    return len(chat.completion_ids(example.prompt, example.completion, thought))


def check_unchanged(run: Run) -> None:
    """See that the data's sources hold what they held when the run began.

    One that is gone or out of reach is no reason to stop: its rows stand in the run.

    Raises:
        InputError: a file, a folder or a data set on the Hub has changed.
    """
    then = json.loads(run.store.metadata(SOURCES) or "{}")
    if not then:  # a run of an earlier version, or of rows that are made
        return
    now = data.fingerprints(run.recipe.data)
    for source, fingerprint in then.items():
        if now.get(source, fingerprint) != fingerprint:
            raise InputError(
                str(run.path),
                f"the data in {source} have changed since this run began",
                "It keeps the rows as they were: put the former data back to go on, or choose "
                "another --out to use these.",
            )


def data_notes(store: Store) -> list[str]:
    """What was left out of the data, a line each."""
    lines: list[str] = json.loads(store.metadata(NOTES) or "[]")
    if (dropped := store.metadata(data.TOO_LONG)) is not None:
        too_long = data.TooLong(**json.loads(dropped))
        lines += [too_long.line()] if too_long.rows else []
    lines += json.loads(store.metadata(REPLAY_NOTES) or "[]")
    return [f"data: {line}" for line in lines]
