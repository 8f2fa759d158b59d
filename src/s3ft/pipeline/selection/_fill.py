"""Asking and judging around the store: only what is missing, stored as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ...errors import RunError
from ...generate import Engine, Unanswered
from ...judges import Judge
from ...progress import progress
from ...records import (
    Case,
    Example,
    Message,
    Request,
    Response,
    Sampling,
    content_hash,
    response_key,
)
from ...store import Entry, Place, Spent, Store
from ._guard import Guard
from ._solved import Tally

SHARD = 16_384
"""Examples whose requests are handed to an engine at once: bounds memory, and leaves an engine
enough to sort. Shards are windows of positions, so that a resumed run forms the same ones."""

BATCH = 256
"""Verdicts stored in one transaction."""

RETRIES = 1
"""How often a judge is asked again about what it could not decide."""


Wanted = Iterable[tuple[Entry, int]]
"""Entries to ask about, in order of position, and how many samples each is to have."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about each example of a split, and of whom.

    Args:
        source: the rung or the model's label, as in `s3ft.store`.
        messages: the chat that is put to the model.
        prompt_ids: its token ids; empty where there is no tokenizer, and the engine needs none.
        fingerprint: the identity of what answers: the model's, or a file's.
        sampling: how each sample is drawn, by its number.
    """

    split: str
    source: str
    engine: Engine
    fingerprint: str
    sampling: Callable[[int], Sampling]
    messages: Callable[[Example], tuple[Message, ...]]
    prompt_ids: Callable[[tuple[Message, ...]], tuple[int, ...]]


def answer(
    store: Store,
    question: Question,
    wanted: Wanted,
    total: int,
    there: int = 0,
    note: str = "",
    *,
    guard: Guard,
) -> None:
    """Ask for the samples that entries lack, and store each batch as it comes.

    Args:
        wanted: entries with this question's candidates.
        total: how many samples they are to have, for the progress.
        there: how many of these they have.
        note: shown with the progress.
        guard: stops it where nearly all answers have one fault.

    Raises:
        InputError: nearly all answers have one fault.
        RunError: the engine left a request without an answer.
    """
    unanswered: dict[str, str] = {}
    with progress(f"{question.split}: {question.source}", total, there, note) as tick:
        for shard in _shards(wanted):
            requests = dict(_requests(question, shard))
            if requests:
                try:
                    _answer_shard(store, question, requests, tick, guard)
                except Unanswered as error:
                    unanswered |= error.reasons
    guard.check_answers()
    if unanswered:
        raise Unanswered(question.engine.name, unanswered)


def judge(
    store: Store,
    split: str,
    asked: str,
    decide: Judge,
    name: str,
    others: Iterable[str] = (),
    *,
    guard: Guard,
) -> None:
    """Judge every response of a source that has no verdict, then retry what was not decided.

    What a stopped call left is done by the next one, and where there is nothing left, nothing is.

    Args:
        name: the judge, as written into the records.
        others: who else may have solved prompts of this split, for the progress.
        guard: stops it where there is hardly an answer, or the judge cannot decide.

    Raises:
        InputError: nearly all answers have one fault, or nearly all verdicts are unknown.
        RunError: the judge left a response without a verdict.
    """
    guard.check_answers()
    for attempt in range(1 + RETRIES):
        unknown = store.attempts(split, asked)
        again = sum(count == attempt for count in unknown.values())
        total = again if attempt else store.unjudged(split, asked)
        if not total:
            continue
        tally = Tally(store, split, asked, others)
        places: dict[str, Place] = {}
        verdicts = decide(_cases(store, split, asked, attempt, unknown, places))
        with progress(f"{split}: judging {asked}", total) as tick:
            start = time.monotonic()
            while batch := list(islice(verdicts, BATCH)):
                now = time.monotonic()
                spent = Spent("judge", asked, len(batch), 0, now - start)
                placed = [(places.pop(verdict.key), verdict) for verdict in batch]
                store.add_verdicts(placed, name, spent)
                tally.add(placed)
                tick(len(batch), note=str(tally))
                guard.check_verdicts(end=False)
                start = now
        if places:
            raise RunError(f"judge {name!r} gave no verdict on {len(places)} of {total} responses")
    guard.check_verdicts()


def _shards(wanted: Wanted) -> Iterator[list[tuple[Entry, int]]]:
    shard: list[tuple[Entry, int]] = []
    for entry, samples in wanted:
        if shard and entry.position // SHARD != shard[0][0].position // SHARD:
            yield shard
            shard = []
        shard.append((entry, samples))
    if shard:
        yield shard


def _requests(
    question: Question, shard: list[tuple[Entry, int]]
) -> Iterator[tuple[Place, Request]]:
    for entry, samples in shard:
        lacking = entry.lacking(question.source, samples)
        if not lacking:
            continue
        messages = question.messages(entry.example)
        prompt_ids = question.prompt_ids(messages)
        for sample in lacking:
            sampling = question.sampling(sample)
            seed = int(content_hash(entry.example.id, sample)[:15], 16)
            # What is asked of a file, or of a server alone, has no token ids to tell it apart.
            identity = question.fingerprint
            if not prompt_ids:
                identity = content_hash(identity, seed, messages)
            key = response_key(identity, prompt_ids, sampling, seed)
            place = Place(question.split, entry.position, question.source, sample)
            yield (
                place,
                Request(key, messages, prompt_ids, sampling, seed, entry.example.id, sample),
            )


def _answer_shard(
    store: Store,
    question: Question,
    wanted: dict[Place, Request],
    tick: Callable[..., None],
    guard: Guard,
) -> None:
    """Ask each distinct request once, and store its response at every place that wants it."""
    places: dict[str, list[Place]] = {}
    for place, request in wanted.items():
        places.setdefault(request.key, []).append(place)
    distinct = {request.key: request for request in wanted.values()}
    known = [key for key in distinct if store.has_response(key)]
    if known:
        _add(store, question, [], known, places, 0.0)
        tick(0, already_done=len(known))
        guard.check_answers(end=False)
    start = time.monotonic()
    asking = [request for key, request in distinct.items() if key in places]
    for batch in question.engine.generate(asking) if asking else ():
        now = time.monotonic()
        tokens = sum(len(response.token_ids or ()) for response in batch)
        rows = _add(store, question, batch, [r.key for r in batch], places, now - start)
        tick(rows, tokens)
        guard.check_answers(end=False)
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
    spent = Spent("generate", question.source, len(batch), tokens, seconds)
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
    """The response put before a judge, with the accepted answers of its example.

    Where these are not the completion, it stands beside them, as in a row of a file.
    """
    accepted, meta = gold(example), example.meta
    if accepted != (example.completion,):
        meta = {**meta, "completion": example.completion}
    return Case(
        key=key,
        prompt=example.prompt,
        response=response.text,
        gold=accepted,
        finish_reason=response.finish_reason,
        meta=meta,
    )


def gold(example: Example) -> tuple[str, ...]:
    """The accepted answers: the row's own list where the recipe names one, else the completion."""
    named: Any = example.meta.get("gold")
    return tuple(named) if isinstance(named, list) and named else (example.completion,)
