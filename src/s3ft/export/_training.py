"""What a configuration of another trainer is made of, and how its file is written."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from ..recipe import MEMORY_ARGS, Model, Train
from ._template import ChatFacts

TEMPLATE = "chat_template.jinja"
"""The chat template beside the configurations, where they do not take the model's own."""

OUTPUT = "model"
"""Where the other trainer puts what it made, beside its configuration."""

UNCUT = 131_072
"""Tokens of a row, for tools that must be told a number where nothing is to be cut."""

PER_DEVICE, ACCUMULATION = MEMORY_ARGS[:2]


@dataclass(frozen=True, slots=True)
class Training:
    """How a method was trained, or would be.

    ``model`` is a Hub id or a folder's full path, and ``settings`` the recipe's group with that
    name, ``train`` at the point that a sweep chose. ``steps`` are the optimiser's; ``chat`` is what
    the model's tokenizer told, None where it was not at hand.
    """

    name: str
    model: str
    revision: str | None
    settings: Model
    train: Train
    steps: int
    seed: int
    chat: ChatFacts | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What rows hold, counted: ``own`` are those with the model's own token ids, ``thinking`` those
    with reasoning that is trained, ``calling`` those with functions, ``dialogues`` those in which
    the assistant has spoken before."""

    count: int = 0
    own: int = 0
    thinking: int = 0
    calling: int = 0
    dialogues: int = 0


@dataclass(slots=True)
class Written:
    """A configuration in the making: its settings, and what is not the same there."""

    settings: dict[str, Any] = field(default_factory=dict)
    differs: list[str] = field(default_factory=list)

    def text(self, head: str) -> str:
        """The file: a comment that says how it is used and what differs, then YAML."""
        points = [textwrap.fill(f"- {one}", 98, subsequent_indent="  ") for one in self.differs]
        comment = "\n".join([head, *(["Not the same there:", *points] if points else [])])
        said = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
        body = yaml.safe_dump(self.settings, sort_keys=False, allow_unicode=True, width=98)
        return said + body


def template_kwargs(training: Training) -> dict[str, Any]:
    """What the chat template is given beside the messages."""
    told = training.chat.kwargs if training.chat else training.settings.chat_template_kwargs
    return dict(told)


def quantization(training: Training) -> Mapping[str, Any] | None:
    """How the base's weights are packed while an adapter is trained; None: they are not."""
    packed: Mapping[str, Any] | None = training.settings.model_dump().get("quantization")
    return packed


def kept_modules(training: Training) -> list[str]:
    """A sentence where the recipe names modules that are not packed; no other tool takes these."""
    packed = quantization(training)
    named = (packed or {}).get("skip_modules")
    return without_place("model.quantization", ["skip_modules"]) if named else []


def attention(training: Training) -> str | None:
    """Which attention is asked for; None: the library's choice."""
    named: str | None = training.settings.model_dump().get("attn_implementation")
    return named


def precision(training: Training) -> dict[str, bool]:
    """Mixed precision, as transformers' trainers are told."""
    dtype = training.settings.dtype
    return {"bf16": dtype in ("auto", "bfloat16"), "fp16": dtype == "float16"}


def batches(train: Train) -> dict[str, int]:
    """The two settings whose product is the batch of a step: all rows at once, unless told."""
    rows = train.args.get(PER_DEVICE, train.batch_size // train.args.get(ACCUMULATION, 1))
    return {PER_DEVICE: rows, ACCUMULATION: train.batch_size // rows}


def lora_options(train: Train) -> dict[str, Any]:
    """The adapter's settings that are set; none where all weights are trained."""
    if train.lora is None:
        return {}
    return {key: value for key, value in train.lora.model_dump().items() if value not in (None, {})}


def renamed(
    settings: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """Settings under another tool's names, and those for which it has none."""
    known = {names[key]: value for key, value in settings.items() if key in names}
    return known, [key for key in settings if key not in names]


def without_place(group: str, keys: Iterable[str]) -> list[str]:
    """A sentence on settings that another tool has no name for; none where all have one."""
    named = ", ".join(f"{group}.{key}" for key in keys)
    return [f"{named}: there is no such setting, or its meaning is another."] if named else []


def same_for_all(training: Training, rows: Rows) -> list[str]:
    """What differs in any trainer that reads texts."""
    told = []
    if rows.own:
        told.append(
            f"{rows.own:,} of {rows.count:,} completions are the model's own: s3ft trains the token"
            " ids that it produced, here their text is tokenised again."
        )
    if training.train.batch_size > 1:
        told.append(
            f"A step has {training.train.batch_size} rows, all at once, on one device, and as many"
            " more on each further one; s3ft looks how many fit into memory."
        )
    if training.settings.dtype == "auto":
        told.append("The arithmetic is bf16; s3ft takes float32 where the processor has no bf16.")
    return told
