"""The server that engines.py asks, and the plain client that ours is measured against."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _serving import served

from s3ft.models import pick_device, pick_dtype, resolve
from s3ft.recipe import Model
from s3ft.records import Request

CONCURRENCY = 64


async def bare_client(url: str, requests: Sequence[Request]) -> int:
    """The same questions with as many at once; no retries, limits, or checks."""
    from openai import AsyncOpenAI

    places = asyncio.Semaphore(CONCURRENCY)
    async with AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:

        async def ask(request: Request) -> int:
            async with places:
                answer = await client.chat.completions.create(
                    model="served",
                    messages=list(request.messages),  # type: ignore[arg-type]
                    temperature=0,
                    max_tokens=request.sampling.max_new_tokens,
                    logprobs=True,
                    extra_body={"return_token_ids": True},
                )
            return answer.usage.completion_tokens if answer.usage else 0

        return sum(await asyncio.gather(*map(ask, requests)))


@contextmanager
def server(model: Model, args: dict[str, Any]) -> Iterator[str]:
    """vLLM's server of the model; its address."""
    config = resolve(model)
    dtype = str(pick_dtype(config.dtype, pick_device(config.device))).removeprefix("torch.")
    told: dict[str, Any] = {"model": config.id, "dtype": dtype, "served_model_name": "served"}
    told |= args
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server"]
    for key, value in told.items():
        flag = "--" + key.replace("_", "-")
        command += [flag] if value is True else [flag, str(value)]
    with (
        tempfile.TemporaryDirectory(prefix="s3ft-engines-") as scratch,
        served(command, Path(scratch) / "log") as url,
    ):
        yield url
