"""What the papers show beside scores: how likely the targets are to the base, and the drift.

Both are kept among the scores, by item (`s3ft.evaluate.LIKELIHOOD`, `s3ft.evaluate.DRIFT`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ..atomic import atomic_file, atomic_text
from ..evaluate import BASE, DRIFT, LIKELIHOOD
from ..evaluate.likelihood import Answered, Sketch, drift, per_token, sketches
from ..generate import TransformersEngine
from ..progress import progress
from ..records import Message, Request, Sampling, response_key
from ..store import Entry, Score, Spent
from ..train import reasoning_to_train
from ._model import RunModel
from .rundir import DRIFT_FILES, Run

if TYPE_CHECKING:
    from pathlib import Path

GENERAL_TOKENS = 64
"""Of the base's answer to a general prompt."""

LONGEST = 512
"""Tokens of an answer that are looked at, its first: one that reasons may have thousands."""


def measure_likelihoods(run: Run, model: RunModel) -> None:
    """How likely the base finds what can be trained on: SSR's figure 1, S3FT's figure 2.

    Of evenly spaced training rows the first answer of each rung, and the gold, each behind the
    example's own prompt, whoever wrote it with more in view.
    """
    wanted, store = run.recipe.evaluate.likelihoods, run.store
    if not wanted or not run.recipe.methods or store.has_scores(BASE, LIKELIHOOD):
        return
    rungs = [rung.name for rung in run.recipe.rungs_to_ask()]
    step = max(1, -(-store.count("train") // wanted))
    found: dict[str, list[tuple[str, Answered]]] = {}
    for entry in islice(store.entries("train", rungs), 0, None, step):
        for source, row in _targets(run, model, entry):
            found.setdefault(source, []).append((entry.example.id, row))
    total, begin = sum(map(len, found.values())), time.monotonic()
    with progress("base: likelihood of targets", total) as tick:
        scores = []
        for source, pairs in found.items():
            values = per_token(model.weights, [row for _, row in pairs], model.chat.pad_id)
            scores += [
                Score(BASE, LIKELIHOOD, source, item, value)
                for (item, _), value in zip(pairs, values, strict=True)
            ]
            tick(len(pairs))
    store.add_scores(scores, Spent(LIKELIHOOD, BASE, total, 0, time.monotonic() - begin))


def _targets(run: Run, model: RunModel, entry: Entry) -> Iterator[tuple[str, Answered]]:
    chat, example = model.chat, entry.example
    prompt = chat.prompt_ids(example.prompt)
    for candidate in entry.candidates:
        response = candidate.response
        if candidate.sample == 0 and response.text:
            ids = response.token_ids or chat.completion_ids(example.prompt, response.text)
            yield candidate.source, Answered(prompt, ids[:LONGEST])
    thought = reasoning_to_train(example, run.recipe.train.reasoning)
    gold = chat.completion_ids(example.prompt, example.completion, thought)
    yield "gold", Answered(prompt, gold[:LONGEST])


def keep_base(run: Run, model: RunModel) -> None:
    """Keep what the base says to test rows and to general prompts, and its distributions there."""
    rows_file, tables_file = _files(run.path)
    if not run.recipe.evaluate.drift or not run.recipe.methods or rows_file.exists():
        return
    from safetensors.torch import save_file

    rows = [*_task_rows(run, model), *_general_rows(run, model)]
    answered = [row for _, _, row in rows]
    kept = list(sketches(model.weights, answered, model.chat.pad_id))
    tensors = {
        f"{number}.{name}": getattr(one, name).contiguous()
        for number, one in enumerate(kept)
        for name in ("ids", "logprobs")
    }
    if tensors:
        with atomic_file(tables_file) as partial:
            save_file(tensors, str(partial))
    told = [[kind, item, row.prompt, row.answer] for kind, item, row in rows]
    atomic_text(rows_file, json.dumps(told) + "\n")


def measure_drift(run: Run, model: RunModel, name: str) -> None:
    """How far a tuned model is from the base on what the base says."""
    rows_file, tables_file = _files(run.path)
    if not rows_file.exists() or run.store.has_scores(name, DRIFT):
        return
    from safetensors.torch import load_file

    told, begin = json.loads(rows_file.read_text(encoding="utf-8")), time.monotonic()
    if not told:
        return
    tensors = load_file(tables_file)
    kept = [Sketch(tensors[f"{n}.ids"], tensors[f"{n}.logprobs"]) for n in range(len(told))]
    rows = [Answered(tuple(prompt), tuple(answer)) for _, _, prompt, answer in told]
    scores = []
    with progress(f"{name}: drift", len(rows)) as tick:
        values = drift(kept, model.weights, rows, model.chat.pad_id)
        for (kind, item, _, _), value in zip(told, values, strict=True):
            scores.append(Score(name, DRIFT, kind, item, value))
            tick()
    run.store.add_scores(scores, Spent(DRIFT, name, len(rows), 0, time.monotonic() - begin))


def _files(path: Path) -> tuple[Path, Path]:
    rows, tables = (path / name for name in DRIFT_FILES)
    return rows, tables


def _task_rows(run: Run, model: RunModel) -> Iterator[tuple[str, str, Answered]]:
    """The base's answers to test rows, evenly spaced."""
    wanted, store = run.recipe.evaluate.drift, run.store
    step = max(1, -(-store.count("test") // wanted))
    for entry in islice(store.entries("test", [BASE]), 0, None, step):
        for candidate in entry.candidates[:1]:
            text, ids = candidate.response.text, candidate.response.token_ids
            if ids or text:
                ids = ids or model.chat.completion_ids(entry.example.prompt, text)
                prompt = model.chat.prompt_ids(entry.example.prompt)
                yield "task", entry.example.id, Answered(prompt, ids[:LONGEST])


def _general_rows(run: Run, model: RunModel) -> Iterator[tuple[str, str, Answered]]:
    """The base's answers to the benchmarks' questions, as many of each benchmark."""
    asked = [list(run.store.items(name)) for name in run.recipe.evaluate.benchmarks]
    each = max(1, run.recipe.evaluate.drift // max(1, len(asked)))
    requests = []
    for items in asked:
        for item in items[:: max(1, len(items) // each)][:each]:
            requests.append(_request(model, item.item, item.prompt))
    engine = TransformersEngine(model.weights, model.chat)
    said: dict[str, Sequence[int]] = {}
    for batch in engine.generate(requests):
        said |= {response.key: response.token_ids or () for response in batch}
    for request in requests:
        if ids := said[request.key]:
            yield "general", request.example_id, Answered(request.prompt_ids, tuple(ids))


def _request(model: RunModel, item: str, prompt: str) -> Request:
    messages: tuple[Message, ...] = ({"role": "user", "content": prompt.strip()},)
    ids = model.chat.prompt_ids(messages)
    sampling = Sampling(max_new_tokens=GENERAL_TOKENS)
    return Request(response_key("base", ids, sampling, 0), messages, ids, sampling, 0, item)
