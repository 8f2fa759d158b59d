"""What vLLM is told when it runs here, in a process of its own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ._marks import Resume
from ._strict import Strict


class VLLM(Strict):
    """The model through vLLM, in a process of its own."""

    tensor_parallel_size: Annotated[int, Resume.ANY_TIME] = Field(1, ge=1)
    """Devices over which one copy of the model is spread."""
    data_parallel_size: Annotated[int, Resume.ANY_TIME] = Field(1, ge=1)
    """Copies of the model, each on devices of its own."""
    gpu_memory_utilization: Annotated[float | None, Resume.ANY_TIME] = Field(None, gt=0, le=1)
    """The share of a device's memory that it takes (on a CPU: of the machine's); null: what vLLM
    takes by default."""
    max_model_len: int | None = Field(None, ge=8)
    """Tokens of prompt and answer together; null: the model's limit."""
    args: dict[str, Any] = Field({})
    """Anything else that vLLM's AsyncEngineArgs takes."""
