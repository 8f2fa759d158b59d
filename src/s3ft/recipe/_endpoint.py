"""A server that speaks OpenAI's protocol: where it is, and how much may be asked of it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from ._marks import Resume
from ._strict import Strict

OPENAI = "https://api.openai.com/v1"


class Prices(Strict):
    """What a million tokens cost, in any one currency."""

    prompt: float = Field(ge=0)
    """Price of a million tokens of prompts."""
    completion: float = Field(ge=0)
    """Price of a million tokens of answers."""


class Endpoint(Strict):
    """A server that speaks OpenAI's chat protocol: vLLM, llama.cpp, Ollama, OpenAI, ..."""

    url: Annotated[str, Resume.ANY_TIME] = OPENAI
    """Address up to `/v1`, such as `http://localhost:8000/v1`."""
    model: str | None = None
    """The model's name on the server; default: `model.id`."""
    key: Annotated[str | None, Resume.ANY_TIME] = None
    """Name of the environment variable that holds the key; default: `OPENAI_API_KEY` for OpenAI's
    own server, no key for any other."""
    concurrency: Annotated[int, Resume.ANY_TIME] = Field(32, ge=1, le=4096)
    """Requests under way at once."""
    timeout: Annotated[float, Resume.ANY_TIME] = Field(300.0, gt=0)
    """Seconds that one try may take."""
    retries: Annotated[int, Resume.ANY_TIME] = Field(8, ge=0)
    """Further tries of a request that failed for a passing reason."""
    requests_per_minute: Annotated[float | None, Resume.ANY_TIME] = Field(None, gt=0)
    """The most requests sent in a minute, evenly spaced."""
    tokens_per_minute: Annotated[float | None, Resume.ANY_TIME] = Field(None, gt=0)
    """The most tokens of prompts and answers in a minute."""
    max_requests: Annotated[int | None, Resume.ANY_TIME] = Field(None, ge=1)
    """Requests that one process may send, failed ones too; then it stops."""
    max_cost: Annotated[float | None, Resume.ANY_TIME] = Field(None, gt=0)
    """What one process may spend, in the currency of `prices`; then it stops."""
    prices: Annotated[Prices | None, Resume.ANY_TIME] = None
    """What the tokens cost; needed for `max_cost`."""
    extra: dict[str, Any] = Field({})
    """Passed on in every request as it is, such as `{chat_template_kwargs: {...}}`."""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address such as http://localhost:8000/v1")
        if parts.username or parts.password:
            raise ValueError("must hold no user or password: name a variable with `key`")
        return url

    @model_validator(mode="after")
    def _consistent(self) -> Endpoint:
        if self.max_cost is not None and self.prices is None:
            raise ValueError("max_cost needs `prices: {prompt: ..., completion: ...}`")
        return self
