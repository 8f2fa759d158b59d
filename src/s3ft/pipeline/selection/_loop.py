"""Walking the ladders: ask a source, judge what it said, and ask again or the next if it failed.

What is asked next follows from what the store holds alone, and a round of samples is made and
judged whole before the next. So a run that was stopped at any moment asks for the very batches that
an undisturbed one would have. Methods share everything: a response is made and judged once, however
many ladders it stands on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ...judges import Judge, on_ray, options_text, registry, without_leaks
from ...ladder import PICKS, Missing, walk
from ...progress import console
from ...recipe import JudgeConfig
from ...records import ASKED, Source
from ...store import Entry
from .._answerer import Sources
from ..rundir import Run
from ._fill import answer
from ._fill import judge as judge_responses
from ._guard import Guard
from ._mixture import write_mixture
from ._question import on_ladders, question, rounds
from ._solved import Tally


def generate(run: Run, sources: Sources) -> None:
    """Ask for the first round of the responses that stand first on the methods' ladders."""
    for pending in pending_rounds(run, sources, begin=True).values():
        ask(run, sources, pending)


def decide(run: Run, sources: Sources) -> None:
    """Walk every method's ladder to its end, asking again and asking further where it is needed."""
    methods = _unwalked(run)
    if not methods:
        return
    decider = judge_of(run, run.recipe.judge)
    for source in on_ladders(run.recipe, methods):
        # What a stopped run left: the rest of a round that was begun, then of its verdicts.
        begun = pending_rounds(run, sources) if run.store.unjudged("train", source) else {}
        if source in begun:
            ask(run, sources, begun[source])
        judge(run, source, decider)
    while pending := pending_rounds(run, sources):
        # One source at a time, so that of all that will wait for the next none is asked early.
        source = next(iter(pending))
        ask(run, sources, pending[source])
        judge(run, source, decider)
    for method in methods:
        run.store.set_metadata(f"walked: {method}", "yes")


def select(run: Run, sources: Sources) -> None:
    """Write the mixture of every method that has none yet."""
    recipe = run.recipe
    for method in recipe.methods:
        if run.mixture(method).exists():
            continue
        counts = write_mixture(
            run.store,
            method,
            recipe.ladder(method),
            run.mixture(method),
            pick=PICKS[recipe.generate.pick],
            generator=recipe.generator or recipe.generate.engine,
            judge=judge_name(recipe.judge),
            chat=sources.base.chat if sources.base else None,
        )
        named = [name for name in (*ASKED, "gold", "dropped") if name in counts]
        console.print(f"mixture {method}: " + ", ".join(f"{counts[n]:,} {n}" for n in named))


def judge_name(config: JudgeConfig) -> str:
    """The judge as it is written into records: ``math(timeout=2)``."""
    return options_text(config.name, config.options)


def judge_of(run: Run, config: JudgeConfig) -> Judge:
    """A judge of the run, in the workers of a cluster where the recipe names one.

    What keeps a model's replies stays here, with the run's cache: they are paid for once, and its
    budget is one. It asks a server, or is made of other judges that may.
    """
    ray = run.recipe.ray
    if ray is not None and registry.is_stateless(config.name):
        return on_ray(ray, partial(registry.make, config.name, config.options))
    return registry.make(config.name, config.options, cache=run.cache)


def judge(run: Run, source: Source, decider: Judge) -> None:
    """Judge whatever a source said that has no verdict yet."""
    filtered = without_leaks(decider) if source == "paraphrase" else decider
    name = judge_name(run.recipe.judge)
    guard = _guard(run, source)
    judge_responses(run.store, "train", source, filtered, name, _others(source), guard=guard)


@dataclass(slots=True)
class Pending:
    """A round of samples that a source is to be asked for: for so many prompts, some of it there.

    ``number`` counts rounds from 0; ``most`` are the samples that a prompt has when it is over.
    """

    source: Source
    number: int
    prompts: int = 0
    samples: int = 0
    there: int = 0
    most: int = 0


def pending_rounds(run: Run, sources: Sources, *, begin: bool = False) -> dict[Source, Pending]:
    """The next round of every source that some ladder waits for, in the order of `ASKED`.

    Where a run was stopped, prompts may wait for different rounds of a source: the earliest is the
    next.

    Args:
        begin: look no further than the first round of each ladder's first source.
    """
    pending: dict[Source, Pending] = {}
    for entry, missing in _waiting(run, sources, begin=begin):
        for source, (number, samples) in missing.items():
            here = pending.setdefault(source, Pending(source, number))
            if number < here.number:
                here = pending[source] = Pending(source, number)
            if number == here.number:
                here.prompts += 1
                here.samples += samples
                here.there += samples - len(entry.lacking(source, samples))
                here.most = max(here.most, samples)
    return {source: pending[source] for source in ASKED if source in pending}


def ask(run: Run, sources: Sources, pending: Pending) -> None:
    """Ask for what is not there of a round."""
    source = pending.source
    asked = question(run, sources, source)
    if pending.there == pending.samples:
        return

    def wanted() -> Iterator[tuple[Entry, int]]:
        for entry, missing in _waiting(run, sources):
            number, samples = missing.get(source, (None, 0))
            if number == pending.number:
                yield entry, samples

    tally = Tally(run.store, "train", source, _others(source))
    note = f"up to {pending.most} samples, {tally}" if pending.most > 1 else ""
    guard = _guard(run, source)
    answer(run.store, asked, wanted(), pending.samples, pending.there, note, guard=guard)
    replay = sources.replay
    if replay is not None and replay.missing:
        console.print(f"examples without a response in the file: {replay.missing:,}")
        replay.missing = 0


def _waiting(
    run: Run, sources: Sources, *, begin: bool = False
) -> Iterator[tuple[Entry, dict[Source, tuple[int, int]]]]:
    """The examples for which some ladder cannot be walked further, and what they wait for.

    By source the number of the round, and of the samples that there will be then.
    """
    ladders = [run.recipe.ladder(method) for method in _unwalked(run)]
    if begin:
        ladders = [ladder[:1] for ladder in ladders]
    rounds_of = rounds(run, sources)
    for entry in run.store.entries("train", ASKED) if ladders else ():
        own = rounds_of(entry.example)
        if begin:
            own = {source: steps[:1] for source, steps in own.items()}
        outcomes = (walk(entry.example, ladder, entry.candidates, rounds=own) for ladder in ladders)
        missing = {
            o.source: (own[o.source].index(o.samples), o.samples)
            for o in outcomes
            if isinstance(o, Missing)
        }
        if missing:
            yield entry, missing


def _guard(run: Run, source: Source) -> Guard:
    replayed = source == "self" and run.recipe.generate.engine == "replay"
    samples = 1 if replayed else run.recipe.rounds(source)[-1]
    return Guard(run.store, run.recipe, "train", source, samples=samples)


def _others(source: Source) -> list[Source]:
    return [other for other in ASKED if other != source]


def _unwalked(run: Run) -> list[str]:
    return [
        method for method in run.recipe.methods if run.store.metadata(f"walked: {method}") is None
    ]
