"""Asking and judging around the store: only what is missing, stored as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from ...errors import RunError
from ...generate import Unanswered
from ...judges import Judge
from ...progress import progress
from ...records import Case, Request, Response
from ...store import Entry, Place, Spent, Store
from ._guard import Guard
from ._solved import Solved
from ._source import Source

SHARD = 16_384
"""Examples whose requests are handed to an engine at once: bounds memory, and leaves an engine
enough to sort. Shards are windows of positions, so that a resumed run forms the same ones."""

BATCH = 256
"""Verdicts stored in one transaction."""

RETRIES = 1
"""How often a judge is asked again about what it could not decide."""


def answer(
    store: Store,
    source: Source,
    wanted: Iterable[tuple[Entry, int]],
    total: int,
    stored: int = 0,
    note: str = "",
    *,
    guard: Guard,
) -> None:
    """Ask for the samples that entries lack, and store each batch as it comes.

    Args:
        wanted: entries with this source's candidates, in order of position, and how many samples
            each is to have.
        total: how many samples they are to have in all, for the progress.
        stored: how many of these they have.
        note: shown with the progress.
        guard: stops it where nearly all answers have one fault.

    Raises:
        InputError: nearly all answers have one fault.
        RunError: the engine left a request without an answer.
    """
    unanswered: dict[str, str] = {}
    with progress(f"{source.split}: {source.name}", total, stored, note) as tick:
        for shard in _shards(wanted):
            requests = dict(chain.from_iterable(source.requests(*one) for one in shard))
            if requests:
                try:
                    _answer_shard(store, source, requests, tick, guard)
                except Unanswered as error:
                    unanswered |= error.reasons
    guard.check_answers()
    if unanswered:
        raise Unanswered(source.engine.name, unanswered)


def judge(
    store: Store,
    split: str,
    source: str,
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
        others: which sources may have solved prompts of this split too, for the progress.
        guard: stops it where there is hardly an answer, or the judge cannot decide.

    Raises:
        InputError: nearly all answers have one fault, or nearly all verdicts are unknown.
        RunError: the judge left a response without a verdict.
    """
    guard.check_answers()
    for attempt in range(1 + RETRIES):
        unknown = store.attempts(split, source)
        again = sum(count == attempt for count in unknown.values())
        total = again if attempt else store.unjudged(split, source)
        if not total:
            continue
        solved = Solved(store, split, source, others)
        places: dict[str, Place] = {}
        verdicts = decide(_cases(store, split, source, attempt, unknown, places))
        with progress(f"{split}: judging {source}", total) as tick:
            start = time.monotonic()
            while batch := list(islice(verdicts, BATCH)):
                now = time.monotonic()
                spent = Spent("judge", source, len(batch), 0, now - start)
                placed = [(places.pop(verdict.key), verdict) for verdict in batch]
                store.add_verdicts(placed, name, spent)
                solved.add(placed)
                tick(len(batch), note=str(solved))
                guard.check_verdicts(end=False)
                start = now
        if places:
            raise RunError(f"judge {name!r} gave no verdict on {len(places)} of {total} responses")
    guard.check_verdicts()


def _shards(wanted: Iterable[tuple[Entry, int]]) -> Iterator[list[tuple[Entry, int]]]:
    shard: list[tuple[Entry, int]] = []
    for entry, samples in wanted:
        if shard and entry.position // SHARD != shard[0][0].position // SHARD:
            yield shard
            shard = []
        shard.append((entry, samples))
    if shard:
        yield shard


def _answer_shard(
    store: Store,
    source: Source,
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
        _add(store, source, [], known, places, 0.0)
        tick(0, already_done=len(known))
        guard.check_answers(end=False)
    start = time.monotonic()
    missing = [request for key, request in distinct.items() if key in places]
    for batch in source.engine.generate(missing) if missing else ():
        now = time.monotonic()
        tokens = sum(len(response.token_ids or ()) for response in batch)
        rows = _add(store, source, batch, [r.key for r in batch], places, now - start)
        tick(rows, tokens)
        guard.check_answers(end=False)
        start = now
    if places:
        raise RunError(f"{source.engine.name} left {len(places)} requests without an answer")


def _add(
    store: Store,
    source: Source,
    batch: list[Response],
    keys: list[str],
    places: dict[str, list[Place]],
    seconds: float,
) -> int:
    placed = [(place, key) for key in keys for place in places.pop(key)]
    tokens = sum(len(response.token_ids or ()) for response in batch)
    spent = Spent("generate", source.name, len(batch), tokens, seconds)
    store.add_responses(batch, placed, spent)
    return len(placed)


def _cases(
    store: Store,
    split: str,
    source: str,
    attempt: int,
    unknown: dict[tuple[int, int], int],
    places: dict[str, Place],
) -> Iterator[Case]:
    for position, example, candidates, _ in store.entries(split, [source]):
        for candidate in candidates:
            at = (position, candidate.sample)
            if (candidate.verdict is None) if not attempt else (unknown.get(at) == attempt):
                key = f"{position}:{candidate.sample}"
                places[key] = Place(split, position, source, candidate.sample)
                yield Case.of(key, example, candidate.response)
