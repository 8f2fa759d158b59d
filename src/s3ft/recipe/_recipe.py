"""The recipe itself, and its methods and ladders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ..ladder import METHODS, Ladder, check_ladder
from ..records import Sampling, Source
from ..suggest import closest
from ._fields import Data, Evaluate, Generate, JudgeConfig, Model, Paraphrase, Target, Train
from ._ray import Ray
from ._strict import Strict
from ._yaml import dump


def _own_name(name: str) -> str:
    if name in METHODS:
        raise ValueError("is a built-in method: give yours another name")
    return name


def _own_ladder(ladder: list[Source]) -> list[Source]:
    check_ladder(tuple(ladder))
    return ladder


_Name = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),  # it names folders of the run
    AfterValidator(_own_name),
]


class Recipe(Strict):
    """A run, whole. `load` makes one from YAML and overrides."""

    model: Model | None = None
    """May be left out where responses are replayed and nothing is trained."""
    data: Data
    """Where the training pairs are."""
    judge: JudgeConfig
    """Who decides whether a response is correct."""
    generate: Generate = Generate()
    """How the model answers."""
    ray: Ray | None = None
    """Answers and verdicts spread over the workers of a Ray cluster; null: this process alone."""
    paraphrase: Paraphrase = Paraphrase()
    """How the model restates the gold."""
    ladders: dict[_Name, Annotated[list[Source], AfterValidator(_own_ladder)]] = Field({})
    """Methods of one's own: `{my-method: [paraphrase, self, gold]}`."""
    min_gold_accepted: float = Field(0.99, ge=0, le=1)
    """The share of gold answers that the judge must accept as their own, or the run stops."""
    allow: list[str] = Field([])
    """What may befall nearly all answers, or verdicts, of a source without stopping the run:
    `length`, `thinking`, `empty`, `unmatched`, `unknown`, `unreadable`, or what else a message
    names."""
    methods: list[str] = Field(["sft", "s3ft"], min_length=1)
    """Names of built-in methods or of `ladders`."""
    seeds: list[int] = Field([0], min_length=1)
    """One training for each method and seed."""
    train: Train = Train()
    """How each model is trained."""
    evaluate: Evaluate = Evaluate()
    """What is measured."""

    @field_validator("methods")
    @classmethod
    def _known(cls, methods: list[str], info: ValidationInfo) -> list[str]:
        if "ladders" not in info.data:  # they are wrong themselves, and reported
            return methods
        known = [*METHODS, *info.data["ladders"]]
        for name in methods:
            if name not in known:
                near = closest(name, known)
                hint = f"did you mean {near!r}? " if near else ""
                raise ValueError(f"no method {name!r}; {hint}known: {', '.join(known)}")
        return methods

    @field_validator("methods", "seeds")
    @classmethod
    def _once(cls, values: list[Any]) -> list[Any]:
        twice = [value for index, value in enumerate(values) if value in values[:index]]
        if twice:
            raise ValueError(f"{twice[0]!r} is named twice")
        return values

    @model_validator(mode="after")
    def _someone_answers(self) -> Recipe:
        if self.generate.engine == "openai" and self.generator is None:
            raise ValueError("engine openai needs the model's name: generate.openai.model")
        return self

    @property
    def generator(self) -> str | None:
        """The name of the model that answers, as it is written into records."""
        server = self.generate.openai if self.generate.engine == "openai" else None
        if server is not None and server.model is not None:
            return server.model
        return self.model.id if self.model else None

    def ladder(self, method: str) -> Ladder:
        """The ladder of a method that the recipe names."""
        return tuple(self.ladders[method]) if method in self.ladders else METHODS[method]

    def rounds(self, source: Source) -> tuple[int, ...]:
        """How many samples of a source a prompt has after each round of asking."""
        return self.generate.rounds(self._asked(source).n)

    def sampler(self, source: Source) -> Callable[[int], Sampling]:
        """How each sample of a source is drawn, by its number."""
        asked = self._asked(source)
        return self.generate.sampler(asked.n, asked.temperature)

    @property
    def measured(self) -> Sampling:
        """How the base and the tuned models answer the target's test split."""
        target = self.evaluate.target or Target()
        return Sampling(
            target.temperature,
            self.generate.top_p,
            self.generate.top_k,
            target.max_new_tokens or self.generate.max_new_tokens,
        )

    def _asked(self, source: Source) -> Generate | Paraphrase:
        return self.generate if source == "self" else self.paraphrase

    def to_yaml(self) -> str:
        """The resolved recipe, every default written out; `load` reads it back equal."""
        return dump(self.model_dump(mode="json"))
