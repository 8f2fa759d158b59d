"""A few rows taken through the stages of a run, to see what they cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from ..evaluate import BASE, run_benchmarks
from ..generate import Tokens, Usage, usage
from ..ladder import REPLAY
from ..records import Target
from ..store import Store
from ..train import length_limit, seconds_per_step, tokenize
from ._measuring import measure_targets
from ._preflight import sample
from .rundir import Run
from .selection import (
    Source,
    ask,
    judge_rung,
    measured_source,
    pending_rounds,
    rung_source,
    walk_all,
    weigh,
    weigh_golds,
)

STEPS = 3
"""Optimiser steps of the training probe, the first of which is not counted."""

ITEMS = 8
"""The most items of each benchmark's task in the probe."""


@dataclass(frozen=True, slots=True)
class Work:
    """What something took: requests, tokens, seconds, and money where there are prices."""

    requests: float = 0
    prompt_tokens: float = 0
    completion_tokens: float = 0
    seconds: float = 0.0
    cost: float = 0.0

    def __add__(self, other: Work) -> Work:
        return Work(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __mul__(self, factor: float) -> Work:
        return Work(*(factor * value for value in astuple(self)))


@contextmanager
def probe_run(run: Run, size: int) -> Iterator[Run]:
    """A run beside this one, with so many rows of each split, evenly spaced, and general rows in
    their share. No model is trained in it for a second round."""
    sizes = {"train": size, "test": size}
    if replayed := run.store.count(REPLAY):
        rows = run.store.count("train")
        sizes[REPLAY] = max(1, round(min(size, rows) * replayed / rows))
    with Store(run.path / "probe.sqlite") as store:
        store.add_examples({split: sample(run.store, split, n) for split, n in sizes.items()})
        yield replace(run, store=store, recipe=run.recipe.in_one_round())


def prompt_tokens(source: Source, store: Store) -> float:
    """The mean tokens of the prompts that would be put to a source."""
    found = [
        Tokens.at_most(source.first_request(entry)).prompt
        for entry in store.entries(source.split, source.shows)
    ]
    return sum(found) / len(found)


def walk_ladders(run: Run) -> dict[str, Work]:
    """Ask, judge and weigh as a run does; the work by rung, of all judging ``judge``, and of what
    the base is shown to tell how likely it is ``weigh``."""
    work: dict[str, Work] = {}
    if _weighs(run):
        run.base.weights  # noqa: B018  loading them is not counted
        work["weigh"] = measured(partial(weigh_golds, run))
    while pending := pending_rounds(run):
        this = pending[0]
        name, source = this.rung.name, rung_source(run, this.rung)
        if name not in work:
            warm_up(source, run.store)
        samples = this.samples - this.stored
        before = generated(run.store, name)
        made = measured(partial(ask, run, this))
        prompts = made.prompt_tokens or samples * prompt_tokens(source, run.store)
        tokens = made.completion_tokens or generated(run.store, name) - before
        made = replace(made, requests=samples, prompt_tokens=prompts, completion_tokens=tokens)
        judged = measured(partial(judge_rung, run, this.rung))
        work[name] = work.get(name, Work()) + made
        work["judge"] = work.get("judge", Work()) + replace(judged, requests=samples)
        if "weigh" in work:
            work["weigh"] += measured(partial(weigh, run, this.rung))
    if "weigh" in work:
        rows = sum(spent.rows for spent in run.store.spent() if spent.stage == "weigh")
        work["weigh"] = replace(work["weigh"], requests=rows)
    return work


def _weighs(run: Run) -> bool:
    methods = map(run.recipe.method, run.recipe.methods)
    return any(m.weighs_gold or any(map(m.weighs, m.rungs)) for m in methods)


def warm_up(source: Source, store: Store) -> None:
    """Let the engine answer once, so that loading it is not counted."""
    first = source.first_request(next(store.entries(source.split, source.shows)))
    for _ in source.engine.generate([replace(first, key="warm-up")]):
        pass


def measured(do: Callable[[], object]) -> Work:
    """What some work took: time, and what was asked of endpoints, as they count it."""
    before, start = usage(), time.monotonic()
    do()
    return since(before, start)


def since(before: Usage, start: float) -> Work:
    """What was done since a look at `usage` and one at the clock."""
    seconds = time.monotonic() - start
    requests, prompt, completion, cost = (a - b for a, b in zip(usage(), before, strict=True))
    return Work(requests, prompt, completion, seconds, cost)


def generated(store: Store, source: str) -> int:
    """The tokens that are stored of all responses, where their ids are known."""
    return sum(s.tokens for s in store.spent() if (s.stage, s.source) == ("generate", source))


def targets(run: Run, method: str) -> tuple[list[Target], int]:
    """The targets of a method's mixture, and how many prompts it dropped."""
    found = [outcome for _, _, outcome in walk_all(run.store, run.recipe.method(method))]
    kept = [outcome for outcome in found if isinstance(outcome, Target)]
    return kept, len(found) - len(kept)


def training(run: Run, found: list[Target], scratch: Path) -> float:
    """The seconds that an optimiser step on these targets takes."""
    base, config = run.base, run.recipe.train
    base.free()
    enough = islice(cycle(found), STEPS * config.batch_size)
    limit = length_limit(base.config, base.chat, config.max_length)
    made = tokenize(enough, base.chat, limit, config.reasoning)
    return seconds_per_step(made, base.config, config, STEPS, scratch)


def target(run: Run) -> Work:
    """The work of measuring the base on the test rows: its answers, and their verdicts."""
    base = run.base
    warm_up(measured_source(run, base, BASE), run.store)
    made = measured(partial(measure_targets, run, base, BASE))
    prompts = [base.chat.prompt_ids(entry.example.prompt) for entry in run.store.entries("test")]
    answered = Work(len(prompts), sum(map(len, prompts)), generated(run.store, BASE))
    return answered + replace(made, requests=0)


def benchmarks(run: Run, items: dict[str, int]) -> Work:
    """The work of scoring the base on the benchmarks, from the first items of each."""
    evaluate = run.recipe.evaluate
    few = evaluate.model_copy(update={"limit": min(ITEMS, evaluate.limit or ITEMS)})
    total = Work()
    for scores, spent, *_ in run_benchmarks(run.base.weights, run.base.chat, few, label=BASE):
        done = len({score.item for score in scores})
        [name] = {score.task for score in scores}
        total += Work(done, seconds=spent.seconds) * (items[name] / done)
    return total
