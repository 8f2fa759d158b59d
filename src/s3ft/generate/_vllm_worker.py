"""vLLM itself: ``python -m s3ft.generate._vllm_worker``, which `VLLMProcess` starts.

JSON lines come in: first what the engine is told, then requests. JSON lines go out: ``ready``, or
why vLLM refuses; then an answer as soon as it is finished. An error ends the process, its words
are the end of the log. It ends when its input does, because whoever asked is then gone.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import InputError
from ..suggest import did_you_mean

if TYPE_CHECKING:
    from vllm.config import VllmConfig
    from vllm.v1.engine.async_llm import AsyncLLM

WHERE = "generate.vllm"
LONGEST_LINE = 2**30

_OWN_KEY = "set generate.vllm.{}"
_MODEL = "the model is loaded as the recipe's `model` says"
_CONTRACT = "token ids and untempered log-probabilities are what is stored"

OWNED: dict[str, str] = {
    "tensor_parallel_size": _OWN_KEY,
    "data_parallel_size": _OWN_KEY,
    "gpu_memory_utilization": _OWN_KEY,
    "max_model_len": _OWN_KEY,
    "model": _MODEL,
    "revision": _MODEL,
    "dtype": _MODEL,
    "trust_remote_code": _MODEL,
    "tokenizer": _MODEL,
    "skip_tokenizer_init": _CONTRACT,
    "logprobs_mode": _CONTRACT,
    "generation_config": "generate.temperature, top_p and top_k say how tokens are chosen",
    "override_generation_config": "generate.temperature, top_p and top_k say how tokens are chosen",
    "enable_lora": "adapters are served where there are any",
    "max_lora_rank": "set train.lora.r",
}
"""What `generate.vllm.args` may not set, and why."""


def main() -> None:
    requests, replies = _own_pipes()
    # A clean process for each part of vLLM: one that is forked would hold our pipes open.
    os.environ["VLLM_WORKER_MULTIPROC_METHOD"] = "spawn"
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
    settings = json.loads(requests.readline())

    def send(reply: Mapping[str, Any]) -> None:
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()

    try:
        config = engine_config(settings["engine_args"], settings["args"])
    except InputError as error:
        send({"refused": [error.where, error.problem, error.remedy]})
        return
    if settings["only_check"]:
        send({})
        return
    try:
        asyncio.run(_serve(config, settings["stop_ids"], requests, send))
    except ExceptionGroup as failed:  # all requests under way, for one reason
        raise failed.exceptions[0] from None


def engine_config(engine_args: Mapping[str, Any], args: Mapping[str, Any]) -> VllmConfig:
    """vLLM's configuration: what s3ft tells it, and the recipe's further arguments.

    Raises:
        InputError: an argument is unknown or not the recipe's to set, or vLLM refuses them.
    """
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.usage.usage_lib import UsageContext

    known = [field.name for field in fields(AsyncEngineArgs) if field.init]
    for name in args:
        where = f"{WHERE}.args.{name}"
        if name in OWNED:
            raise InputError(where, f"cannot be set here: {OWNED[name].format(name)}", "Remove it.")
        if name not in known:
            hint = did_you_mean(name, (n for n in known if n not in OWNED))
            remedy = hint or "See vLLM's engine arguments."
            raise InputError(where, "is not an argument of vLLM's AsyncEngineArgs", remedy)
    try:
        # The context decides the size of batches: that of offline work is the larger one.
        all_args = AsyncEngineArgs(**{**engine_args, **args})
        return all_args.create_engine_config(UsageContext.LLM_CLASS)
    except (TypeError, ValueError, NotImplementedError, ImportError, OSError) as error:
        reason = " ".join(str(error).split())[:1000]
        remedy = "See model and generate.vllm."
        raise InputError(WHERE, f"vLLM refuses it: {reason}", remedy) from None


async def _serve(
    config: VllmConfig,
    stop_ids: list[int],
    requests: BinaryIO,
    send: Callable[[Mapping[str, Any]], None],
) -> None:
    from vllm.v1.engine.async_llm import AsyncLLM

    engine = AsyncLLM.from_vllm_config(config, disable_log_stats=True)
    send({"max_model_len": config.model_config.max_model_len})
    lines = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), requests
    )
    adapters: dict[str, int] = {}
    async with asyncio.TaskGroup() as answers:
        while line := await lines.readline():
            answers.create_task(_answer(engine, stop_ids, json.loads(line), adapters, send))
        os.killpg(0, signal.SIGTERM)  # the whole group: nobody waits for what is under way


async def _answer(
    engine: AsyncLLM,
    stop_ids: list[int],
    request: dict[str, Any],
    adapters: dict[str, int],
    send: Callable[[Mapping[str, Any]], None],
) -> None:
    from vllm import SamplingParams
    from vllm.lora.request import LoRARequest
    from vllm.sampling_params import RequestOutputKind

    sampling = SamplingParams(
        **request["sampling"],
        stop_token_ids=stop_ids,
        ignore_eos=True,  # the end of text is among the stop ids, where the chat format has it
        logprobs=0,  # of the chosen token alone
        detokenize=False,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )
    adapter = None
    if path := request["adapter"]:
        adapter = LoRARequest(path, adapters.setdefault(path, len(adapters) + 1), path)
    prompt = {"prompt_token_ids": request["prompt_ids"]}
    async for output in engine.generate(prompt, sampling, str(request["id"]), lora_request=adapter):
        [answer] = output.outputs
        if answer.finish_reason not in ("stop", "length"):
            raise RuntimeError(f"a request ended with {answer.finish_reason!r}")
        ids, logprob = list(answer.token_ids), answer.cumulative_logprob
        send({"id": request["id"], "token_ids": ids, "logprob": logprob})


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for us alone: what vLLM prints goes to the log."""
    requests, replies = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, replies


if __name__ == "__main__":
    main()
