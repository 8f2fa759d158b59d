"""The nouns of the whole library: frozen, typed, and nothing but data.

    Example -> Request -> Response -> Case -> Verdict -> Target

An example is a training pair. A request asks a model about it, a response is what the model said,
a case puts that before a judge, a verdict is the judge's word, a target is the row to train on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal, NotRequired, TypedDict

Label = Literal["correct", "incorrect", "unknown"]
FinishReason = str
"""How a response ended. ``stop``: by the model itself. ``length``: cut at the token limit.
``thinking``: within its reasoning. From servers and files there are also ``content_filter``,
``refusal``, ``tool_calls`` and ``abort``, and a server's own word where it is none of these. Where
there is no answer at all: ``no_choices``, ``too_long`` (the prompt has no room in the model), and
``unmatched`` (a file has no row for it)."""


class VerdictCode(StrEnum):
    """Why a verdict is what it is, for code to act on; `Verdict.reason` tells people."""

    EQUAL = "equal"
    """The answer is an accepted one."""
    DIFFERS = "differs"
    """The answer is another than all that are accepted."""
    ABSTAINS = "abstains"
    """The response does not answer, rightly or wrongly."""
    PASSES = "passes"
    """The program passes its tests."""
    FAILS = "fails"
    """The program fails a test, takes too long, or cannot be run."""
    UNREADABLE = "unreadable"
    """No answer could be read out of the response."""
    CUT = "cut"
    """The response was not ended by the model itself: see its finish reason."""
    EMPTY = "empty"
    """The response says nothing."""
    LEAK = "leak"
    """The response speaks of what the trained model will not be shown."""
    MALFORMED = "malformed"
    """The row lacks what the judge needs, or is none; it is at fault, not the response."""
    BAD_GOLD = "bad_gold"
    """The row's gold is no answer, or fails its own tests: no response can be judged by it."""
    TIMEOUT = "timeout"
    """The judge did not come to an end in time."""
    ERROR = "error"
    """The judge itself failed, or what it asks did."""
    UNDECIDED = "undecided"
    """The judge worked, and could not tell: split votes, tests that prove nothing."""
    YES = "yes"
    """A model that judges, or a reward function, says so."""
    NO = "no"
    """A model that judges, or a reward function, denies it."""
    NONE = ""
    """Not told, as by judges of one's own."""


class Message(TypedDict):
    """One turn of a chat, as transformers' chat templates take it.

    ``reasoning_content`` is what the assistant thought before it said ``content``. The functions
    that it may call are ``tools`` of one turn of a prompt, the first; its calls are ``tool_calls``,
    and what they returned are turns of role ``tool``; all in OpenAI's form, but for the arguments,
    which are a mapping.
    """

    role: str
    content: str
    reasoning_content: NotRequired[str]
    tools: NotRequired[list[dict[str, Any]]]
    tool_calls: NotRequired[list[dict[str, Any]]]
    tool_call_id: NotRequired[str]
    name: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Example:
    """A training pair: what is asked and the gold answer.

    ``prompt`` are the turns before the answer; its last turn is the user's, or what a function
    returned. ``meta`` holds every other column of the row, which judges and prompts may name
    (``answer``, ``tests``, ...). ``reasoning`` is what the data thinks before ``completion``, empty
    where it does not. ``calling`` is the gold's turn where it calls functions, until a chat
    template has written it as ``completion`` (`Chat.written`).
    """

    id: str
    prompt: tuple[Message, ...]
    completion: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    reasoning: str = ""
    calling: Message | None = None

    @property
    def accepted(self) -> tuple[str, ...]:
        """The accepted answers: the row's own list where the data name one, else the completion."""
        named: Any = self.meta.get("gold")
        return tuple(named) if isinstance(named, list) and named else (self.completion,)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model is to answer. Temperature 0 is greedy decoding."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    max_new_tokens: int = 512


@dataclass(frozen=True, slots=True)
class Request:
    """One answer wanted from a model.

    ``key`` identifies it by content (see `response_key`); ``seed`` is the sample's own, so that
    the answer does not depend on the batch it is made in, and is not used when decoding greedily.
    ``example_id`` and ``sample`` tell an engine that looks answers up what is asked for.
    """

    key: str
    messages: tuple[Message, ...]
    prompt_ids: tuple[int, ...]
    sampling: Sampling
    seed: int = 0
    example_id: str = ""
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """What a model said to a request.

    ``text`` is its answer, and ``reasoning`` what it thought before (see `s3ft.reasoning`).
    ``token_ids`` are the very ids it produced, of reasoning and answer with the stop token, or None
    where the engine knows only the text. ``logprob`` is the sum of their log-probabilities (nats,
    untempered) under that model. ``finish_reason`` says how it ended.
    """

    key: str
    text: str
    token_ids: tuple[int, ...] | None = None
    finish_reason: FinishReason = "stop"
    logprob: float | None = None
    engine: str = ""
    reasoning: str = ""

    @property
    def whole(self) -> bool:
        """Whether the model ended it itself, after whatever reasoning there was."""
        return self.finish_reason == "stop"


@dataclass(frozen=True, slots=True)
class Case:
    """One response put before a judge, with all that a judge may know.

    ``gold`` are the accepted answers, the first being the reference.
    """

    key: str
    prompt: tuple[Message, ...]
    response: str
    gold: tuple[str, ...]
    finish_reason: FinishReason = "stop"
    meta: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, example: Example, response: Response) -> Case:
        """A response to an example, with the example's accepted answers.

        Where these are not the completion, it stands beside them, as in a row of a file.
        """
        meta = example.meta
        if example.accepted != (example.completion,):
            meta = {**meta, "completion": example.completion}
        gold, reason = example.accepted, response.finish_reason
        return cls(key, example.prompt, response.text, gold, reason, meta)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's word on the case of the same key, the answer it read out, and why.

    ``unknown`` is the judge's own failure; it is retried, and never counts as either of the others.
    ``code`` says why in a word that may be acted on; ``reason`` is for people: nothing reads it.
    ``overruled_by`` is the person whose word it is, where one overruled the judge.
    """

    key: str
    label: Label
    answer: str | None = None
    reason: str = ""
    code: VerdictCode = VerdictCode.NONE
    overruled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A response offered to a ladder, with its verdict once there is one.

    ``source`` is who answered: a rung of a ladder, or the label of a model that is measured.
    ``sample`` numbers the samples of one. ``base_logprobs`` is how likely the base finds each of
    its tokens behind the example's own prompt (nats), where somebody wanted to know.
    """

    source: str
    sample: int
    response: Response
    verdict: Verdict | None = None
    base_logprobs: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A row to train on, and why it is what it is.

    ``token_ids`` is set where the model produced the completion itself, and where there is a
    ``loss_mask``, which says of each of them whether it is trained (1) or not (0); ``reason`` tells
    why the rungs before ``source`` on the ladder were passed over. ``base_logprob`` is the
    log-probability of the whole under the base behind ``prompt`` (nats), ``base_logprobs`` that of
    each token. ``answers`` are the texts that may be its final answer: as the judge read it, then
    those that are accepted.
    """

    example_id: str
    source: str
    reason: str
    prompt: tuple[Message, ...]
    completion: str
    token_ids: tuple[int, ...] | None = None
    generator: str | None = None
    judge: str | None = None
    base_logprob: float | None = None
    num_tokens: int | None = None
    reasoning: str = ""
    loss_mask: tuple[int, ...] | None = None
    base_logprobs: tuple[float, ...] | None = None
    answers: tuple[str, ...] = ()


def content_hash(*parts: Any) -> str:
    """A stable 32-digit hexadecimal hash of JSON-serialisable values."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def response_key(model: str, prompt_ids: tuple[int, ...], sampling: Sampling, seed: int) -> str:
    """The identity of a response: change any part and it is another, change none and it is not.

    Args:
        model: the model's fingerprint (its weights and revision, not its name).
        seed: the sample's seed; ignored when decoding greedily, where all samples are one.
    """
    return content_hash(
        model, list(prompt_ids), asdict(sampling), seed if sampling.temperature > 0 else 0
    )
