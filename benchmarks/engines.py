"""How fast our engines are beside what one would do without them, in one run, on one model.

    python benchmarks/engines.py                       # the embedded model, all that is installed
    python benchmarks/engines.py --only vllm --args '{"enforce_eager": true}'

Greedy answers to the lab's questions. Only tokens that were really generated count: up to and
including the stop token. Whatever is compared is measured in turn, the other before and after ours,
on the same prompts, after a warm-up on others; starting is not counted. vLLM gets the same
arguments, and every way makes texts and log-probabilities.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")

from _engines_server import CONCURRENCY, bare_client, server

from s3ft import lab
from s3ft.chat import Chat
from s3ft.generate import Engine, OpenAIEngine, TransformersEngine, VLLMEngine
from s3ft.models import load_chat, load_model, pick_device, pick_dtype, resolve
from s3ft.recipe import VLLM, Endpoint, Model
from s3ft.records import Request, Sampling, response_key

WARM_UP = 64
Run = Callable[[Sequence[Request]], int]
"""Answers requests; how many tokens that made."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="lab")
    parser.add_argument("--prompts", type=int, default=1024)
    parser.add_argument("--max-new-tokens", type=int, default=256)
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--args", type=json.loads, default={"kv_cache_memory_bytes": 2**31})
    parser.add_argument("--only", choices=["vllm", "transformers", "openai"])
    options = parser.parse_args()
    model = Model(id=options.model, dtype=options.dtype)
    chat = load_chat(model)
    requests = questions(chat, options.prompts + WARM_UP, options.max_new_tokens)
    dtype = pick_dtype(model.dtype, pick_device(model.device))
    print(f"{options.model}, {dtype}, greedy, {options.prompts} prompts, {os.cpu_count()} cores")
    if options.only != "transformers" and find_spec("vllm") is None:
        print("vLLM is not installed: only transformers is measured, against batches of 8")
        options.only = "transformers"
    if options.only in (None, "vllm"):
        measure_vllm(model, chat, options.args, requests)
    if options.only in (None, "transformers"):
        measure_transformers(model, chat, options.args, requests)
    if options.only in (None, "openai"):
        measure_openai(model, chat, options.args, requests)


def questions(chat: Chat, count: int, max_new_tokens: int) -> list[Request]:
    """The lab's three tasks in turn."""
    sampling, found = Sampling(max_new_tokens=max_new_tokens), []
    tasks = (lab.rows(task, "train", size=count) for task in ("math", "code", "reading"))
    for rows in zip(*tasks, strict=False):
        for row in rows:
            ids = chat.prompt_ids(row["prompt"])
            key = response_key("benchmark", ids, sampling, 0)
            found.append(Request(key, tuple(row["prompt"]), ids, sampling))
    return found[:count]


def rate(name: str, run: Run, requests: Sequence[Request], part: float = 1.0) -> float:
    """Tokens per second, after a warm-up; printed."""
    run(requests[:WARM_UP])
    some = requests[WARM_UP:]
    some = some[: round(len(some) * part)]
    start = time.perf_counter()
    tokens = run(some)
    seconds = time.perf_counter() - start
    print(
        f"{name:<40}{len(some):>6} prompts{tokens:>9} tokens{seconds:>8.1f} s"
        f"{tokens / seconds:>9,.0f} tokens/s",
        flush=True,
    )
    return tokens / seconds


def compare(what: str, ours: float, other: float, wanted: float) -> None:
    print(f"    {what}: {ours / other:.2f}  (wanted: {wanted})")


def engine(generator: Engine) -> Run:
    return lambda requests: sum(
        len(response.token_ids or ())
        for batch in generator.generate(requests)
        for response in batch
    )


def measure_vllm(
    model: Model, chat: Chat, args: dict[str, Any], requests: Sequence[Request]
) -> None:
    def raw(name: str, logprobs: int | None) -> float:
        """`LLM.generate` in a process of its own, as ours is."""
        context = get_context("spawn")
        inner, outer = context.Pipe()
        told = (model, list(chat.stop_ids), args, list(requests), logprobs, name, outer)
        process = context.Process(target=raw_vllm, args=told)
        process.start()
        outer.close()  # else its death would not be seen here
        found: float = inner.recv()
        process.join()
        return found

    before = raw("LLM.generate", 0)
    rates = [our_vllm(model, chat, args, requests)]
    after = raw("LLM.generate", 0)
    rates.append(our_vllm(model, chat, args, requests))
    bare = raw("LLM.generate without log-probabilities", None)
    mean = sum(rates) / 2
    compare("our engine over LLM.generate", mean, (before + after) / 2, 0.95)
    print(f"    over the same without log-probabilities: {mean / bare:.2f}")


def our_vllm(model: Model, chat: Chat, args: dict[str, Any], requests: Sequence[Request]) -> float:
    ours = VLLMEngine(model, chat, VLLM(args=args))
    found = rate("our engine vllm", engine(ours), requests)
    ours.free()
    return found


def raw_vllm(
    model: Model,
    stop_ids: list[int],
    args: dict[str, Any],
    requests: list[Request],
    logprobs: int | None,
    name: str,
    answer: Any,
) -> None:
    from vllm import LLM, SamplingParams

    config = resolve(model)
    dtype = str(pick_dtype(config.dtype, pick_device(config.device))).removeprefix("torch.")
    llm = LLM(config.id, dtype=dtype, generation_config="vllm", **args)

    def run(some: Sequence[Request]) -> int:
        sampling = SamplingParams(
            temperature=0,
            max_tokens=some[0].sampling.max_new_tokens,
            stop_token_ids=stop_ids,
            logprobs=logprobs,
        )
        prompts = [{"prompt_token_ids": list(request.prompt_ids)} for request in some]
        outputs = llm.generate(prompts, sampling, use_tqdm=False)
        return sum(len(output.outputs[0].token_ids) for output in outputs)

    answer.send(rate(name, run, requests))
    llm.llm_engine.engine_core.shutdown()  # else this process waits for it for ever


def measure_transformers(
    model: Model, chat: Chat, args: dict[str, Any], requests: Sequence[Request]
) -> None:
    def plain() -> float:
        run = partial(plain_loop, weights, chat, size=8)
        return rate("model.generate, batches of 8", run, requests, 1 / 4)

    def beside() -> list[float]:
        return [our_vllm(model, chat, args, requests)] if find_spec("vllm") else []

    weights = load_model(model)
    vllm, loop = beside(), [plain()]
    ours = rate("our engine transformers", engine(TransformersEngine(weights, chat)), requests)
    vllm, loop = [*vllm, *beside()], [*loop, plain()]
    compare("our engine over batches of 8", ours, sum(loop) / 2, 3)
    if vllm:
        compare("our engine transformers over our engine vllm", ours, sum(vllm) / 2, 0.9)


def plain_loop(model: Any, chat: Chat, requests: Sequence[Request], *, size: int) -> int:
    """What one would write, in the order of arrival."""
    tokens = 0
    for start in range(0, len(requests), size):
        some = requests[start : start + size]
        batch = chat.tokenizer.pad(
            {"input_ids": [list(request.prompt_ids) for request in some]},
            padding_side="left",
            return_tensors="pt",
        ).to(model.device)
        output = model.generate(
            **batch,
            max_new_tokens=some[0].sampling.max_new_tokens,
            do_sample=False,
            eos_token_id=list(chat.stop_ids),
            pad_token_id=chat.pad_id,
        )
        for row in output[:, batch["input_ids"].shape[1] :].tolist():
            ends = [place for place, id in enumerate(row, 1) if id in chat.stop_ids]
            tokens += ends[0] if ends else len(row)
    return tokens


def measure_openai(
    model: Model, chat: Chat, args: dict[str, Any], requests: Sequence[Request]
) -> None:
    with server(model, args) as url:
        name = "openai's AsyncOpenAI alone"
        alone = [rate(name, lambda some: asyncio.run(bare_client(url, some)), requests)]
        endpoint = Endpoint(url=url, model="served", concurrency=CONCURRENCY)
        ours = rate("our engine openai", engine(OpenAIEngine(endpoint, chat=chat)), requests)
        alone += [rate(name, lambda some: asyncio.run(bare_client(url, some)), requests)]
    compare("our engine over a bare client", ours, sum(alone) / 2, 0.9)


if __name__ == "__main__":
    main()
