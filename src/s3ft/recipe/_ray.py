"""A Ray cluster over which answers and verdicts are spread."""

from __future__ import annotations

from pydantic import Field

from ._strict import Strict


class Ray(Strict):
    """Workers on a Ray cluster, which answer and judge in this process's stead."""

    address: str | None = None
    """`host:port` of the cluster's head, or `auto` for the one that runs on this machine; null:
    the variable RAY_ADDRESS, and where it is not set, this machine alone."""
    workers: int = Field(ge=1)
    """Processes, each with a copy of the model."""
    gpus_per_worker: float = Field(0, ge=0)
    """GPUs of each worker that answers, also a part of one; for vLLM, as many as it is to use."""
