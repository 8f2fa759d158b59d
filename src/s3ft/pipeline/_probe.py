"""A few rows taken through the stages of a run, to see what they cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from ..evaluate import run_benchmarks
from ..generate import Tokens, Usage, usage
from ..ladder import PICKS
from ..records import Request, Target
from ..store import Store
from ..train import length_limit, rows, time_steps
from ._answerer import Answerer, Sources
from ._measure import BASE, measure_target
from ._preflight import sample
from .rundir._run import Run
from .selection._fill import Question
from .selection._loop import ask, judge, judge_of, pending_rounds
from .selection._mixture import walk_all
from .selection._question import question

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
    """A run beside this one, with so many rows of each split, evenly spaced."""
    with Store(run.path / "probe.sqlite") as store:
        store.add_examples({split: sample(run.store, split, size) for split in ("train", "test")})
        yield Run(run.path, run.recipe, store, run.cache)


def prompt_tokens(asked: Question, store: Store) -> float:
    """The mean tokens of the prompts that would be put to a source."""
    found = []
    for entry in store.entries("train"):
        messages = asked.messages(entry.example)
        request = Request("", messages, asked.prompt_ids(messages), asked.sampling(0))
        found.append(Tokens.at_most(request).prompt)
    return sum(found) / len(found)


def walk_ladders(run: Run, sources: Sources) -> dict[str, Work]:
    """Ask and judge as a run does; the work by source, and of judging it ``judge``."""
    work: dict[str, Work] = {}
    decider = judge_of(run, run.recipe.judge)
    while pending := pending_rounds(run, sources):
        source = next(iter(pending))
        here = pending[source]
        asked = question(run, sources, source)
        if source not in work:
            warm_up(asked, run.store)
        samples = here.samples - here.there
        before = generated(run.store, source)
        made = measured(partial(ask, run, sources, here))
        prompts = made.prompt_tokens or samples * prompt_tokens(asked, run.store)
        tokens = made.completion_tokens or generated(run.store, source) - before
        made = replace(made, requests=samples, prompt_tokens=prompts, completion_tokens=tokens)
        judged = measured(partial(judge, run, source, decider))
        work[source] = work.get(source, Work()) + made
        work["judge"] = work.get("judge", Work()) + replace(judged, requests=samples)
    return work


def warm_up(asked: Question, store: Store) -> None:
    """Let the engine answer once, so that loading it is not counted."""
    entry = next(store.entries("train"))
    messages = asked.messages(entry.example)
    request = Request("warm-up", messages, asked.prompt_ids(messages), asked.sampling(0))
    for _ in asked.engine.generate([request]):
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


def generated(store: Store, asked: str) -> int:
    """The tokens that are stored of all responses, where their ids are known."""
    return sum(s.tokens for s in store.spent() if (s.stage, s.source) == ("generate", asked))


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
    made = rows(enough, base.chat, limit, config.reasoning)
    return time_steps(made, base.model, config, STEPS, scratch)


def target(run: Run, base: Answerer) -> Work:
    """The work of measuring the base on the test rows: its answers, and their verdicts."""
    sampling = run.recipe.measured
    warm_up(base.question("test", BASE, lambda _: sampling, lambda e: e.prompt), run.store)
    made = measured(partial(measure_target, run, base, BASE))
    prompts = [base.chat.prompt_ids(entry.example.prompt) for entry in run.store.entries("test")]
    asked = Work(len(prompts), sum(map(len, prompts)), generated(run.store, BASE))
    return asked + replace(made, requests=0)


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
