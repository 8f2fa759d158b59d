"""Rungs of one's own: what else the model is asked, between its own answer and the gold."""

from __future__ import annotations

from pydantic import Field

from ._strict import Strict

SAMPLED = 0.7
"""The temperature of several samples where nobody names one above 0."""


class RungConfig(Strict):
    """A prompt that shows the model more than the example's own does, and how it is sampled."""

    prompt: str
    """File with a Jinja prompt. It may show `question`, `gold`, `accepted` (the list of accepted
    answers), `attempt` (the model's own failed answer), and the row's columns. An answer that
    speaks of what only this prompt showed is refused."""
    n: int | None = Field(None, ge=1, le=1024)
    """The most samples for each prompt, in rounds as in `generate`. Default: as there."""
    adaptive: bool | None = None
    """Off: all `n` samples for each prompt, of which `pick` has the choice. Default: as there."""
    temperature: float | None = Field(None, ge=0, le=10)
    """Default: as `generate`; of several samples, where that is 0, 0.7."""
    top_p: float | None = Field(None, gt=0, le=1)
    """Default: as `generate`."""
    top_k: int | None = Field(None, ge=0)
    """Default: as `generate`."""
    max_new_tokens: int | None = Field(None, ge=1)
    """Default: as `generate`."""


class Paraphrase(RungConfig):
    """How the model restates the gold in its own words; what is null is as in `generate`."""

    prompt: str | None = None  # type: ignore[assignment]
    """File with a Jinja prompt (variables `question`, `gold`, and the row's columns)."""
    n: int | None = Field(1, ge=1, le=1024)
    """The most paraphrases for each prompt; more than one needs a temperature."""
    temperature: float | None = Field(0.0, ge=0, le=10)
    """As in `generate`."""
