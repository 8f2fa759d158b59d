"""A few rows taken through the stages of a run, to see what they cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from ..evaluate import run_benchmarks
from ..generate import Tokens, usage
from ..pick import PICKS
from ..records import Request, Target
from ..store import Store
from ..train import length_limit, rows, time_steps
from ._answerer import Answerer, Sources
from ._check import sample
from ._collect import Question
from ._measure import BASE, measure_target
from ._mixture import walk_all
from ._question import question
from ._rundir import Run
from ._walk import ask, judge, judge_of, pending_rounds

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
        return Work(*(a + b for a, b in zip(self._values(), other._values(), strict=True)))

    def __mul__(self, factor: float) -> Work:
        return Work(*(factor * value for value in self._values()))

    def _values(self) -> tuple[float, ...]:
        return (
            self.requests,
            self.prompt_tokens,
            self.completion_tokens,
            self.seconds,
            self.cost,
        )


@contextmanager
def probe_run(run: Run, size: int) -> Iterator[Run]:
    """A run beside this one, with so many rows of each split, evenly spaced."""
    with Store(run.path / "probe.sqlite") as store:
        store.add_examples({split: sample(run.store, split, size) for split in ("train", "test")})
        yield Run(run.path, run.recipe, store, run.ledger)


def prompt_tokens(asked: Question, store: Store) -> float:
    """The mean tokens of the prompts that would be put to a source."""
    found = []
    for entry in store.entries("train"):
        messages = asked.messages(entry.example)
        request = Request("", messages, asked.prompt_ids(messages), asked.sampling(0))
        found.append(Tokens.most(request).prompt)
    return sum(found) / len(found)


def walk_ladders(run: Run, sources: Sources) -> dict[str, Work]:
    """Ask and judge as a run does; the work by source, and of judging it ``judge``."""
    work: dict[str, Work] = {}
    decider = judge_of(run)
    while pending := pending_rounds(run, sources):
        source = next(iter(pending))
        here = pending[source]
        asked = question(run, sources, source)
        if source not in work and asked.engine is not sources.replay:
            _warm_up(asked, run.store)
        samples = here.samples - here.there
        made = measured(run, source, partial(ask, run, sources, here))
        judged = measured(run, source, partial(judge, run, source, decider))
        prompts = made.prompt_tokens or samples * prompt_tokens(asked, run.store)
        made = Work(samples, prompts, made.completion_tokens, made.seconds, made.cost)
        work[source] = work.get(source, Work()) + made
        work["judge"] = work.get("judge", Work()) + Work(samples, *judged._values()[1:])
    return work


def _warm_up(asked: Question, store: Store) -> None:
    """Let the engine answer once, so that loading it is not counted."""
    entry = next(store.entries("train"))
    messages = asked.messages(entry.example)
    request = Request("warm-up", messages, asked.prompt_ids(messages), asked.sampling(0))
    for _ in asked.engine.generate([request]):
        pass


def measured(run: Run, asked: str, do: Callable[[], object]) -> Work:
    """What some work took, requests and tokens as endpoints or our engines count them."""
    tokens, used, start = _generated(run.store, asked), usage(), time.monotonic()
    do()
    seconds, now = time.monotonic() - start, usage()
    requests, prompt, completion, cost = (a - b for a, b in zip(now, used, strict=True))
    made = _generated(run.store, asked) - tokens
    return Work(requests, prompt, completion or made, seconds, cost)


def _generated(store: Store, asked: str) -> int:
    return sum(s.tokens for s in store.spent() if (s.stage, s.asked) == ("generate", asked))


def targets(run: Run, method: str) -> tuple[list[Target], int]:
    """The targets of a method's mixture, and how many prompts it dropped."""
    ladder, pick = run.recipe.ladder(method), PICKS[run.recipe.generate.pick]
    found = [outcome for _, _, outcome in walk_all(run.store, ladder, pick=pick)]
    kept = [outcome for outcome in found if isinstance(outcome, Target)]
    return kept, len(found) - len(kept)


def training(run: Run, base: Answerer, found: list[Target], scratch: Path) -> float:
    """The seconds that an optimiser step on these targets takes."""
    base.free()
    config = run.recipe.train
    enough = islice(cycle(found), STEPS * config.batch_size)
    limit = length_limit(base.model, base.chat, config.max_length)
    return time_steps(rows(enough, base.chat, limit), base.model, config, STEPS, scratch)


def target(run: Run, base: Answerer) -> Work:
    """The work of measuring the base on the test rows."""
    _ = base.weights
    made = measured(run, BASE, partial(measure_target, run, base, BASE))
    rows_asked = run.store.count("test")
    prompts = [base.chat.prompt_ids(e.example.prompt) for e in run.store.entries("test")]
    total = made.prompt_tokens + sum(map(len, prompts))
    return Work(rows_asked, total, made.completion_tokens, made.seconds, made.cost)


def benchmarks(run: Run, base: Answerer, items: dict[str, int]) -> Work:
    """The work of scoring the base on the benchmarks, from the first items of each."""
    evaluate = run.recipe.evaluate
    few = evaluate.model_copy(update={"limit": min(ITEMS, evaluate.limit or ITEMS)})
    total = Work()
    for scores, spent in run_benchmarks(base.weights, base.chat, few, label=BASE):
        done = len({score.item for score in scores})
        [name] = {score.task for score in scores}
        total += Work(done, seconds=spent.seconds) * (items[name] / done)
    return total
