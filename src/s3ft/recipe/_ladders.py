"""Methods of one's own: which rungs, and what becomes of what they give."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from ..ladder import (
    BUILT_IN,
    GOLD,
    METHODS,
    PERPLEXITY,
    PICKS,
    Mask,
    Method,
    Rung,
    check_ladder,
    first_round,
)
from ._strict import Strict

PickName = Literal["first", "shortest", "random", "likeliest"]


class MaskConfig(Strict):
    """Tokens that the base finds unlikely are left out of the loss, but for the final answer."""

    perplexity: float = Field(PERPLEXITY, gt=1)
    """The most that a trained token has under the base: 1 over its probability."""
    sources: list[str] | None = None
    """The rungs whose targets are masked. Default: all but the model's answers to the prompt
    itself."""

    def resolved(self) -> Mask:
        """The mask itself."""
        return Mask(self.perplexity, None if self.sources is None else frozenset(self.sources))


def _checked(rungs: list[str]) -> list[str]:
    check_ladder(rungs)
    return rungs


class LadderConfig(Strict):
    """A method; `[self, gold]` gives its `rungs`."""

    model_config = ConfigDict(
        json_schema_extra={"type": ["object", "array"], "items": {"type": "string"}}
    )

    rungs: Annotated[list[str], AfterValidator(_checked)]
    """From the first that is tried."""
    pick: PickName | None = None
    """Which of several verified samples of a rung is trained on. Default: as `generate`."""
    likelier_than_gold: bool = False
    """Pass over an answer to any other prompt than the row's own where the base, shown the row's
    own, finds it no likelier a token than the gold."""
    mask: MaskConfig | None = None
    """Leave tokens out of the loss."""
    rounds: int = Field(1, ge=1, le=2)
    """2: what ends in gold, or nowhere, is asked again, on every rung, of a model that was trained
    on the verified answers alone, and goes to gold only where that fails too. One more training."""

    @model_validator(mode="before")
    @classmethod
    def _with_rungs(cls, given: Any) -> Any:
        if isinstance(given, list):
            return {"rungs": given}
        if not isinstance(given, dict | LadderConfig):
            raise ValueError("must be a list of rungs, or a mapping that has them as `rungs`")
        return given

    @model_validator(mode="after")
    def _masks_its_own(self) -> LadderConfig:
        for name in (self.mask and self.mask.sources) or ():
            if name not in self.rungs:
                raise ValueError(f"mask.sources: {name!r} is no rung of it")
        return self

    @model_validator(mode="after")
    def _asks_twice_what_it_asks(self) -> LadderConfig:
        asked = [name for name in self.rungs if name not in BUILT_IN or BUILT_IN[name].asks]
        if self.rounds > 1 and not asked:
            raise ValueError(
                "rounds: there is nothing to ask a second time on a ladder of nothing but gold"
            )
        return self

    def method(self, name: str, rungs: Iterable[Rung], pick: PickName) -> Method:
        """The method of these rungs, and of this pick where it names none."""
        rungs = list(rungs)
        if self.rounds > 1:
            asked = [rung for rung in rungs if rung.asks]
            again = [rung.again(first_round(name)) for rung in asked]
            rungs = [*asked, *again, *rungs[len(asked) :]]
        mask = None if self.mask is None else self.mask.resolved()
        return Method(tuple(rungs), PICKS[self.pick or pick], self.likelier_than_gold, mask)

    @model_serializer(mode="wrap")
    def _short(self, written: SerializerFunctionWrapHandler) -> Any:
        """A list where that says all."""
        plain = self == LadderConfig(rungs=self.rungs)
        return list(self.rungs) if plain else written(self)


_MORE: dict[str, dict[str, Any]] = {
    "s3ft-plus": {"rounds": 2, "mask": MaskConfig(sources=[GOLD])},
}
"""What built-in methods have beside their rungs."""


def built_in_method(name: str) -> LadderConfig:
    """A built-in method, as a recipe would write it.

    Raises:
        KeyError: it is not built in.
    """
    return LadderConfig(rungs=list(METHODS[name]), **_MORE.get(name, {}))
