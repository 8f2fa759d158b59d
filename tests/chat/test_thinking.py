"""Reasoning in the real templates that TRL ships: rendered, trained, read, and left out."""

from __future__ import annotations

import copy
import datetime
from functools import cache
from typing import Any

import pytest

from architectures import tokenizer_of, trl_template
from s3ft.chat import Chat, check
from s3ft.errors import InputError
from s3ft.reasoning import Parts
from s3ft.records import Message

USER: Message = {"role": "user", "content": "Anna has 3 apples and buys 4. How many?"}
THOUGHT, ANSWER = "3 + 4 is 7.", "The answer is 7."
TEMPLATES: dict[str, tuple[str, ...]] = {  # each with its tokens, the turn's end first
    "qwen3": ("<|im_end|>",),
    "qwen3_5_think": ("<|im_end|>",),
    "qwen3_8": ("<|im_end|>",),
    "lfm2_2_5": ("<|im_end|>",),
    "nemotron_3_nano": ("<|im_end|>",),
    "nemotron_3_ultra": ("<|im_end|>",),
    "deepseek_r1_distill": ("<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"),
    "deepseekv3": ("<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"),
    "glm4moe": ("<|endoftext|>", "<|user|>", "<|assistant|>", "[gMASK]", "<sop>"),
    "gptoss": ("<|return|>", "<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|call|>"),
    "gemma4_v5": ("<turn|>", "<|turn>", "<|channel>", "<channel|>"),
    "muse_glimmer": ("<|eot|>", "<|start|>", "<|message|>", "<|eom|>"),
    "llama3": ("<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"),
}
OPENING = ("qwen3_5_think", "qwen3_8", "nemotron_3_nano", "nemotron_3_ultra",
           "deepseek_r1_distill", "deepseekv3")  # fmt: skip
WITHOUT = {  # what is trained of an answer that had no reasoning, or lost it
    "qwen3": "<think>\n\n</think>\n\n",
    "glm4moe": "\n<think></think>\n",
    "gptoss": "<|channel|>final<|message|>",
    "muse_glimmer": " to=user<|message|>",
    "nemotron_3_nano": "</think>",
    "nemotron_3_ultra": "</think>",
    **dict.fromkeys(OPENING[:2] + OPENING[4:], "\n</think>\n\n"),
}
KNOWING = [name for name in TEMPLATES if name != "llama3"]


@cache
def chat_of(name: str, **kwargs: Any) -> Chat:
    tokenizer = copy.deepcopy(tokenizer_of("qwen3"))
    tokenizer.add_tokens(list(TEMPLATES[name]), special_tokens=True)
    tokenizer.eos_token, tokenizer.bos_token = TEMPLATES[name][0], "<|endoftext|>"
    return Chat(tokenizer, template=trl_template(name), kwargs=kwargs)


@pytest.mark.parametrize("name", TEMPLATES)
def test_reasoning_is_rendered_and_read_back(name: str) -> None:
    chat = chat_of(name)
    ids = chat.completion_ids([USER], ANSWER, THOUGHT)
    text = chat.tokenizer.decode(ids)
    assert text.index(THOUGHT) < text.index(ANSWER)
    assert text.endswith(ANSWER + TEMPLATES[name][0])
    assert chat.read(ids, chat.prompt_ids([USER])) == Parts(ANSWER, THOUGHT)
    assert check(chat, [USER], ANSWER, THOUGHT) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_answer_without_reasoning_is_as_the_template_has_it(name: str) -> None:
    chat = chat_of(name)
    ids = chat.completion_ids([USER], ANSWER)
    assert chat.tokenizer.decode(ids) == WITHOUT.get(name, "") + ANSWER + TEMPLATES[name][0]
    assert chat.read(ids, chat.prompt_ids([USER])) == Parts(ANSWER)
    assert check(chat, [USER], ANSWER) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_dropped_reasoning_leaves_the_models_own_ids_of_the_answer(name: str) -> None:
    chat = chat_of(name)
    plain = chat.completion_ids([USER], ANSWER)
    whole = chat.completion_ids([USER], ANSWER, THOUGHT)
    assert chat.without_reasoning([USER], ANSWER, whole) == plain
    # The same text in other tokens, as only the model itself would split it.
    word, letters = encode(chat, " answer"), [id for c in " answer" for id in encode(chat, c)]
    assert word != letters
    own, expected = (replaced(ids, word, letters) for ids in (whole, plain))
    assert chat.read(own, chat.prompt_ids([USER])) == Parts(ANSWER, THOUGHT)
    dropped = chat.without_reasoning([USER], ANSWER, own)
    # Where the template puts between reasoning and answer what it puts before an answer alone.
    alike = name not in ("nemotron_3_nano", "llama3")
    assert dropped == (expected if alike else plain)


def encode(chat: Chat, text: str) -> list[int]:
    ids: list[int] = chat.tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def replaced(ids: tuple[int, ...], old: list[int], new: list[int]) -> tuple[int, ...]:
    at = max(i for i in range(len(ids)) if list(ids[i : i + len(old)]) == old)
    return (*ids[:at], *new, *ids[at + len(old) :])


@pytest.mark.parametrize("name", KNOWING)
def test_an_answer_that_ends_within_its_reasoning_is_none(name: str) -> None:
    chat = chat_of(name)
    assert chat.supports_reasoning
    ids = chat.completion_ids([USER], ANSWER, THOUGHT)
    text = chat.tokenizer.decode(ids).partition(THOUGHT)[0] + THOUGHT
    parts = chat.read([*encode(chat, text), chat.stop_id], chat.prompt_ids([USER]))
    assert (parts.answer, parts.reasoning, parts.finished) == ("", THOUGHT, False)


def test_a_template_that_knows_none_carries_it_in_the_text() -> None:
    chat = chat_of("llama3")
    assert not chat.supports_reasoning
    ids = chat.completion_ids([USER], ANSWER, THOUGHT)
    block = f"<think>\n{THOUGHT}\n</think>\n\n"
    assert chat.tokenizer.decode(ids) == block + ANSWER + "<|eot_id|>"


@pytest.mark.parametrize("name", OPENING)
def test_a_prompt_that_opens_the_block_is_followed_by_its_end(name: str) -> None:
    chat = chat_of(name)
    prompt = chat.prompt_text([USER])
    assert prompt.endswith("<think>\n")
    for reasoning in ("", THOUGHT):
        answer = chat.tokenizer.decode(chat.completion_ids([USER], ANSWER, reasoning))
        assert answer.count("</think>") == 1
        assert "<think>" not in answer
    assert not chat.read([*encode(chat, ANSWER), chat.stop_id], chat.prompt_ids([USER])).finished


@pytest.mark.parametrize("name", ["qwen3", "qwen3_5_think", "glm4moe", "nemotron_3_nano"])
def test_reasoning_after_a_prompt_that_rules_it_out_is_refused(name: str) -> None:
    chat = chat_of(name, enable_thinking=False)
    assert chat.read(chat.completion_ids([USER], ANSWER)) == Parts(ANSWER)
    assert check(chat, [USER], ANSWER) == []
    with pytest.raises(InputError, match=r"train\.reasoning=drop"):
        chat.completion_ids([USER], ANSWER, THOUGHT)


def test_reasoning_of_earlier_turns_is_the_templates_affair() -> None:
    earlier: list[Message] = [
        {"role": "user", "content": "Hello!"},
        {"role": "assistant", "content": "Hello.", "reasoning_content": "A greeting."},
    ]
    for name in ("qwen3", "gptoss", "deepseek_r1_distill"):
        assert "A greeting." not in chat_of(name).prompt_text([*earlier, USER])
    kept = chat_of("nemotron_3_nano", truncate_history_thinking=False)
    assert "A greeting." in kept.prompt_text([*earlier, USER])


def test_a_template_is_told_one_date() -> None:
    tokenizer = chat_of("gptoss").tokenizer
    told = Chat(tokenizer, template=trl_template("gptoss"), date=datetime.date(2024, 2, 29))
    assert "Current date: 2024-02-29" in told.prompt_text([USER])
    today = datetime.date.today().isoformat()
    assert f"Current date: {today}" in chat_of("gptoss").prompt_text([USER])
