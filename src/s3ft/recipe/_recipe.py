"""The recipe itself, and its methods and ladders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import PurePath
from typing import Annotated, Any

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from ..ladder import BUILT_IN, METHODS, Ladder, Method, Rung, built_in_rungs
from ..records import Sampling
from ..suggest import closest
from ._evaluate import Evaluate, TargetConfig
from ._fields import ENDPOINT, Data, JudgeConfig, Model, Train
from ._generate import Generate
from ._ladders import LadderConfig, built_in_method
from ._marks import Resume
from ._names import LadderName, RungName
from ._ray import Ray
from ._rungs import SAMPLED, Paraphrase, RungConfig
from ._strict import Strict
from ._sweep import Point
from ._yaml import dump


class Recipe(Strict):
    """A run, whole. `load` makes one from YAML and overrides."""

    model: Model | None = None
    """May be left out where responses are replayed and nothing is trained."""
    data: Data
    """Where the training pairs are."""
    judge: Annotated[JudgeConfig, Resume.BEFORE_ANSWERS, ENDPOINT]
    """Who decides whether a response is correct."""
    generate: Annotated[Generate, Resume.BEFORE_ANSWERS] = Generate()
    """How the model answers."""
    ray: Annotated[Ray | None, Resume.ANY_TIME] = None
    """Answers and verdicts spread over the workers of a Ray cluster; null: this process alone."""
    paraphrase: Annotated[Paraphrase, Resume.BEFORE_ANSWERS] = Paraphrase()
    """How the model restates the gold."""
    rungs: Annotated[dict[RungName, RungConfig], Resume.GROWS] = Field({})
    """Rungs of one's own, for ladders: `{hint: {prompt: hint.j2, n: 4}}`."""
    ladders: Annotated[dict[LadderName, LadderConfig], Resume.GROWS] = Field({})
    """Methods of one's own: `{my-method: [paraphrase, self, gold]}`, or with more to it,
    `{masked: {rungs: [gold], mask: {perplexity: 2.5}}}`."""
    min_gold_accepted: float = Field(0.99, ge=0, le=1)
    """The share of gold answers that the judge must accept as their own, or the run stops."""
    allow: Annotated[list[str], Resume.ANY_TIME] = Field([])
    """What may befall nearly all answers, or verdicts, of a source without stopping the run:
    `length`, `thinking`, `empty`, `unmatched`, `unknown`, `unreadable`, or what else a message
    names."""
    methods: Annotated[list[str], Resume.GROWS] = Field(["sft", "s3ft"])
    """Names of built-in methods or of `ladders`; none: the model is measured as it is."""
    seeds: Annotated[list[int], Resume.GROWS] = Field([0], min_length=1)
    """One training for each method and seed."""
    train: Annotated[Train, Resume.BEFORE_TRAINING] = Train()
    """How each model is trained."""
    sweep: Annotated[
        dict[str, Annotated[list[Any], Field(min_length=1)]], Resume.BEFORE_TRAINING
    ] = Field({})
    """A grid of training settings, `{train.learning_rate: [5e-5, 1e-4, 2e-4]}`: every method takes
    the point that is best for it by accuracy minus mean drop on dev items."""
    evaluate: Annotated[Evaluate, Resume.BEFORE_MEASURING] = Evaluate()
    """What is measured."""

    @field_validator("ladders")
    @classmethod
    def _known_rungs(
        cls, ladders: dict[str, LadderConfig], info: ValidationInfo
    ) -> dict[str, LadderConfig]:
        if "rungs" not in info.data:  # they are wrong themselves, and reported
            return ladders
        known = [*BUILT_IN, *info.data["rungs"]]
        *others, last = map(repr, known)
        wrong = [
            InitErrorDetails(
                type=PydanticCustomError("rung", f"must be {', '.join(others)} or {last}"),
                loc=(method, number),
                input=rung,
            )
            for method, ladder in ladders.items()
            for number, rung in enumerate(ladder.rungs)
            if rung not in known
        ]
        if wrong:
            raise ValidationError.from_exception_data("ladders", wrong)
        return ladders

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

    @model_validator(mode="after")
    def _sweep_is_of_training(self) -> Recipe:
        for key, values in self.sweep.items():
            for number, value in enumerate(values):
                try:
                    self.train_at({key: value})
                except (ValueError, TypeError) as error:
                    reason = (
                        error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
                    )
                    wrong = InitErrorDetails(
                        type=PydanticCustomError("sweep", "{reason}", {"reason": str(reason)}),
                        loc=("sweep", key, number),
                        input=value,
                    )
                    raise ValidationError.from_exception_data("recipe", [wrong]) from None
        if self.sweep and self.data.dev is None:
            raise ValueError("a sweep chooses by dev rows: name their split or file as data.dev")
        if self.sweep and self.evaluate.benchmarks and self.evaluate.limit is None:
            raise ValueError(
                "a sweep chooses by other items of the benchmarks than are reported: set"
                " evaluate.limit, so that some are left"
            )
        return self

    @model_validator(mode="after")
    def _samples_differ(self) -> Recipe:
        replayed = self.generate.engine == "replay"
        problem = PydanticCustomError(
            "samples", "n > 1 samples need a temperature above 0: greedy samples are equal"
        )
        for rung in map(self.rung, (*BUILT_IN, *self.rungs)):
            if rung.asks_own_prompt and replayed:
                continue
            if rung.rounds[-1] > 1 and rung.further.temperature == 0:
                wrong = InitErrorDetails(
                    type=problem, loc=tuple(rung.key.split(".")), input=rung.rounds[-1]
                )
                raise ValidationError.from_exception_data("recipe", [wrong])
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
        return tuple(rung.name for rung in self.method(method).rungs)

    def method(self, name: str) -> Method:
        """A method, built-in or the recipe's own, with its settings resolved."""
        config = self._config(name)
        return config.method(name, map(self.rung, config.rungs), self.generate.pick)

    def _config(self, method: str) -> LadderConfig:
        return self.ladders.get(method) or built_in_method(method)

    @property
    def asked_twice(self) -> list[str]:
        """The methods that ask a model of a first round."""
        return [name for name in self.methods if self.method(name).first_round]

    def in_one_round(self) -> Recipe:
        """The recipe with methods that ask no tuned model."""
        once = {name: self._config(name).model_copy(update={"rounds": 1}) for name in self.methods}
        return self.model_copy(update={"ladders": once})

    def rung(self, name: str) -> Rung:
        """A rung, built-in or the recipe's own, with its settings resolved."""
        if name in BUILT_IN:
            (rung,) = built_in_rungs([name])
            return self._resolved(rung, getattr(self, rung.key)) if rung.asks else rung
        config = self.rungs[name]
        meaning = f"its verified answer to {PurePath(config.prompt).name}"
        return self._resolved(Rung(name, f"rungs.{name}", meaning=meaning), config)

    def rungs_to_ask(self, methods: Iterable[str] | None = None) -> list[Rung]:
        """The rungs that a model is asked for some methods, or all of the recipe's.

        A rung comes after those that stand before it on some ladder, unless two ladders disagree.
        """
        names = self.methods if methods is None else methods
        ladders = [self.method(name).rungs for name in names]
        found = {rung.name: rung for rung in chain.from_iterable(ladders)}
        first = [name for name in (*BUILT_IN, *self.rungs) if name in found]
        depth = dict.fromkeys([*first, *found], 0)
        for _ in depth:  # the longest way to a rung, over several ladders
            for above, below in chain.from_iterable(map(pairwise, ladders)):
                depth[below.name] = max(depth[below.name], depth[above.name] + 1)
        rungs = (found[name] for name in sorted(depth, key=depth.__getitem__))
        return [rung for rung in rungs if rung.asks]

    def _resolved(self, rung: Rung, config: Generate | RungConfig) -> Rung:
        """The rung with the settings of its own group, and of ``generate`` where it has none."""

        def setting(key: str) -> Any:
            own = getattr(config, key, None)
            return getattr(self.generate, key) if own is None else own

        n, temperature = setting("n"), setting("temperature")
        if n > 1 and temperature == 0 and getattr(config, "temperature", 0) is None:
            temperature = SAMPLED
        further = Sampling(temperature, *map(setting, ("top_p", "top_k", "max_new_tokens")))
        doubling = (2**k for k in range((n - 1).bit_length())) if setting("adaptive") else ()
        greedy = setting("adaptive") and n > 1
        return replace(
            rung,
            prompt=getattr(config, "prompt", None) or rung.prompt,
            first=replace(further, temperature=0.0) if greedy else further,
            further=further,
            rounds=(*doubling, n),
            from_file=rung.asks_own_prompt and self.generate.engine == "replay",
        )

    def train_at(self, point: Point) -> Train:
        """The training settings at a point of the sweep.

        Raises:
            ValueError: a key is none of ``train``, or a value is none that it may have.
        """
        settings = self.train.model_dump()
        for key, value in point.items():
            first, *groups, last = key.split(".")
            if first != "train" or not (groups or last in Train.model_fields):
                raise ValueError("is no key of train, such as train.learning_rate")
            inner: Any = settings
            for group in groups:
                inner = inner.get(group) if isinstance(inner, dict) else None
            if not isinstance(inner, dict):
                raise ValueError(f"there is no {'.'.join([first, *groups])} to set it in")
            inner[last] = value
        return Train.model_validate(settings)

    @property
    def measured(self) -> Sampling:
        """How the base and the tuned models answer the target's test split."""
        target = self.evaluate.target or TargetConfig()
        return Sampling(
            target.temperature,
            self.generate.top_p,
            self.generate.top_k,
            target.max_new_tokens or self.generate.max_new_tokens,
        )

    def to_yaml(self) -> str:
        """The resolved recipe, every default written out; `load` reads it back equal."""
        return dump(self.model_dump(mode="json"))
