"""Choices scored from a cached context: what lm-eval computes, with fewer tokens read."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from architectures import NAMES, saved, tokenizer_of
from s3ft.chat import Chat
from s3ft.evaluate import language_model
from s3ft.recipe import Evaluate

Request = tuple[None, list[int], list[int]]


class Ids:
    """Random ids below a size, and questions made of them."""

    def __init__(self, vocabulary: int) -> None:
        self._random, self._vocabulary = random.Random(0), vocabulary

    def some(self, least: int, most: int | None = None) -> list[int]:
        count = self._random.randint(least, most or least)
        return [self._random.randrange(3, self._vocabulary) for _ in range(count)]

    def questions(self, preamble: list[int], count: int) -> list[Request]:
        """Choices of one token, of several, and such as differ in their contexts alone."""
        requests: list[Request] = []
        for n in range(count):
            context = preamble + self.some(1, 30)
            if n % 3 == 2:
                end = self.some(4)
                requests += [(None, context + self.some(2), end) for _ in range(2)]
            for _ in range(1 + n % 5):
                requests.append((None, context, self.some(1, 1 if n % 3 == 0 else 12)))
        return requests


def test_results_are_lm_evals_in_the_requests_order(model: Any, chat: Chat) -> None:
    ids = Ids(len(chat.tokenizer))
    requests = ids.questions([], 12) + ids.questions(ids.some(70), 12)
    requests += [(None, ids.some(400), ids.some(n)) for n in (1, 40)]  # cut on the left
    random.Random(0).shuffle(requests)

    assert_as_lm_eval(model, chat, requests)


def test_greedy_choices_are_told(model: Any, chat: Chat) -> None:
    context = Ids(len(chat.tokenizer)).some(9)
    made = model.generate(torch.tensor([context]), max_new_tokens=4, do_sample=False)
    answer = made[0, len(context) :].tolist()
    wrong = [*answer[:-1], answer[-1] + 1]

    found = ours(model, chat)._loglikelihood_tokens(
        [(None, context, answer), (None, context, wrong), (None, context, answer[:1])],
        disable_tqdm=True,
    )

    assert [greedy for _, greedy in found] == [True, False, True]


@pytest.mark.parametrize("preamble", [0, 100])
def test_what_is_shared_is_read_once(model: Any, chat: Chat, preamble: int) -> None:
    ids = Ids(len(chat.tokenizer))
    before = ids.some(preamble) if preamble else []
    contexts = [before + ids.some(20) for _ in range(16)]
    requests: list[Request] = [(None, one, ids.some(3)) for one in contexts for _ in range(4)]

    read = tokens_read(model, ours(model, chat), requests)

    # The last id of a choice is predicted, and not read; choices may begin alike.
    assert read <= preamble + 16 * (20 + 4 * 2)
    assert read > preamble + 16 * 20


def test_contexts_that_are_alike_share_their_beginning(model: Any, chat: Chat) -> None:
    """As WinoGrande's, where the choice is within the context."""
    ids = Ids(len(chat.tokenizer))
    requests: list[Request] = []
    for _ in range(8):
        begin, end = ids.some(20), ids.some(4)
        requests += [(None, [*begin, word], end) for word in (5, 6)]

    read = tokens_read(model, ours(model, chat), requests)

    assert read == 8 * (20 + 2 * (1 + 3))


def test_a_batch_that_does_not_fit_is_halved(
    model: Any, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = Ids(len(chat.tokenizer)).questions([], 12)
    expected = ours(model, chat)._loglikelihood_tokens(requests, disable_tqdm=True)
    forward, rows = model.forward, []

    def small(input_ids: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        rows.append(len(input_ids))
        if len(input_ids) > 5:
            raise torch.OutOfMemoryError("out of memory")
        return forward(input_ids, *args, **kwargs)

    lm = ours(model, chat)
    monkeypatch.setattr(model, "forward", small)
    found = lm._loglikelihood_tokens(requests, disable_tqdm=True)

    assert_equal(found, expected)
    assert max(rows) > 5
    assert max(rows[len(rows) // 2 :]) <= 5  # halved for good


@pytest.mark.parametrize("kind", ["mamba", "gpt"])
def test_without_a_cache_to_share_it_is_lm_evals_own_way(chat: Chat, kind: str) -> None:
    """A recurrent state cannot leave out padding; the first GPT keeps nothing."""
    import transformers as t

    torch.manual_seed(0)
    size = len(chat.tokenizer)
    model = {
        "mamba": lambda: t.MambaForCausalLM(
            t.MambaConfig(vocab_size=size, hidden_size=16, num_hidden_layers=2, state_size=4)
        ),
        "gpt": lambda: t.OpenAIGPTLMHeadModel(
            t.OpenAIGPTConfig(vocab_size=size, n_embd=16, n_layer=2, n_head=2, n_positions=64)
        ),
    }[kind]().eval()

    assert_as_lm_eval(model, chat, Ids(len(chat.tokenizer)).questions([], 4))


@pytest.mark.parametrize("kind", ["mpt", "gpt_neo", "phi3"])
def test_places_that_are_no_positions_and_lengths_that_change_them(chat: Chat, kind: str) -> None:
    """Distances by places, a window that no cache knows, angles by the longest row of a pass."""
    import transformers as t

    torch.manual_seed(0)
    shape: dict[str, Any] = {"vocab_size": len(chat.tokenizer), "pad_token_id": 0}
    alike: dict[str, Any] = {"hidden_size": 32, "max_position_embeddings": 512}
    stretch = {"rope_type": "longrope", "short_factor": [1.0] * 4, "long_factor": [4.0] * 4}
    stretch |= {"original_max_position_embeddings": 230, "rope_theta": 10000.0}
    model = {
        "mpt": lambda: t.MptForCausalLM(
            t.MptConfig(**shape, d_model=32, n_heads=4, n_layers=2, max_seq_len=512)
        ),
        "gpt_neo": lambda: t.GPTNeoForCausalLM(
            t.GPTNeoConfig(
                **shape,
                **alike,
                num_layers=2,
                num_heads=4,
                window_size=24,
                attention_types=[[["global", "local"], 1]],
            )
        ),
        "phi3": lambda: t.Phi3ForCausalLM(
            t.Phi3Config(
                **shape,
                **alike,
                intermediate_size=64,
                num_hidden_layers=2,
                num_attention_heads=4,
                original_max_position_embeddings=230,
                rope_parameters=stretch,
            )
        ),
    }[kind]().eval()
    with torch.no_grad():  # else attention is flat, and nothing is far
        for weights in model.parameters():
            weights.add_(0.3 * torch.randn_like(weights))
    ids = Ids(len(chat.tokenizer))

    assert_as_lm_eval(model, chat, ids.questions(ids.some(200), 14))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_architecture(name: str) -> None:
    """Positions from a table, windows, heads of their own: with and without a preamble that is
    longer than the window."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(saved(name), dtype=torch.float32).eval()
    chat = Chat(tokenizer_of(name))
    ids = Ids(len(chat.tokenizer))
    requests = ids.questions([], 12) + ids.questions(ids.some(60), 12)

    assert_as_lm_eval(model, chat, requests)
    assert tokens_read(model, ours(model, chat), requests) < tokens_read(
        model, theirs(model, chat), requests
    )


def ours(model: Any, chat: Chat) -> Any:
    return language_model(model, chat, Evaluate(benchmarks=["any"], batch_size=16))


def theirs(model: Any, chat: Chat) -> Any:
    from lm_eval.models.huggingface import HFLM

    return HFLM(pretrained=model, tokenizer=chat.tokenizer, batch_size=16, softmax_dtype="float32")


def assert_as_lm_eval(model: Any, chat: Chat, requests: list[Request]) -> None:
    found, expected = (
        lm._loglikelihood_tokens(requests, disable_tqdm=True)
        for lm in (ours(model, chat), theirs(model, chat))
    )
    assert_equal(found, expected)


def assert_equal(found: list[tuple[float, bool]], expected: list[tuple[float, bool]]) -> None:
    assert [value for value, _ in found] == pytest.approx(
        [value for value, _ in expected], rel=1e-5, abs=1e-4
    )
    assert [greedy for _, greedy in found] == [greedy for _, greedy in expected]


def tokens_read(model: Any, lm: Any, requests: list[Request]) -> int:
    """Tokens that go through the model, padding left out where a mask says so."""
    read = 0

    def count(module: Any, args: Any, kwargs: Any) -> None:
        nonlocal read
        ids = kwargs["input_ids"] if "input_ids" in kwargs else args[0]
        mask = kwargs.get("attention_mask")
        new = ids.numel() if mask is None else int(mask[:, -ids.shape[1] :].sum())
        read += new

    hook = model.register_forward_pre_hook(count, with_kwargs=True)
    try:
        lm._loglikelihood_tokens(requests, disable_tqdm=True)
    finally:
        hook.remove()
    return read
