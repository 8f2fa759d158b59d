"""Walking the ladders: ask a source, judge what it said, ask the next where that failed.

Each function does what is missing and can be called again. Methods share everything: a response
is made and judged once, however many ladders it stands on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..errors import InputError
from ..generate import Replay
from ..judge import options_text, registry
from ..methods import Ladder
from ..progress import console
from ..recipe import JudgeConfig
from ..records import Source
from ..rewrite import Paraphrase, without_leaks
from ..select import Missing, walk
from ..store import Entry
from ._answerer import Sources
from ._collect import Question, answer, judge
from ._mixture import write_mixture
from ._rundir import Run

ASKED: tuple[Source, ...] = ("self", "paraphrase")
"""The sources that a model has to be asked for."""


def generate(run: Run, sources: Sources) -> None:
    """Ask for the responses that stand first on the methods' ladders."""
    for source in _missing(run):
        _ask(run, sources, source)


def decide(run: Run, sources: Sources) -> None:
    """Walk every method's ladder to its end, asking further sources where it is needed."""
    config = run.recipe.judge
    decider = registry.make(config.name, config.options, ledger=run.ledger)
    while missing := _missing(run):
        for source in missing:
            total = _ask(run, sources, source)
            filtered = without_leaks(decider) if source == "paraphrase" else decider
            judge(run.store, "train", source, filtered, judge_name(run.recipe.judge), total)
    for method in run.recipe.methods:
        if not _walked(run, method):
            run.store.set_fact(f"walked: {method}", "yes")


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
            generator=recipe.generator or recipe.generate.engine,
            judge=judge_name(recipe.judge),
            chat=sources.base.chat if sources.base else None,
        )
        named = [name for name in (*ASKED, "gold", "dropped") if name in counts]
        console.print(f"mixture {method}: " + ", ".join(f"{counts[n]:,} {n}" for n in named))


def judge_name(config: JudgeConfig) -> str:
    """The judge as it is written into records: ``math(timeout=2)``."""
    return options_text(config.name, config.options)


def _walked(run: Run, method: str) -> bool:
    return run.store.fact(f"walked: {method}") is not None


def _missing(run: Run) -> list[Source]:
    """The sources that some example waits for, over all methods."""
    waited_for: set[Source] = set()
    for _, sources in _waiting(run):
        waited_for |= sources
    return [source for source in ASKED if source in waited_for]


def _waiting(run: Run) -> Iterator[tuple[Entry, set[Source]]]:
    """The examples for which some ladder cannot be walked further, and what it waits for."""
    names = [method for method in run.recipe.methods if not _walked(run, method)]
    ladders: list[Ladder] = [run.recipe.ladder(name) for name in names]
    for entry in run.store.entries("train", ASKED) if ladders else ():
        outcomes = [walk(entry.example, ladder, entry.candidates) for ladder in ladders]
        sources = {outcome.source for outcome in outcomes if isinstance(outcome, Missing)}
        if sources:
            yield entry, sources


def _ask(run: Run, sources: Sources, source: Source) -> int:
    """Ask a source about all that wait for it; how many responses they then have."""
    sources.check(source)
    replay = sources.replay if source == "self" else None
    if replay is not None:
        question = _replayed(run, replay)
    else:
        question = _asked_of_model(run, sources, source)

    def waiting() -> Iterator[Entry]:
        return (entry for entry, missing in _waiting(run) if source in missing)

    total = sum(question.samples(entry.example) for entry in waiting())
    answer(run.store, question, waiting(), total)
    if replay is not None and replay.missing:
        console.print(f"examples without a response in the file: {replay.missing:,}")
        replay.missing = 0
    return total


def _asked_of_model(run: Run, sources: Sources, source: Source) -> Question:
    generate, paraphrase = run.recipe.generate, run.recipe.paraphrase
    sampling, n = generate.sampling, generate.n
    prompt = (lambda example: example.prompt) if source == "self" else None
    if prompt is None:
        sampling, n = replace(sampling, temperature=paraphrase.temperature), paraphrase.n
        prompt = Paraphrase(paraphrase.prompt).messages
    base, server = sources.base, sources.server
    if server is None:
        assert base is not None
        _pin(run, "base model", base.fingerprint)
        return base.question("train", source, sampling, prompt, n)
    _pin(run, "model on the server", server.fingerprint)
    return Question(
        split="train",
        asked=source,
        engine=server,
        fingerprint=server.fingerprint,
        sampling=sampling,
        messages=prompt,
        prompt_ids=base.chat.prompt_ids if base else (lambda _: ()),
        samples=lambda _: n,
    )


def _replayed(run: Run, replay: Replay) -> Question:
    _pin(run, "replayed file", replay.fingerprint)

    return Question(
        split="train",
        asked="self",
        engine=replay,
        fingerprint=replay.fingerprint,
        sampling=run.recipe.generate.sampling,
        messages=lambda example: example.prompt,
        prompt_ids=lambda _: (),
        samples=lambda example: max(1, replay.samples(example)),
    )


def _pin(run: Run, what: str, fingerprint: str) -> None:
    """Refuse to go on with a model or file whose content changed since the run began."""
    known = run.store.fact(what)
    if known is None:
        run.store.set_fact(what, fingerprint)
    elif known != fingerprint:
        remedy = "Put the former one back, or choose another --out."
        raise InputError(str(run.path), f"the {what} has changed since this run began", remedy)
