"""Tokens per second of our engine and of plain `model.generate`, on one model in one run.

    python benchmarks/generate.py                   # the embedded model on its own task
    python benchmarks/generate.py --model DIR       # any other, on the same questions

Only tokens that were really generated count: up to and including the stop token, no padding. The
plain loops are what a user would write, in the order of arrival and with the same precision. They
take a part of the prompts, since they are slow.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch

from s3ft import lab
from s3ft.chat import Chat
from s3ft.generate import Transformers
from s3ft.models import load_chat, load_model, pick_device, pick_dtype
from s3ft.recipe import Model
from s3ft.records import Request, Sampling, response_key

Count = Callable[[], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="lab")
    parser.add_argument("--prompts", type=int, default=1024)
    parser.add_argument("--max-new-tokens", type=int, default=256)
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    if options.model == "lab" and not (lab.MODEL / "config.json").exists():
        print("The embedded model is not there: a random one of its size, which never stops,")
        print("makes 64 tokens for each prompt.")
        model, chat = random_model(options.dtype, options.device)
        options.max_new_tokens, chat.stop_ids = 64, (len(chat.tokenizer),)
    else:
        config = Model(id=options.model, dtype=options.dtype, device=options.device)
        model, chat = load_model(config), load_chat(config)
    sampling = Sampling(max_new_tokens=options.max_new_tokens)
    requests = [
        request(chat, row["prompt"], sampling)
        for row in lab.rows("math", "train", size=options.prompts)
    ]
    print(
        f"{sum(p.numel() for p in model.parameters()):,} parameters, {model.dtype}, "
        f"{model.device}, {torch.get_num_threads()} threads, greedy, "
        f"at most {sampling.max_new_tokens} new tokens"
    )
    engine = Transformers(model, chat)
    list(engine.generate(requests[:8]))  # warm up
    ours = measure("ours, batches of 256", len(requests), lambda: run_ours(engine, requests))
    for size, share in ((8, 4), (1, 32)):
        some = requests[: max(size, len(requests) // share)]
        rate = measure(
            f"model.generate, batches of {size}",
            len(some),
            lambda some=some, size=size: run_plain(model, chat, some, size),  # type: ignore[misc]
        )
        print(f"    ours is {ours / rate:.1f} times that")


def measure(name: str, prompts: int, run: Count) -> float:
    start = time.perf_counter()
    tokens = run()
    seconds = time.perf_counter() - start
    print(
        f"{name:<32} {prompts:>6} prompts {tokens:>8} tokens {seconds:>7.1f} s "
        f"{tokens / seconds:>9,.0f} tokens/s",
        flush=True,
    )
    return tokens / seconds


def run_ours(engine: Transformers, requests: Sequence[Request]) -> int:
    return sum(
        len(response.token_ids or ()) for batch in engine.generate(requests) for response in batch
    )


def run_plain(model: Any, chat: Chat, requests: Sequence[Request], size: int) -> int:
    tokenizer, tokens = chat.tokenizer, 0
    for start in range(0, len(requests), size):
        some = requests[start : start + size]
        batch = tokenizer.pad(
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


def request(chat: Chat, question: str, sampling: Sampling) -> Request:
    messages = ({"role": "user", "content": question},)
    ids = chat.prompt_ids(messages)
    return Request(response_key("benchmark", ids, sampling, 0), messages, ids, sampling)


def random_model(dtype: str, device: str) -> tuple[Any, Chat]:
    """A Llama of the embedded model's size, with a tokenizer of its kind."""
    from transformers import LlamaConfig, LlamaForCausalLM

    from s3ft.lab.tokenizer import train_tokenizer

    tokenizer = train_tokenizer(row["prompt"] for row in lab.rows("math", "train"))
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=704,
        num_hidden_layers=6,
        num_attention_heads=4,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(0)
    where = pick_device(device)
    return LlamaForCausalLM(config).to(where, pick_dtype(dtype, where)).eval(), Chat(tokenizer)


if __name__ == "__main__":
    main()
