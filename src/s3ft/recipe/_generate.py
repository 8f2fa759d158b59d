"""How a model is asked for its own answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ._endpoint import Endpoint
from ._ladders import PickName
from ._marks import Resume
from ._strict import Strict
from ._vllm import VLLM


class Replay(Strict):
    """Responses that were made elsewhere."""

    path: str
    """File of responses (JSONL, Parquet, CSV); a row matches by `id`, else by `prompt`."""
    id: str = "id"
    """Column with the example's id."""
    prompt: str = "prompt"
    """Column with the prompt's text, used where the id is absent or unknown."""
    response: str = "response"
    """Column with the response: a string, or a list of samples."""
    where: dict[str, str | int | float | bool] = Field({})
    """Keep only the rows whose columns have these values."""


class Generate(Strict):
    """How the model is asked for its own answers."""

    engine: Literal["transformers", "vllm", "openai", "replay"] = "transformers"
    """Who answers: the model through transformers or vLLM, a server that speaks OpenAI's protocol,
    or a file of responses."""
    temperature: float = Field(0.0, ge=0, le=10)
    """0 decodes greedily. Where `adaptive` asks for more than one sample, that of the further
    ones: the first is greedy."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Sample from the likeliest tokens that together have this probability; 1 switches it off."""
    top_k: int = Field(0, ge=0)
    """Sample from this many of the likeliest tokens; 0 switches it off."""
    max_new_tokens: int = Field(512, ge=1)
    """A response cut here is never taken as correct."""
    n: int = Field(1, ge=1, le=1024)
    """The most samples for each prompt; more than one needs a temperature. A replay takes all there
    are."""
    adaptive: bool = True
    """A greedy sample for each prompt, then more only where none is verified yet, in rounds to 2,
    4, 8, ... and at last `n` samples. Off: `n` samples for each prompt, all at `temperature`."""
    pick: PickName = "first"
    """Which of several verified samples is trained on. `shortest` counts characters, `likeliest`
    takes the highest log-probability per token under the base, behind the row's own prompt."""
    batch_size: Annotated[int, Resume.ANY_TIME] = Field(256, ge=1)
    """For engine `transformers`: the most rows at once; halved whenever they do not fit into
    memory, and on a CPU fewer where prompts are long (32,768 tokens of prompts at once)."""
    vllm: VLLM = VLLM()
    """For engine `vllm`: what it is told."""
    replay: Replay | None = None
    """For engine `replay`: where the responses are."""
    openai: Endpoint | None = None
    """For engine `openai`: the server."""

    @model_validator(mode="after")
    def _consistent(self) -> Generate:
        if self.engine == "replay" and self.replay is None:
            raise ValueError("engine replay needs `replay: {path: FILE}`")
        if self.engine == "openai" and self.openai is None:
            raise ValueError("engine openai needs `openai: {url: ADDRESS, model: NAME}`")
        return self
