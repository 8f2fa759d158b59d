"""Asking and judging around the store: only what is missing, stored as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..errors import RunError
from ..generate import Generator, Unanswered
from ..judge import Judge
from ..progress import progress
from ..records import (
    Case,
    Example,
    Message,
    Request,
    Response,
    Sampling,
    content_hash,
    response_key,
)
from ..store import Entry, Place, Spent, Store

SHARD = 16_384
"""Examples whose requests are handed to an engine at once: bounds memory, and leaves an engine
enough to sort. Shards are windows of positions, so that a resumed run forms the same ones."""

BATCH = 256
"""Verdicts stored in one transaction."""

RETRIES = 1
"""How often a judge is asked again about what it could not decide."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about each example of a split, of whom, and how often.

    Args:
        asked: the source or the model's label, as in `s3ft.store`.
        messages: the chat that is put to the model.
        prompt_ids: its token ids; empty where there is no tokenizer, and the engine needs none.
        fingerprint: the identity of what answers: the model's, or a file's.
        samples: how many an example gets.
    """

    split: str
    asked: str
    engine: Generator
    fingerprint: str
    sampling: Sampling
    messages: Callable[[Example], tuple[Message, ...]]
    prompt_ids: Callable[[tuple[Message, ...]], tuple[int, ...]]
    samples: Callable[[Example], int]


def answer(store: Store, question: Question, entries: Iterable[Entry], total: int) -> None:
    """Ask about the entries that lack a sample, and store each batch as it comes.

    Args:
        entries: those to ask about, in order of position, with this question's candidates.
        total: how many samples those are to have, for the progress.

    Raises:
        RunError: the engine left a request without an answer.
    """
    there = 0
    unanswered: dict[str, str] = {}
    with progress(f"{question.split}: {question.asked}", total) as tick:
        for shard in _shards(entries):
            wanted = dict(_requests(question, shard))
            there += sum(question.samples(entry.example) for entry in shard) - len(wanted)
            if wanted:
                tick(there)
                there = 0
                try:
                    _answer_shard(store, question, wanted, tick)
                except Unanswered as error:
                    unanswered |= error.reasons
    if unanswered:
        raise Unanswered(question.engine.name, unanswered)


def judge(store: Store, split: str, asked: str, decide: Judge, name: str, total: int) -> None:
    """Judge every response of a source that has no verdict, then retry what was not decided.

    Args:
        name: the judge, as written into the records.
        total: how many responses there are, for the progress.

    Raises:
        RunError: the judge left a response without a verdict.
    """
    for attempt in range(1 + RETRIES):
        unknown = store.attempts(split, asked)
        if attempt and not any(count == attempt for count in unknown.values()):
            return
        places: dict[str, Place] = {}
        verdicts = decide(_cases(store, split, asked, attempt, unknown, places))
        with progress(f"{split}: judging {asked}", len(unknown) if attempt else total) as tick:
            start = time.monotonic()
            while batch := list(islice(verdicts, BATCH)):
                now = time.monotonic()
                spent = Spent("judge", asked, len(batch), 0, now - start)
                store.add_verdicts(((places.pop(v.key), v) for v in batch), name, spent)
                tick(len(batch))
                start = now
        if places:
            raise RunError(f"judge {name!r} gave no verdict on {len(places)} of {total} responses")


def _shards(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    shard: list[Entry] = []
    for entry in entries:
        if shard and entry.position // SHARD != shard[0].position // SHARD:
            yield shard
            shard = []
        shard.append(entry)
    if shard:
        yield shard


def _requests(question: Question, shard: list[Entry]) -> Iterator[tuple[Place, Request]]:
    for position, example, candidates in shard:
        have = {candidate.sample for candidate in candidates if candidate.asked == question.asked}
        lacking = [sample for sample in range(question.samples(example)) if sample not in have]
        if not lacking:
            continue
        messages = question.messages(example)
        prompt_ids = question.prompt_ids(messages)
        for sample in lacking:
            seed = int(content_hash(example.id, sample)[:15], 16)
            # What is asked of a file, or of a server alone, has no token ids to tell it apart.
            identity = question.fingerprint
            if not prompt_ids:
                identity = content_hash(identity, seed, messages)
            key = response_key(identity, prompt_ids, question.sampling, seed)
            place = Place(question.split, position, question.asked, sample)
            yield (
                place,
                Request(key, messages, prompt_ids, question.sampling, seed, example.id, sample),
            )


def _answer_shard(
    store: Store, question: Question, wanted: dict[Place, Request], tick: Callable[..., None]
) -> None:
    """Ask each distinct request once, and store its response at every place that wants it."""
    places: dict[str, list[Place]] = {}
    for place, request in wanted.items():
        places.setdefault(request.key, []).append(place)
    distinct = {request.key: request for request in wanted.values()}
    known = [key for key in distinct if store.has_response(key)]
    if known:
        _add(store, question, [], known, places, 0.0)
        tick(len(known))
    start = time.monotonic()
    asking = [request for key, request in distinct.items() if key in places]
    for batch in question.engine.generate(asking) if asking else ():
        now = time.monotonic()
        tokens = sum(len(response.token_ids or ()) for response in batch)
        rows = _add(store, question, batch, [r.key for r in batch], places, now - start)
        tick(rows, tokens)
        start = now
    if places:
        raise RunError(f"{question.engine.name} left {len(places)} requests without an answer")


def _add(
    store: Store,
    question: Question,
    batch: list[Response],
    keys: list[str],
    places: dict[str, list[Place]],
    seconds: float,
) -> int:
    here = [(place, key) for key in keys for place in places.pop(key)]
    tokens = sum(len(response.token_ids or ()) for response in batch)
    spent = Spent("generate", question.asked, len(batch), tokens, seconds)
    store.add_responses(batch, here, spent)
    return len(here)


def _cases(
    store: Store,
    split: str,
    asked: str,
    attempt: int,
    unknown: dict[tuple[int, int], int],
    places: dict[str, Place],
) -> Iterator[Case]:
    for position, example, candidates in store.entries(split, [asked]):
        for candidate in candidates:
            at = (position, candidate.sample)
            if (candidate.verdict is None) if not attempt else (unknown.get(at) == attempt):
                key = f"{position}:{candidate.sample}"
                places[key] = Place(split, position, asked, candidate.sample)
                yield case(key, example, candidate.response)


def case(key: str, example: Example, response: Response) -> Case:
    """The response put before a judge, with the accepted answers of its example."""
    return Case(
        key=key,
        prompt=example.prompt,
        response=response.text,
        gold=gold(example),
        finish_reason=response.finish_reason,
        meta=example.meta,
    )


def gold(example: Example) -> tuple[str, ...]:
    """The accepted answers: the row's own list where the recipe names one, else the completion."""
    named: Any = example.meta.get("gold")
    return tuple(named) if isinstance(named, list) and named else (example.completion,)
