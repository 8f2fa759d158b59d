"""The engine on vLLM, with real vLLM and the embedded model: `make test-vllm`."""

from __future__ import annotations

import math
import os
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from s3ft.chat import Chat
from s3ft.errors import InputError, RunError
from s3ft.generate import Engine, TransformersEngine, VLLMEngine
from s3ft.lab import rows
from s3ft.models import load_chat, load_model
from s3ft.recipe import VLLM, Model
from s3ft.records import Message, Request, Response, Sampling, response_key
from vllm_here import ARGS, needs_vllm, processes


def lab(dtype: Any) -> Model:
    return Model(id="lab", dtype=dtype, device="cpu")


@pytest.fixture(scope="module")
def chat() -> Chat:
    return load_chat(lab("float32"))


@pytest.fixture(scope="module")
def engine(chat: Chat) -> Iterator[VLLMEngine]:
    """In single precision; tests that end its process leave the next one to start it again."""
    engine = VLLMEngine(lab("float32"), chat, VLLM(args=ARGS))
    yield engine
    engine.free()


def requests_of(chat: Chat, sampling: Sampling, size: int = 20, samples: int = 1) -> list[Request]:
    found = []
    for task in ("math", "code", "reading"):
        for row in rows(task, "test", size=size):
            messages: tuple[Message, ...] = tuple(row["prompt"])  # type: ignore[arg-type]
            ids = chat.prompt_ids(messages)
            for seed in range(samples):
                key = response_key("lab", ids, sampling, seed)
                found.append(Request(key, messages, ids, sampling, seed, str(row["id"])))
    return found


def answers(engine: Engine, requests: Iterable[Request]) -> dict[str, Response]:
    requests = list(requests)
    found = [response for batch in engine.generate(requests) for response in batch]
    assert len(found) == len(requests), "each exactly once"
    return {response.key: response for response in found}


def same(some: dict[str, Response], others: dict[str, Response]) -> float:
    """The share of rows with identical tokens."""
    assert some.keys() == others.keys()
    return sum(some[key].token_ids == others[key].token_ids for key in some) / len(some)


@needs_vllm
@pytest.mark.parametrize(("dtype", "share"), [("float32", 0.99), ("bfloat16", 0.9)])
def test_greedy_tokens_are_those_of_transformers(
    dtype: str, share: float, chat: Chat, engine: VLLMEngine
) -> None:
    requests = requests_of(chat, Sampling(max_new_tokens=160), size=40)
    theirs = answers(TransformersEngine(load_model(lab(dtype)), chat), requests)
    if dtype != "float32":
        engine = VLLMEngine(lab(dtype), chat, VLLM(args=ARGS))
    ours = answers(engine, requests)
    if dtype != "float32":
        engine.free()
    found = same(ours, theirs)
    print(f"{dtype}: {found:.1%} of {len(requests)} rows have the same greedy tokens")
    assert found >= share
    reasons = Counter(response.finish_reason for response in ours.values())
    assert reasons["stop"] > 0.9 * len(requests)
    for key, response in ours.items():
        if response.token_ids == theirs[key].token_ids:
            assert response.text == theirs[key].text
            assert response.finish_reason == theirs[key].finish_reason
            near = 1e-3 if dtype == "float32" else 0.5
            assert response.logprob == pytest.approx(theirs[key].logprob, abs=near)
        assert response.engine == "vllm"


@needs_vllm
def test_rows_come_as_they_are_finished(chat: Chat, engine: VLLMEngine) -> None:
    requests = requests_of(chat, Sampling(max_new_tokens=160), size=20)
    sizes, rest = [], len(requests)
    for batch in engine.generate(requests):
        sizes.append(len(batch))
        rest -= len(batch)
        if len(sizes) == 1:
            assert rest > len(requests) / 2, "the first come before the last are done"
    assert rest == 0
    assert len(sizes) > 10
    assert max(sizes) < len(requests) / 3


@needs_vllm
def test_an_answer_ends_with_its_stop_token_or_at_the_limit(chat: Chat, engine: VLLMEngine) -> None:
    responses = answers(engine, requests_of(chat, Sampling(max_new_tokens=40))).values()
    reasons = Counter(response.finish_reason for response in responses)
    assert reasons["stop"] >= 5
    assert reasons["length"] >= 5
    for response in responses:
        assert response.token_ids is not None
        inside, last = response.token_ids[:-1], response.token_ids[-1]
        assert not set(inside) & set(chat.stop_ids)
        assert (last in chat.stop_ids) == (response.finish_reason == "stop")
        assert len(response.token_ids) == 40 or response.finish_reason == "stop"
        assert response.text == chat.decode(response.token_ids)


@needs_vllm
def test_answers_end_at_the_models_last_position(chat: Chat, engine: VLLMEngine) -> None:
    [filler] = chat.tokenizer.encode(" apples", add_special_tokens=False)[-1:]
    requests = [
        Request(str(length), (), (filler,) * length, Sampling(max_new_tokens=2000))
        for length in (1000, 1022, 1023, 1024, 2000)
    ]
    ours = answers(engine, requests)
    theirs = answers(TransformersEngine(load_model(lab("float32")), chat), requests)
    for key, response in ours.items():
        if response.finish_reason == "length":
            assert len(response.token_ids or ()) == max(0, 1024 - int(key))
    assert (ours["2000"].text, ours["2000"].token_ids, ours["2000"].logprob) == ("", (), 0.0)
    counts = {key: len(response.token_ids or ()) for key, response in ours.items()}
    assert counts == {key: len(response.token_ids or ()) for key, response in theirs.items()}


@needs_vllm
def test_samples_repeat_by_their_seed(chat: Chat, engine: VLLMEngine) -> None:
    sampling = Sampling(2.0, max_new_tokens=60)
    requests = requests_of(chat, sampling, size=4, samples=5)
    first, second = answers(engine, requests), answers(engine, requests[::-1])
    assert same(first, second) == 1
    assert len({response.token_ids for response in first.values()}) > 0.8 * len(requests)


@needs_vllm
@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(1.2, max_new_tokens=1),
        Sampling(1.5, top_k=5, max_new_tokens=1),
        Sampling(1.5, top_p=0.8, max_new_tokens=1),
        Sampling(2.0, top_p=0.7, top_k=20, max_new_tokens=1),
    ],
)
def test_first_tokens_follow_the_distribution_that_transformers_means(
    sampling: Sampling, chat: Chat, engine: VLLMEngine
) -> None:
    """Temperature, then top-k, then top-p of what is left; seeds as large as real ones."""
    count, ids = 2000, chat.prompt_ids(({"role": "user", "content": "Tell me of the"},))
    requests = [Request(str(n), (), ids, sampling, (1 << 59) + 7919 * n) for n in range(count)]
    seen = Counter(r.token_ids[0] for r in answers(engine, requests).values() if r.token_ids)
    with torch.inference_mode():
        logits = load_model(lab("float32"))(torch.tensor([ids])).logits[0, -1].float()
    logits = logits / sampling.temperature
    if sampling.top_k:
        logits[logits < logits.topk(sampling.top_k).values[-1]] = -math.inf
    ordered, places = logits.softmax(-1).sort(descending=True)
    kept = (ordered.cumsum(0) - ordered < sampling.top_p) & (ordered > 0)
    expected = torch.zeros_like(ordered).scatter(0, places[kept], ordered[kept])
    expected *= count / expected.sum()
    assert all(expected[token] > 0 for token in seen)
    observed = torch.tensor([seen[token] for token in range(len(expected))], dtype=torch.float)
    big = expected >= 5
    freedom = int(big.sum())
    assert freedom >= 3
    statistic = ((observed - expected) ** 2 / expected.clamp(min=1e-9))[big].sum()
    assert statistic < freedom + 4.5 * math.sqrt(2 * freedom)


@needs_vllm
def test_logprob_is_untempered(chat: Chat, engine: VLLMEngine) -> None:
    requests = requests_of(chat, Sampling(0.5, top_k=3, max_new_tokens=30), size=3)
    model = load_model(lab("float32"))
    for key, response in answers(engine, requests).items():
        [request] = [request for request in requests if request.key == key]
        assert response.token_ids
        ids = torch.tensor([request.prompt_ids + response.token_ids])
        with torch.inference_mode():
            logprobs = model(ids).logits[0, len(request.prompt_ids) - 1 : -1].log_softmax(-1)
        chosen = logprobs.gather(1, torch.tensor([response.token_ids]).T)
        assert response.logprob == pytest.approx(float(chosen.sum()), abs=1e-3)


@needs_vllm
def test_a_worker_that_is_killed_is_one_message_and_the_next_call_works(
    chat: Chat, engine: VLLMEngine
) -> None:
    requests = requests_of(chat, Sampling(max_new_tokens=160))
    before = answers(engine, requests[:10])
    rest = engine.generate(requests)
    next(rest)
    assert engine.pid
    group = engine.pid
    os.kill(group, signal.SIGKILL)
    with pytest.raises(RunError, match=r"vLLM's process ended: SIGKILL: .*\n.*goes on"):
        list(rest)
    assert processes(group) == []
    assert same(before, answers(engine, requests[:10])) == 1


@needs_vllm
def test_its_processes_are_gone_when_it_is_freed_or_left(chat: Chat, engine: VLLMEngine) -> None:
    requests = requests_of(chat, Sampling(max_new_tokens=160))
    rest = engine.generate(requests)
    next(rest)
    assert engine.pid
    group = engine.pid
    assert len(processes(group)) >= 2, "vLLM starts processes of its own"
    rest.close()  # type: ignore[attr-defined]
    assert processes(group) == []
    assert engine.pid is None


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """An adapter that changes what the model says, and the model with it merged in."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    model = get_peft_model(
        load_model(lab("float32")), LoraConfig(r=5, lora_alpha=10, target_modules="all-linear")
    )
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "lora_B" in name:
                weights.normal_(std=0.2)
    folder = tmp_path_factory.mktemp("tuned") / "adapter"
    model.save_pretrained(folder)
    return folder, model.merge_and_unload().eval()


@needs_vllm
def test_an_adapter_answers_as_the_merged_model(
    chat: Chat, engine: VLLMEngine, adapter: tuple[Path, Any]
) -> None:
    folder, merged = adapter
    requests = requests_of(chat, Sampling(max_new_tokens=80), size=15)
    base = answers(TransformersEngine(load_model(lab("float32")), chat), requests)
    ours = answers(engine.with_adapter(folder), requests)
    theirs = answers(TransformersEngine(merged, chat), requests)
    print(f"{same(ours, theirs):.1%} as merged, {same(ours, base):.1%} as the base")
    assert same(ours, theirs) >= 0.97
    assert same(ours, base) < 0.6
    pid = engine.pid
    assert same(answers(engine, requests), base) >= 0.97, "the base answers as before"
    assert engine.pid == pid, "in the same process"


@needs_vllm
def test_a_part_of_vllm_that_dies_ends_the_rest(chat: Chat, engine: VLLMEngine) -> None:
    rest = engine.generate(requests_of(chat, Sampling(max_new_tokens=160)))
    next(rest)
    assert engine.pid
    group = engine.pid
    part = [pid for pid in processes(group) if pid != group][-1]
    os.kill(part, signal.SIGKILL)
    with pytest.raises(RunError, match=r"vLLM's process ended: .*EngineDeadError"):
        list(rest)
    assert processes(group) == []


@needs_vllm
@pytest.mark.parametrize(
    ("config", "where", "problem"),
    [
        ({"args": {"max_num_seq": 3}}, "generate.vllm.args.max_num_seq", "is not an argument"),
        ({"args": {"dtype": "half"}}, "generate.vllm.args.dtype", "cannot be set here"),
        ({"max_model_len": 4096}, "generate.vllm", "vLLM refuses it: .*4096"),
    ],
)
def test_what_vllm_refuses_is_said_before_it_starts(
    config: dict[str, Any], where: str, problem: str, chat: Chat
) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        VLLMEngine(lab("float32"), chat, VLLM(**config)).check()
    assert caught.value.where == where


@needs_vllm
def test_a_model_that_it_cannot_load_is_one_message(chat: Chat, tmp_path: Path) -> None:
    from s3ft.lab import MODEL

    for path in MODEL.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    engine = VLLMEngine(Model(id=str(tmp_path), device="cpu"), chat, VLLM(args=ARGS))
    with pytest.raises(RunError, match=r"exit code 1: .*Cannot find any model weights"):
        list(engine.generate(requests_of(chat, Sampling(), size=1)))
    assert engine.pid is None


@needs_vllm
def test_too_little_memory_is_one_message(chat: Chat) -> None:
    args = {**ARGS, "kv_cache_memory_bytes": 2**20}
    engine = VLLMEngine(lab("float32"), chat, VLLM(args=args))
    with pytest.raises(RunError, match=r"No available memory for the cache blocks.*\n.*short: gen"):
        list(engine.generate(requests_of(chat, Sampling(), size=1)))


def test_without_vllm_it_says_how_to_install_it(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s3ft.generate._vllm.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 's3ft\[vllm\]'") as caught:
        VLLMEngine(lab("float32"), chat, VLLM()).check()
    assert caught.value.where == "generate.engine"
