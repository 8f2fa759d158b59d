"""What the ladders' sources are asked: of whom, with which prompt, how often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ...errors import InputError
from ...generate import Engine, ReplayEngine
from ...ladder import Paraphrase, Rounds, likelihood, no_likelihood
from ...recipe import Recipe
from ...records import ASKED, Example, Message, Request, Response, Source
from .._answerer import Sources
from ..rundir._run import Run
from ._fill import Question


def on_ladders(recipe: Recipe, methods: Iterable[str]) -> list[Source]:
    """The sources that have to be asked for some of these methods."""
    named = {rung for method in methods for rung in recipe.ladder(method)}
    return [source for source in ASKED if source in named]


def rounds(run: Run, sources: Sources) -> Callable[[Example], Mapping[Source, Rounds]]:
    """An example's rounds by source; a file's responses come all at once."""
    asked: dict[Source, Rounds] = {source: run.recipe.rounds(source) for source in ASKED}
    replay = sources.replay
    if replay is None:
        return lambda _: asked
    return lambda example: {**asked, "self": (max(1, replay.samples(example)),)}


def question(run: Run, sources: Sources, source: Source) -> Question:
    """What to ask a source about the train split.

    Raises:
        InputError: there is no model to ask, or what answers has changed since the run began.
    """
    asked = _question(run, sources, source)
    if run.recipe.generate.pick == "likeliest":
        asked = replace(asked, engine=WithLikelihood(asked.engine))
    return asked


class WithLikelihood:
    """An engine that must tell how likely its responses are; found out before a night is spent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        return self._engine.name

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        """Raises InputError where none of the first whole responses has a likelihood."""
        known = False
        for batch in self._engine.generate(requests):
            whole = [r for r in batch if r.whole and r.text]
            if whole and not known:
                known = any(likelihood(response) is not None for response in whole)
                if not known:
                    raise no_likelihood(self.name)
            yield batch


def _question(run: Run, sources: Sources, source: Source) -> Question:
    sources.check(source)
    if source == "self" and sources.replay is not None:
        return _replayed(run, sources.replay)
    sampling = run.recipe.sampler(source)
    prompt: Callable[[Example], tuple[Message, ...]] = _own_prompt
    if source == "paraphrase":
        prompt = Paraphrase(run.recipe.paraphrase.prompt).messages
    base, server = sources.base, sources.server
    if server is None:
        assert base is not None
        _pin(run, "base model", base.fingerprint)
        return base.question("train", source, sampling, prompt)
    _pin(run, "model on the server", server.fingerprint)
    return Question(
        split="train",
        source=source,
        engine=server,
        fingerprint=server.fingerprint,
        sampling=sampling,
        messages=prompt,
        prompt_ids=base.chat.prompt_ids if base else (lambda _: ()),
    )


def _own_prompt(example: Example) -> tuple[Message, ...]:
    return example.prompt


def _replayed(run: Run, replay: ReplayEngine) -> Question:
    _pin(run, "replayed file", replay.fingerprint)
    sampling = run.recipe.generate.sampling
    return Question(
        split="train",
        source="self",
        engine=replay,
        fingerprint=replay.fingerprint,
        sampling=lambda _: sampling,
        messages=_own_prompt,
        prompt_ids=lambda _: (),
    )


def _pin(run: Run, what: str, fingerprint: str) -> None:
    """Refuse to go on with a model or file whose content changed since the run began."""
    known = run.store.metadata(what)
    if known is None:
        run.store.set_metadata(what, fingerprint)
    elif known != fingerprint:
        remedy = "Put the former one back, or choose another --out."
        raise InputError(str(run.path), f"the {what} has changed since this run began", remedy)
