"""Walking the ladders: ask a rung, judge what it said, and ask again or the next if it failed.

What is asked next follows from what the store holds alone, and a round of samples is made and
judged whole before the next. So a run that was stopped at any moment asks for the very batches that
an undisturbed one would have. Methods share everything: a response is made and judged once, however
many ladders it stands on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...judges import without_leaks
from ...ladder import REPLAY, Method, Missing, Rounds, Rung, walk
from ...progress import console
from ...records import Example
from ...store import Entry
from ._fill import answer
from ._fill import judge as judge_responses
from ._guard import Guard
from ._mixture import replay_state, write_mixture
from ._overruled import take_overrulings
from ._solved import Solved
from ._source import rung_source
from ._weigh import weigh, weigh_golds

if TYPE_CHECKING:
    from ..rundir import Run


@dataclass(slots=True)
class Round:
    """A round of samples that a rung is to be asked for.

    Args:
        number: of the round, from 0.
        prompts: for how many prompts.
        samples: how many samples these are to have in all, and how many are ``stored``.
        at_most: samples that a single prompt has when it is over.
    """

    rung: Rung
    number: int
    prompts: int = 0
    samples: int = 0
    stored: int = 0
    at_most: int = 0


def generate(run: Run) -> None:
    """Ask for the first round of the responses that stand first on the methods' ladders."""
    for pending in pending_rounds(run, begin=True):
        ask(run, pending)


def decide(run: Run, train: Callable[[Run, str], None]) -> None:
    """Walk every method's ladder to its end, asking again and asking further where it is needed.

    Args:
        train: makes the model of a first round, by the training's name, unless it is there.
    """
    take_overrulings(run)
    methods = _unwalked(run)
    if not methods:
        return
    weigh_golds(run)
    for rung in run.recipe.rungs_to_ask(methods):
        # What a stopped run left: the rest of a round that was begun, then of its verdicts.
        if run.store.unjudged("train", rung.name):
            for pending in pending_rounds(run):
                if pending.rung.name == rung.name:
                    ask(run, pending)
        judge(run, rung)
        weigh(run, rung)
    # One rung at a time, so that of all that will wait for the next none is asked early.
    while waiting := pending_rounds(run):
        if waiting[0].rung.of:
            train(run, waiting[0].rung.of)
        ask(run, waiting[0])
        judge(run, waiting[0].rung)
        weigh(run, waiting[0].rung)
    for method in methods:
        run.store.set_metadata(f"walked: {method}", "yes")


def select(run: Run) -> None:
    """Write the mixture of every method that has none yet, or one with other general rows."""
    recipe, replayed = run.recipe, replay_state(run.store)
    for method in recipe.methods:
        mixed_in = f"replay in {method}"
        if run.mixture(method).exists() and (run.store.metadata(mixed_in) or "") == replayed:
            continue
        write(run, method, recipe.method(method))
        run.store.set_metadata(mixed_in, replayed)


def write(run: Run, name: str, method: Method) -> dict[str, int]:
    """Write a mixture under a name, of ladders that are walked; its rows by source."""
    counts = write_mixture(
        run.store,
        name,
        method,
        run.mixture(name),
        shown_more={rung.name for rung in method.rungs if _shows_more(run, rung)},
        generator=run.recipe.generator or run.recipe.generate.engine,
        judge=run.judge_name(run.recipe.judge),
        chat=run.base.chat if run.base.exists else None,
    )
    order = (*(rung.name for rung in method.rungs), "dropped", REPLAY)
    told = ", ".join(f"{counts[source]:,} {source}" for source in order if source in counts)
    console.print(f"mixture {name}: {told}")
    return counts


def judge(run: Run, rung: Rung) -> None:
    """Judge whatever a rung gave that has no verdict yet."""
    decider = run.judge(run.recipe.judge)
    if (prompt := run.prompt(rung)) is not None:
        decider = without_leaks(decider, prompt)
    name, others = run.judge_name(run.recipe.judge), _others(run, rung)
    judge_responses(run.store, "train", rung.name, decider, name, others, guard=_guard(run, rung))


def pending_rounds(run: Run, *, begin: bool = False) -> list[Round]:
    """The next round of every rung that some ladder waits for, in the order of the ladders.

    Where a run was stopped, prompts may wait for different rounds of a rung: the earliest is the
    next.

    Args:
        begin: look no further than the first round of each ladder's first rung.
    """
    pending: dict[str, Round] = {}
    rungs = {rung.name: rung for rung in run.recipe.rungs_to_ask()}
    for entry, missing in _waiting(run, begin=begin):
        for name, (number, samples) in missing.items():
            this = pending.setdefault(name, Round(rungs[name], number))
            if number < this.number:
                this = pending[name] = Round(rungs[name], number)
            if number == this.number:
                this.prompts += 1
                this.samples += samples
                this.stored += samples - len(entry.lacking(name, samples))
                this.at_most = max(this.at_most, samples)
    return [pending[name] for name in rungs if name in pending]


def ask(run: Run, pending: Round) -> None:
    """Ask for what is not stored of a round."""
    rung = pending.rung
    source = rung_source(run, rung)
    if pending.stored == pending.samples:
        return

    def wanted() -> Iterator[tuple[Entry, int]]:
        for entry, missing in _waiting(run):
            number, samples = missing.get(rung.name, (None, 0))
            if number == pending.number:
                yield entry, samples

    solved = Solved(run.store, "train", rung.name, _others(run, rung))
    note = f"up to {pending.at_most} samples, {solved}" if pending.at_most > 1 else ""
    guard = _guard(run, rung)
    if rung.of and not run.base.elsewhere:  # one copy of the weights at a time
        run.base.free()
    answer(run.store, source, wanted(), pending.samples, pending.stored, note, guard=guard)
    if rung.of and not run.base.elsewhere:
        source.model.free()
    replay = run.base.replay(rung)
    if replay is not None and replay.missing:
        console.print(f"examples without a response in the file: {replay.missing:,}")
        replay.missing = 0


def rounds_of(run: Run) -> Callable[[Example], Mapping[str, Rounds]]:
    """An example's rounds, by the rungs that are asked; a file's responses come all at once."""
    rungs = run.recipe.rungs_to_ask()
    rounds = {rung.name: rung.rounds for rung in rungs}
    replays = {rung.name: replay for rung in rungs if (replay := run.base.replay(rung))}
    if not replays:
        return lambda _: rounds

    def of(example: Example) -> Mapping[str, Rounds]:
        samples = {name: (max(1, replay.samples(example)),) for name, replay in replays.items()}
        return rounds | samples

    return of


def _waiting(
    run: Run, *, begin: bool = False
) -> Iterator[tuple[Entry, dict[str, tuple[int, int]]]]:
    """The examples for which some ladder cannot be walked further, and what they wait for.

    By rung the number of the round, and of the samples that there will be then.
    """
    methods = [run.recipe.method(name) for name in _unwalked(run)]
    if begin:
        methods = [replace(method, rungs=method.rungs[:1]) for method in methods]
    names = [rung.name for rung in run.recipe.rungs_to_ask()]
    rounds = rounds_of(run)
    for entry in run.store.entries("train", names) if methods else ():
        own = rounds(entry.example)
        if begin:
            own = {name: steps[:1] for name, steps in own.items()}
        outcomes = (
            walk(
                entry.example,
                method,
                entry.candidates,
                rounds=own,
                gold_logprobs=entry.gold_logprobs,
            )
            for method in methods
        )
        missing = {
            outcome.rung: (own[outcome.rung].index(outcome.samples), outcome.samples)
            for outcome in outcomes
            if isinstance(outcome, Missing)
        }
        if missing:
            yield entry, missing


def _guard(run: Run, rung: Rung) -> Guard:
    samples = 1 if run.base.replay(rung) else rung.rounds[-1]
    return Guard(run.store, run.recipe, "train", rung.name, samples=samples, again=bool(rung.of))


def _shows_more(run: Run, rung: Rung) -> bool:
    prompt = run.prompt(rung)
    return prompt is not None and prompt.shows_more


def _others(run: Run, rung: Rung) -> list[str]:
    """The other rungs, which may have solved prompts too."""
    return [other.name for other in run.recipe.rungs_to_ask() if other.name != rung.name]


def _unwalked(run: Run) -> list[str]:
    methods = run.recipe.methods
    return [m for m in methods if run.store.metadata(f"walked: {m}") is None]
