from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch

from architectures import NAMES, build, saved
from s3ft.chat import Chat
from s3ft.errors import RunError
from s3ft.generate import TransformersEngine, _batches
from s3ft.generate._batches import Batching
from s3ft.models import load_chat, load_model
from s3ft.recipe import Model
from s3ft.records import Message, Request, Response, Sampling, response_key

QUESTIONS = [
    "How many?",
    "Anna has 3 apples and buys 4 more. How many are left?",
    "A train goes 12 miles in 3 hours.",
    "There are 8 boxes with 9 pens each; 4 pens are lost. How many pens remain? " * 3,
    "Hello to the world, and all the apples!",
]


@cache
def loaded(name: str) -> tuple[Any, Chat]:
    config = Model(id=str(saved(name)), dtype="float32", device="cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gpt2 has no template
        return load_model(config), load_chat(config)


def requests_of(chat: Chat, questions: Iterable[str], sampling: Sampling) -> list[Request]:
    found = []
    for seed, question in enumerate(questions):
        messages: tuple[Message, ...] = ({"role": "user", "content": question},)
        ids = chat.prompt_ids(messages)
        key = response_key("test", ids, sampling, seed)
        found.append(Request(key, messages, ids, sampling, seed, f"q{seed}"))
    return found


def answers(engine: TransformersEngine, requests: Iterable[Request]) -> dict[str, Response]:
    return {response.key: response for batch in engine.generate(requests) for response in batch}


def teacher_forced(model: Any, prompt: tuple[int, ...], answer: tuple[int, ...]) -> float:
    ids = torch.tensor([prompt + answer])
    with torch.inference_mode():
        logprobs = model(ids).logits.float().log_softmax(-1)
    places = range(len(prompt) - 1, len(prompt) + len(answer) - 1)
    return sum(float(logprobs[0, place, id]) for place, id in zip(places, answer, strict=True))


def crowd(patch: pytest.MonkeyPatch, model: Any, rows: int, error: Exception) -> list[int]:
    """Make a model run out of memory above so many rows; the sizes it saw."""
    sizes: list[int] = []
    generate = model.generate

    def crowded(input_ids: torch.Tensor, **kwargs: Any) -> Any:
        sizes.append(len(input_ids))
        if len(input_ids) > rows:
            raise error
        return generate(input_ids=input_ids, **kwargs)

    patch.setattr(model, "generate", crowded)
    return sizes


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_batched_answers_are_those_of_single_rows(name: str, temperature: float) -> None:
    model, chat = loaded(name)
    requests = requests_of(chat, QUESTIONS, Sampling(temperature, max_new_tokens=12))
    together = answers(TransformersEngine(model, chat), requests)
    alone = answers(TransformersEngine(model, chat, batch_size=1), reversed(requests))
    assert len(together) == len(requests)
    for request in requests:
        batched, single = together[request.key], alone[request.key]
        assert batched.token_ids == single.token_ids
        assert (batched.text, batched.finish_reason) == (single.text, single.finish_reason)
        assert batched.token_ids
        forced = teacher_forced(model, request.prompt_ids, batched.token_ids)
        assert batched.logprob == pytest.approx(forced, abs=2e-3)
        assert single.logprob == pytest.approx(forced, abs=2e-3)


@pytest.mark.parametrize("name", ["llama3", "gemma3"])
def test_greedy_is_the_most_likely_token_whatever_the_models_defaults_say(name: str) -> None:
    model, chat = loaded(name)
    assert model.generation_config.repetition_penalty == 1.3  # must not leak in
    (request,) = requests_of(chat, QUESTIONS[1:2], Sampling(max_new_tokens=16))
    (response,) = answers(TransformersEngine(model, chat), [request]).values()
    assert response.token_ids is not None
    ids = torch.tensor([request.prompt_ids + response.token_ids])
    with torch.inference_mode():
        best = model(ids).logits[0].argmax(-1).tolist()
    start = len(request.prompt_ids) - 1
    assert best[start : start + len(response.token_ids)] == list(response.token_ids)
    assert model.generation_config.repetition_penalty == 1.3


def test_stop_token_is_kept_in_the_ids_and_left_out_of_the_text() -> None:
    model, chat = loaded("llama3")
    requests = requests_of(chat, QUESTIONS * 20, Sampling(1.0, max_new_tokens=40))
    responses = answers(TransformersEngine(model, chat), requests).values()
    reasons = Counter(response.finish_reason for response in responses)
    assert reasons["stop"] >= 5
    assert reasons["length"] >= 5
    for response in responses:
        assert response.token_ids is not None
        inside, last = response.token_ids[:-1], response.token_ids[-1]
        assert not set(inside) & set(chat.stop_ids)
        assert (last in chat.stop_ids) == (response.finish_reason == "stop")
        assert (len(response.token_ids) == 40) or response.finish_reason == "stop"
        assert "<|eot_id|>" not in response.text
        assert response.engine == "transformers"


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_are_done_leave_and_the_others_go_on_unchanged(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, chat = loaded(name)
    often = copy(chat)
    often.stop_ids = (chat.stop_id, *range(100, 160))  # about every tenth token
    requests = requests_of(chat, QUESTIONS * 4, Sampling(1.0, max_new_tokens=40))
    sizes = crowd(monkeypatch, model, 20, MemoryError())
    together = answers(TransformersEngine(model, often), requests)
    assert sizes[0] == 20
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] <= 5
    alone = answers(TransformersEngine(model, often, batch_size=1), requests)
    for key, response in together.items():
        assert response.token_ids == alone[key].token_ids
        assert response.finish_reason == alone[key].finish_reason
        assert response.logprob == pytest.approx(alone[key].logprob, abs=2e-3)


def test_sampling_depends_on_the_seed_alone() -> None:
    model, chat = loaded("qwen3")
    requests = requests_of(chat, QUESTIONS[:2] * 20, Sampling(1.0, max_new_tokens=12))
    engine = TransformersEngine(model, chat, batch_size=7)
    first, second = (
        answers(engine, requests),
        answers(TransformersEngine(model, chat), requests[::-1]),
    )
    assert {k: r.token_ids for k, r in first.items()} == {k: r.token_ids for k, r in second.items()}
    assert len({response.token_ids for response in first.values()}) >= 38


@pytest.mark.slow
@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(1.0, max_new_tokens=1),
        Sampling(0.7, max_new_tokens=1),
        Sampling(1.3, top_k=5, max_new_tokens=1),
        Sampling(1.0, top_p=0.8, max_new_tokens=1),
    ],
)
def test_first_tokens_follow_the_models_distribution(sampling: Sampling) -> None:
    model, chat = loaded("llama3")
    count = 4000
    requests = requests_of(chat, [QUESTIONS[0]] * count, sampling)
    responses = answers(TransformersEngine(model, chat, batch_size=1000), requests).values()
    seen = Counter(response.token_ids[0] for response in responses if response.token_ids)
    with torch.inference_mode():
        logits = model(torch.tensor([requests[0].prompt_ids])).logits[0, -1].float()
    probs = (logits / sampling.temperature).softmax(-1)
    if sampling.top_k or sampling.top_p < 1:
        ordered, places = probs.sort(descending=True)
        before = ordered.cumsum(0) - ordered
        kept = sum(before < sampling.top_p) if sampling.top_p < 1 else sampling.top_k
        probs = torch.zeros_like(probs).scatter(0, places[:kept], ordered[:kept])
        probs /= probs.sum()
    assert all(probs[token] > 0 for token in seen)
    expected = probs * count
    big = expected >= 5
    observed = torch.tensor([seen[token] for token in range(len(probs))], dtype=torch.float)
    statistic = ((observed - expected) ** 2 / expected)[big].sum()
    freedom = int(big.sum())
    assert freedom >= 3
    assert statistic < freedom + 4.5 * math.sqrt(2 * freedom)


def test_logprob_is_untempered() -> None:
    model, chat = loaded("mistral")
    requests = requests_of(chat, QUESTIONS, Sampling(0.3, top_k=3, max_new_tokens=10))
    found = answers(TransformersEngine(model, chat), requests)
    for request in requests:
        response = found[request.key]
        assert response.token_ids is not None
        forced = teacher_forced(model, request.prompt_ids, response.token_ids)
        assert response.logprob == pytest.approx(forced, abs=2e-3)


@pytest.mark.parametrize("stored", [1, 2, 3])
def test_what_remains_after_whole_batches_comes_in_the_same_batches(stored: int) -> None:
    model, chat = loaded("phi3")
    greedy, sampled = Sampling(max_new_tokens=6), Sampling(1.0, max_new_tokens=6)
    requests = requests_of(chat, QUESTIONS * 2, sampled)
    requests += requests_of(chat, QUESTIONS, greedy)
    requests = [replace(request, key=f"{place:02d}") for place, request in enumerate(requests)]
    whole = list(TransformersEngine(model, chat, batch_size=4).generate(requests))
    assert [len(batch) for batch in whole] == [4, 4, 2, 4, 1]
    done = {response.key for batch in whole[:stored] for response in batch}
    rest = [request for request in requests[::-1] if request.key not in done]
    assert list(TransformersEngine(model, chat, batch_size=4).generate(rest)) == whole[stored:]


def test_on_a_cpu_long_prompts_make_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a batch does not fit there, the system ends the process: nothing could be halved."""
    monkeypatch.setattr(_batches, "CPU_TOKENS", 100)
    model, chat = loaded(NAMES[0])
    words = [" ".join(["apples"] * number) for number in (1, 2, 3, 40, 41, 300)]
    requests = requests_of(chat, words, Sampling(max_new_tokens=2))
    engine = TransformersEngine(model, chat, batch_size=4)
    lengths = {r.key: len(r.prompt_ids) for r in requests}
    batches = [[lengths[one.key] for one in batch] for batch in engine.generate(requests)]
    assert sorted(length for batch in batches for length in batch) == sorted(lengths.values())
    assert all(len(batch) == 1 or len(batch) * max(batch) <= 100 for batch in batches)
    assert max(map(len, batches)) > 1
    on_gpu = Batching.of(model.config, torch.device("cuda"))
    assert [len(batch) for batch in on_gpu.cut(requests, 4)] == [4, 2]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate"),
        MemoryError(),
    ],
)
def test_a_batch_that_does_not_fit_is_halved_for_good(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, chat = loaded("llama3")
    requests = requests_of(chat, QUESTIONS * 4, Sampling(1.0, max_new_tokens=4))
    expected = answers(TransformersEngine(model, chat), requests)
    sizes = crowd(monkeypatch, model, 5, error)
    found = answers(TransformersEngine(model, chat, batch_size=16), requests)
    assert sizes == [16, 8, 4, 4, 4, 4, 4]
    assert {k: r.token_ids for k, r in found.items()} == {
        k: r.token_ids for k, r in expected.items()
    }


def test_a_single_row_that_does_not_fit_is_a_run_error(monkeypatch: pytest.MonkeyPatch) -> None:
    model, chat = loaded("llama3")
    requests = requests_of(chat, QUESTIONS, Sampling(max_new_tokens=4))
    crowd(monkeypatch, model, 0, MemoryError())
    with pytest.raises(RunError, match="max_new_tokens"):
        list(TransformersEngine(model, chat).generate(requests))
    crowd(monkeypatch, model, 0, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        list(TransformersEngine(model, chat).generate(requests))


@pytest.mark.parametrize("name", ["llama3", "gpt2"])
def test_answers_end_at_the_models_last_position(name: str, tmp_path: Any) -> None:
    config = Model(id=str(build(name, tmp_path, positions=64)), dtype="float32", device="cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, chat = load_model(config), load_chat(config)
    requests = [
        Request(str(length), (), (65,) * length, Sampling(max_new_tokens=20))
        for length in (10, 50, 55, 63, 64, 70)
    ]
    chat.stop_ids = (chat.tokenizer.convert_tokens_to_ids("Z"),)  # the others may well come
    found = answers(TransformersEngine(model, chat), requests)
    counts = {key: len(response.token_ids or ()) for key, response in found.items()}
    assert counts == {"10": 20, "50": 14, "55": 9, "63": 1, "64": 0, "70": 0}
    assert {response.finish_reason for response in found.values()} == {"length"}
    assert found["70"].text == ""
    alone = answers(TransformersEngine(model, chat, batch_size=1), requests)
    assert {k: r.token_ids for k, r in found.items()} == {k: r.token_ids for k, r in alone.items()}
