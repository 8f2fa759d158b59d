"""The groups of keys in a recipe: model, data, judge and training."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    model_validator,
)

from ._endpoint import Endpoint
from ._marks import Inside, Resume
from ._replay import ReplayRows
from ._strict import Open, Strict

_OR_TEXT = ConfigDict(json_schema_extra={"type": ["object", "string"]})
"""For editors: a text may stand for the group (see `load`)."""


class Quantization(Strict):
    """Weights packed by bitsandbytes when the model is loaded: QLoRA (arXiv 2305.14314)."""

    bits: Literal[4, 8] = 4
    """Bits a weight."""
    type: Literal["nf4", "fp4"] = "nf4"
    """Which values four bits stand for."""
    double_quant: bool = True
    """Of four bits: pack the scales as well."""
    skip_modules: list[str] | None = None
    """Names of linear layers that stay as they are; default: the output layer."""


class Model(Strict):
    """The model that answers, and that is trained; `model: lab` gives its `id`."""

    model_config = _OR_TEXT

    id: str
    """Hub id, a local folder, also of a PEFT adapter, a `.gguf` file, or `lab` for the embedded
    model."""
    gguf_file: str | None = None
    """Which GGUF file of the folder or Hub repository, where it holds several or others."""
    revision: str | None = None
    """Branch, tag or commit on the Hub."""
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    """Weights' precision for generation and evaluation; auto: bf16 where the processor has it."""
    device: Annotated[str, Resume.ANY_TIME] = "auto"
    """`cpu`, `cuda`, `cuda:1`, `mps`; auto: the accelerator where there is one."""
    attn_implementation: Annotated[str | None, Resume.ANY_TIME] = None
    """How transformers computes attention: `eager`, `sdpa`, `flash_attention_2`, ...; default: what
    transformers takes."""
    quantization: Quantization | None = None
    """The model packed, where transformers loads it: for answers, for measuring, and as the frozen
    base of LoRA, which is merged into the weights as they are stored. Null: as they are stored."""
    chat_template: Annotated[str | None, Resume.BEFORE_ANSWERS] = None
    """File with a Jinja chat template that replaces the model's own."""
    chat_template_kwargs: Annotated[dict[str, Any], Resume.BEFORE_ANSWERS] = Field({})
    """Passed to the chat template, such as `{enable_thinking: false}`."""
    date: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    """What a chat template that asks for the date is told, as `"2026-01-31"`; default: the day on
    which the run began."""
    trust_remote_code: bool = False
    """Run code that comes with the model. Off: such a model is refused."""


class Split(Strict):
    """The parts that one source is cut into: rows with the same value of `by` are in one part."""

    by: str
    """Column whose values stay together, such as an article's `title`."""
    dev: float | None = Field(None, gt=0, lt=1)
    """Share of the rows that is kept for choosing settings; `data.test: dev` measures on it."""
    test: float | None = Field(None, gt=0, lt=1)
    """Share of the rows that is kept for the test; `data.test: test` measures on it."""

    @model_validator(mode="after")
    def _leaves_some(self) -> Split:
        if self.dev is None and self.test is None:
            raise ValueError("needs a share of the rows, dev or test")
        if (self.dev or 0) + (self.test or 0) >= 1:
            raise ValueError("dev and test leave nothing to train on: their sum must be below 1")
        return self

    @property
    def shares(self) -> dict[str, float]:
        """The share of each part but that which is trained on."""
        parts = {"test": self.test, "dev": self.dev}
        return {part: share for part, share in parts.items() if share is not None}


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


Layout = Literal["squad", "clapnq", "multidoc2dial", "musique", "gsm8k", "xlam", "sharegpt"]


class Data(Strict):
    """Where the training pairs are, and which columns are what; `data: FILE` gives its `path`."""

    model_config = _OR_TEXT

    path: str
    """Hub id, a folder in Hub layout, a JSONL, JSON, CSV, TSV or Parquet file (text also packed:
    .gz, .bz2, .xz, .zst), a pattern of files such as `nq/*.jsonl`, or `lab`."""
    name: str | None = None
    """Configuration of a Hub data set, or the lab's task."""
    revision: str | None = None
    """Branch, tag or commit on the Hub."""
    train: str = "train"
    """Split to train on; for a single file, ignored."""
    test: str | None = None
    """Split to measure the target on, a part that `split` makes, or a file of its own."""
    dev: Annotated[str | None, Resume.BEFORE_TRAINING] = None
    """Split by which a `sweep` chooses, a part that `split` makes, or a file of its own."""
    split: Split | None = None
    """Cuts the training split, or the one file there is, into parts of which none has seen what is
    in another."""
    layout: Layout | None = None
    """The published data set that the rows are of, in its files' layout or the Hub's: they become
    flat rows with columns such as `question`, `context`, `answer` and `answerable`; of `xlam`, and
    of any chats in the form of `sharegpt`, `messages`."""
    documents: str | None = None
    """File with the documents of `layout: multidoc2dial`; default: `multidoc2dial_doc.json` beside
    the dialogues."""
    abstention: Annotated[str, AfterValidator(_not_blank)] = "unanswerable"
    """The gold of a question that has no answer, where a `layout` makes the rows."""
    id: str | None = None
    """Column that identifies a row; default: a column `id`, else a hash of the row's content."""
    turns: Literal["last", "all"] = "last"
    """Which answers of a chat (`messages`) are trained on: the last, or each as a pair of its own,
    with the turns before it as its prompt."""
    prompt: str | None = None
    """Column, or a template such as `"{context?}\\n\\n{question}"` (`?`: may be empty); default:
    TRL's columns `prompt` and `completion`, or `messages`."""
    history: str | None = None
    """Column of earlier turns, a list of messages, which are put before a prompt that is text."""
    completion: str | None = None
    """Column or template of the gold answer. Of a list of texts the first is the gold, and all are
    accepted."""
    reasoning: str | None = None
    """Column or template of what is thought before the gold answer; may be empty. Without it: a
    think block in the gold, or a key of its message."""
    gold: str | None = None
    """Column of the accepted answer or answers, for the judge; default: a column `gold`, else the
    completion."""
    system: str | None = None
    """A system message put before every prompt."""
    where: dict[str, str | int | float | bool] = Field({})
    """Keep only the rows whose columns have these values."""
    max_chars: dict[str, Annotated[int, Field(ge=1)]] = Field({})
    """Keep only the rows whose columns have at most so many characters: `{context: 800}`."""
    unanswerable: float | None = Field(None, ge=0, le=1)
    """Share of rows without an answer, those whose `answerable` is false, in each split: of the
    kind that is too many, rows are left out. Null: all as they are."""
    shuffle: int | None = None
    """A seed: the rows come in a random order, and `max_train` and `max_test` take a sample. Null:
    they come as they stand."""
    ignore: list[str] = Field([])
    """Columns, and keys of messages, to do without: what would be refused, such as `tools`, is
    trained on without it."""
    too_long: Literal["error", "drop"] = "error"
    """What becomes of training rows whose prompt and gold do not fit into `train.max_length`."""
    replay: Annotated[ReplayRows | None, Resume.BEFORE_TRAINING] = None
    """General rows to mix in, the same for every method: `{path: FILE, share: 0.1}`."""
    max_train: int | None = Field(None, ge=1)
    """Use only the first rows of the train split."""
    max_test: int | None = Field(None, ge=1)
    """Use only the first rows of the test split."""
    max_dev: Annotated[int | None, Resume.BEFORE_TRAINING] = Field(None, ge=1)
    """Use only the first rows of the dev split."""

    @model_validator(mode="after")
    def _parts_are_used(self) -> Data:
        if self.split and self.split.test and self.test not in (None, *self.split.shares):
            raise ValueError(f"test is {self.test!r}, so the part that split.test keeps has no use")
        return self

    @model_validator(mode="after")
    def _documents_are_used(self) -> Data:
        if self.documents is not None and self.layout != "multidoc2dial":
            raise ValueError("documents are of layout multidoc2dial alone")
        return self


ENDPOINT = Inside({"openai": Endpoint})
"""The option of judges that says whom they ask."""


class JudgeConfig(Open):
    """A judge's name, and next to it the options that it takes; `judge: math` gives its `name`."""

    model_config = _OR_TEXT

    name: str
    """A built-in or registered judge, or `package.module:factory`."""


class Lora(Open):
    """Low-rank adaptation; next to these keys all others that PEFT's LoraConfig takes, such as
    `use_dora`, `use_rslora`, `modules_to_save` or `rank_pattern`."""

    r: int = Field(8, ge=1)
    """Rank of the update."""
    alpha: int = Field(16, ge=1)
    """The update is scaled by alpha / r."""
    dropout: float = Field(0.1, ge=0, lt=1)
    """Dropout before the update."""
    target_modules: str | list[str] = "all-linear"
    """Names of the adapted modules, a pattern of their names, or `all-linear`."""

    @model_validator(mode="after")
    def _has_our_names(self) -> Lora:
        ours = {"lora_alpha": "alpha", "lora_dropout": "dropout"}
        ours |= dict.fromkeys(("rank", "lora_rank", "lora_r"), "r")
        for key in self.options:
            if key in ours:
                raise ValueError(f"{key} is called {ours[key]} here")
        return self


Reasoning = Literal["keep", "drop"]

MEMORY_ARGS = (
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "gradient_checkpointing",
)
"""Keys of `train.args` that decide how much memory a training takes, and not what is learned."""

TRACKER_ARGS = (
    "report_to",
    "project",
    "trackio_space_id",
    "trackio_bucket_id",
    "trackio_static_space_id",
)
"""Keys of `train.args` that decide where a training is told of, and not what is learned."""

FREE_ARGS = (*MEMORY_ARGS, *TRACKER_ARGS)
"""Keys of `train.args` that decide nothing of what is learned."""


class Train(Strict):
    """Supervised fine-tuning on the targets; the same for every method."""

    lora: Lora | None = Lora()
    """Null trains all weights."""
    learning_rate: float = Field(1e-4, gt=0)
    """Peak learning rate."""
    epochs: float = Field(3, gt=0)
    """Passes over the targets."""
    batch_size: int = Field(16, ge=1)
    """Rows per optimiser step and process."""
    max_length: int | None = Field(None, ge=8)
    """Tokens of prompt and completion; null: the model's limit. Longer rows are an error."""
    reasoning: Reasoning = "keep"
    """What a target thinks before it answers: `keep` trains it, in the model's own tokens where it
    thought it; `drop` trains the answer alone, as the chat template writes one without reasoning.
    What a paraphrase was thought with, the gold in view, is never trained."""
    keep_checkpoints: int = Field(0, ge=0)
    """Models on the way that are kept beside the last, evenly spaced over the steps: each an
    ordinary folder in the model's `checkpoints`. `evaluate.checkpoints` measures them too."""
    args: Annotated[dict[str, Any], Inside(dict.fromkeys(FREE_ARGS, Resume.ANY_TIME))] = Field({})
    """Anything else that TRL's SFTConfig takes."""
