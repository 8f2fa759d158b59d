"""``llm``: does a language model find the response correct, given the reference?

A prompt, a model and a reading of its reply, one response at a time. The model answers behind an
endpoint, in words, or is loaded here and compared on one: whether its next token is yes or no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ...embedded import DEFAULT_WORLD, embedded
from ...generate import OpenAIEngine
from ...recipe import Endpoint, Model
from ...records import Case, Sampling, Verdict, VerdictCode
from .._base import Judge, malformed, screened, shorten, stateful
from .._cache import ReplyCache
from ._canaries import with_canaries
from ._content import says_nothing
from ._next_token import NextToken
from ._prompt import DEFAULT, JudgePrompt, PromptGap, ShownCase
from ._reply import SCHEMA
from ._votes import EndpointJudge

VOTING = 0.7
"""The temperature at which several votes are asked for, unless another is given."""

WINDOW = 16
"""So many batches of a local model are sorted by length together."""

Group = TypeVar("Group", bound=BaseModel)


@stateful
def llm(
    *,
    model: str | Mapping[str, Any] | None = None,
    openai: Mapping[str, Any] | None = None,
    prompt: str | None = None,
    votes: int = 1,
    temperature: float | None = None,
    max_new_tokens: int = 512,
    batch_size: int = 32,
    canaries: float = 0.05,
    cache: ReplyCache | None = None,
) -> Judge:
    """Judges by asking a language model, shown the conversation, the gold and the response.

    Empty responses, and those that only announce an answer, are rejected without asking.

    Args:
        model: a model to load here, as in a recipe; default: the embedded one, unless ``openai``
            is given.
        openai: an endpoint to ask instead, as in a recipe's ``generate.openai``.
        prompt: a Jinja file in place of the package's own.
        votes: how often an endpoint is asked about each case; more than half must agree.
        temperature: of an endpoint's replies; default: 0, with several votes 0.7.
        max_new_tokens: of an endpoint's reply, its reasoning included.
        batch_size: rows that a local model reads at once.
        canaries: the share of cases to which a known-wrong response is added.
        cache: where replies and canaries are kept; default: in memory.

    Raises:
        ValueError: an option is out of range.
        InputError: there is no such model or prompt, or the endpoint's key is not set.
    """
    if votes < 1 or max_new_tokens < 1 or batch_size < 1 or not 0 <= canaries <= 1:
        raise ValueError(
            "votes, max_new_tokens and batch_size must be 1 or more, canaries from 0 to 1"
        )
    cache = ReplyCache() if cache is None else cache
    if not isinstance(cache, ReplyCache):
        raise ValueError("cache is no option of a recipe: a run keeps its own")
    judge: Judge
    if openai is None:
        if votes > 1 or temperature is not None:
            raise ValueError("votes and temperature need an endpoint: a next token has neither")
        named = {"id": model} if isinstance(model, str) else model or {"id": DEFAULT_WORLD}
        config = _group(Model, named, "model")
        path = Path(prompt) if prompt else _own_prompt(config)
        shown = JudgePrompt(path, direct=True)
        judge = _LocalJudge(NextToken(config, batch_size), shown, batch_size)
    else:
        if model is not None:
            raise ValueError("model and openai exclude each other: name openai.model")
        if temperature is None:
            temperature = VOTING if votes > 1 else 0.0
        if votes > 1 and temperature <= 0:
            raise ValueError("several votes need a temperature above 0")
        # A response that is quoted in the reply may hold the mark that ends a thought.
        engine = OpenAIEngine(
            _group(Endpoint, openai, "openai"),
            schema=SCHEMA,
            where="judge 'llm': openai",
            split_reasoning=False,
        )
        shown = JudgePrompt(Path(prompt) if prompt else DEFAULT, direct=False)
        sampling = Sampling(temperature=temperature, max_new_tokens=max_new_tokens)
        judge = EndpointJudge(engine, shown, sampling, votes, cache)
    return screened(with_canaries(judge, cache, canaries), says_nothing)


class _LocalJudge:
    """Asks a model that is loaded here for its next token."""

    def __init__(self, model: NextToken, prompt: JudgePrompt, batch_size: int) -> None:
        self._model, self._prompt = model, prompt
        self._window = WINDOW * batch_size

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        todo = iter(cases)
        while window := list(islice(todo, self._window)):
            filled: list[tuple[Case, ShownCase]] = []
            for case in window:
                try:
                    filled.append((case, self._prompt.fill(case)))
                except PromptGap as error:
                    yield malformed(case.key, str(error))
            answers = self._model.ask([shown.messages for _, shown in filled]) if filled else []
            for (case, _), answer in zip(filled, answers, strict=True):
                yield _by_probability(case, answer)

    def close(self) -> None:
        self._model.close()


def _by_probability(case: Case, yes: float | str) -> Verdict:
    said = shorten(case.response)
    if isinstance(yes, str):
        return Verdict(case.key, "unknown", said, yes, VerdictCode.ERROR)
    if yes == 0.5:
        reason = "yes and no are as likely"
        return Verdict(case.key, "unknown", said, reason, VerdictCode.UNDECIDED)
    if yes > 0.5:
        return Verdict(case.key, "correct", said, f"yes, p = {yes:.3f}", VerdictCode.YES)
    return Verdict(case.key, "incorrect", said, f"no, p = {1 - yes:.3f}", VerdictCode.NO)


def _own_prompt(model: Model) -> Path:
    """The prompt that a model was made for: the embedded one knows only its own."""
    world = embedded(model.id)
    return DEFAULT if world is None else world.JUDGE_PROMPT


def _group(kind: type[Group], given: Mapping[str, Any], name: str) -> Group:
    """A recipe's group of keys, made of an option.

    Raises:
        ValueError: naming the keys that are wrong.
    """
    if not isinstance(given, Mapping):
        raise ValueError(f"{name} must be a mapping: {', '.join(kind.model_fields)}")
    try:
        return kind(**given)
    except ValidationError as error:
        wrong = [
            f"{'.'.join([name, *map(str, detail['loc'])])}: {detail['msg']}"
            for detail in error.errors()
        ]
        raise ValueError("; ".join(wrong)) from None
