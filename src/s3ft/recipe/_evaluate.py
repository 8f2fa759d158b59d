"""The group of keys of a recipe that say what is measured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from ._fields import ENDPOINT, Data, JudgeConfig
from ._marks import Resume
from ._strict import NAME, Strict


class TargetConfig(Strict):
    """How the target task is measured on its test split: one answer for each row."""

    judge: Annotated[JudgeConfig | None, ENDPOINT] = None
    """Default: the judge of the selection."""
    temperature: float = Field(0.0, ge=0, le=10)
    """Of the measured answers, whatever `generate` samples with; 0 decodes greedily."""
    max_new_tokens: int | None = Field(None, ge=1)
    """Default: that of `generate`."""


TargetName = Annotated[str, StringConstraints(pattern=NAME)]


class OtherTarget(Strict):
    """Another data set that base and tuned models are asked about, and nobody is trained on."""

    data: Data
    """As `data`: the rows of its `test` split, or all that there are where it names none; of
    those the first `max_test`, or `max_train`."""
    judge: Annotated[JudgeConfig | None, ENDPOINT] = None
    """Default: the judge of the target."""

    @model_validator(mode="after")
    def _trains_nobody(self) -> OtherTarget:
        if self.data.replay is not None:
            raise ValueError("nobody is trained on these data: data.replay has no use here")
        return self


GENERAL = (
    *("mmlu", "truthfulqa_mc1", "truthfulqa_mc2", "hellaswag", "winogrande"),
    *("arc_easy", "arc_challenge", "gsm8k", "ifeval"),
)
"""What a general model is usually asked, and IFEval, which fine-tuning moves most."""


class Evaluate(Strict):
    """What is measured: the target, and what might be forgotten."""

    target: Annotated[TargetConfig | None, Resume.BEFORE_TARGET] = Field(TargetConfig())
    """Null skips the target's test split."""
    targets: Annotated[dict[TargetName, OtherTarget], Resume.GROWS] = Field({})
    """Other data sets to measure as the target is, `{musique: {data: {path: FILE}}}`: what was
    learned in one, across others. They are no part of the mean drop."""
    benchmarks: Annotated[list[str], Resume.GROWS] = Field([])
    """lm-evaluation-harness tasks by name; `general` stands for `mmlu`, `truthfulqa_mc1`,
    `truthfulqa_mc2`, `hellaswag`, `winogrande`, `arc_easy`, `arc_challenge`, `gsm8k`, `ifeval`."""
    data: str | None = None
    """Folder with the rows of these nine as files, to use instead of the Hub."""
    tasks: str | None = None
    """Folder with local task YAML files; `lab` for the embedded ones."""
    limit: int | None = Field(None, ge=1)
    """The most items of each benchmark, a fixed sample spread over the tasks of a group."""
    part: Literal["test", "dev"] = "test"
    """`dev`: other items than those that `limit` takes, as many, to choose settings by."""
    num_fewshot: int | None = Field(None, ge=0)
    """Default: what each task says."""
    apply_chat_template: bool | Literal["generated"] = "generated"
    """Put the benchmarks' questions into the model's chat template; `generated`: those that the
    model answers in its own words, and not those where it chooses."""
    max_new_tokens: int | None = Field(None, ge=1)
    """Tokens of each generated answer, its reasoning included; default: what each task says."""
    batch_size: Annotated[int, Resume.ANY_TIME] = Field(64, ge=1)
    """Benchmark requests at once."""
    checkpoints: Annotated[bool, Resume.ANY_TIME] = False
    """Measure the models of `train.keep_checkpoints` as well: what was learned and forgotten, by
    step."""
    likelihoods: int = Field(200, ge=0)
    """Training rows of which the base's own answer, its paraphrase and the gold are shown with
    their likelihood under the base."""
    drift: int = Field(64, ge=0)
    """Answers of the base, to test rows and to the benchmarks' questions, on which the distance of
    every tuned model from it is measured; each a pass, no answer is generated for a model."""

    @field_validator("benchmarks")
    @classmethod
    def _presets(cls, names: list[str]) -> list[str]:
        named = [part for name in names for part in (GENERAL if name == "general" else (name,))]
        return list(dict.fromkeys(named))
