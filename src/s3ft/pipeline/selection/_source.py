"""Who answers about a split, and the requests that are put to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import InputError
from ...generate import Engine
from ...ladder import ATTEMPTED, Rung, RungPrompt, likeliest, likelihood, no_likelihood
from ...recipe import Recipe
from ...records import Example, Message, Request, Response, Sampling, content_hash, response_key
from ...store import Entry, Place
from .._model import RunModel

if TYPE_CHECKING:
    from ..rundir import Run


@dataclass(frozen=True, slots=True)
class Source:
    """A rung of the ladders, asked about the train split, or a model that is measured on the test
    split.

    Args:
        name: what stands with its responses in the store: the rung's name, or the model's label.
        identity: the hash by which the responses of what answers are known.
        rung: None where a model is measured.
        prompt: what is put to the model; None: the example's own prompt.
        measured: how a measured model answers.
        needs_likelihood: whether its responses must have log-probabilities.
    """

    split: str
    name: str
    model: RunModel
    identity: str
    rung: Rung | None = None
    prompt: RungPrompt | None = None
    measured: Sampling | None = None
    needs_likelihood: bool = False

    @property
    def engine(self) -> Engine:
        """What answers; no weights are loaded before it is asked for."""
        engine = self.model.engine(self.rung)
        return WithLikelihood(engine) if self.needs_likelihood else engine

    @property
    def shows(self) -> list[str]:
        """The sources whose responses its prompt shows: entries come with their candidates."""
        return [ATTEMPTED] if self.prompt is not None and self.prompt.shows_attempt else []

    def requests(self, entry: Entry, samples: int) -> Iterator[tuple[Place, Request]]:
        """Requests for the samples that an entry lacks of so many, and where they belong."""
        missing = entry.lacking(self.name, samples)
        if not missing:
            return
        messages = self.messages(entry)
        prompt_ids = self.prompt_ids(messages)
        for sample in missing:
            place = Place(self.split, entry.position, self.name, sample)
            yield place, self._request(entry.example, messages, prompt_ids, sample)

    def first_request(self, entry: Entry) -> Request:
        """The request for an entry's first sample, whether there is one or not."""
        messages = self.messages(entry)
        return self._request(entry.example, messages, self.prompt_ids(messages), 0)

    def messages(self, entry: Entry) -> tuple[Message, ...]:
        """The chat that is put to the model.

        Raises:
            InputError: the prompt's template names a column that the row does not have.
        """
        example = entry.example
        if self.prompt is None:
            return example.prompt
        return self.prompt.messages(example, example.accepted, _attempt(entry))

    def prompt_ids(self, messages: tuple[Message, ...]) -> tuple[int, ...]:
        """Its token ids; none where a file answers, or a server whose model is not at hand."""
        looked_up = self.rung is not None and self.model.replay(self.rung) is not None
        return () if looked_up or not self.model.exists else self.model.chat.prompt_ids(messages)

    def _request(
        self,
        example: Example,
        messages: tuple[Message, ...],
        prompt_ids: tuple[int, ...],
        sample: int,
    ) -> Request:
        sampling = self.measured if self.rung is None else self.rung.sampling(sample)
        assert sampling is not None
        seed = int(content_hash(example.id, sample)[:15], 16)
        identity = self.identity
        if not prompt_ids:  # what is put to a file, or to a server alone, is told apart by its text
            identity = content_hash(identity, seed, messages)
        key = response_key(identity, prompt_ids, sampling, seed)
        return Request(key, messages, prompt_ids, sampling, seed, example.id, sample)


def rung_source(run: Run, rung: Rung) -> Source:
    """A rung as a source about the train split.

    Raises:
        InputError: there is no model to ask, its prompt is wrong, or what answers or what it is
            asked has changed since the run began.
    """
    model = run.answering(rung)
    what, identity = _identity(model, rung)
    _pin(run, what, identity)
    if (prompt := run.prompt(rung)) is not None:
        _pin(run, f"prompt of {rung.name}", prompt.fingerprint)
    needs = needs_likelihood(run.recipe, rung)
    return Source("train", rung.name, model, identity, rung, prompt, needs_likelihood=needs)


def needs_likelihood(recipe: Recipe, rung: Rung) -> bool:
    """Whether the answers on a rung must come with their likelihood.

    Of answers to other prompts than the example's own the base says it later, behind that one.
    """
    methods = map(recipe.method, recipe.methods)
    return rung.asks_own_prompt and any(
        method.pick is likeliest and rung in method.rungs for method in methods
    )


def measured_source(run: Run, model: RunModel, label: str, split: str = "test") -> Source:
    """A model as a source about the test split, or that of another data set."""
    return Source(split, label, model, model.fingerprint, measured=run.recipe.measured)


def pin_sources(run: Run) -> None:
    """See that what answers, and the prompts of the rungs, are as when the run began.

    Raises:
        InputError: the model, a file of responses, or a prompt is another.
    """
    for rung in run.recipe.rungs_to_ask():
        if not rung.of:
            rung_source(run, rung)


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


def _attempt(entry: Entry) -> str:
    """The model's own failed answer; nothing where it was not asked yet, as when lengths are
    estimated."""
    return next((c.response.text for c in entry.candidates if c.source == ATTEMPTED), "")


def _identity(model: RunModel, rung: Rung) -> tuple[str, str]:
    """What answers on a rung, in words, and the hash by which its responses are known."""
    model.check(rung)
    if (replay := model.replay(rung)) is not None:
        return "replayed file", replay.fingerprint
    if (server := model.server(rung)) is not None:
        return "model on the server", server.fingerprint
    return f"first round's model {rung.of}" if rung.of else "base model", model.fingerprint


def _pin(run: Run, what: str, fingerprint: str) -> None:
    """Refuse to go on with what is not as it was when the run began."""
    known = run.store.metadata(what)
    if known is None:
        run.store.set_metadata(what, fingerprint)
    elif known != fingerprint:
        remedy = "Put the former one back, or choose another --out."
        raise InputError(str(run.path), f"the {what} has changed since this run began", remedy)
