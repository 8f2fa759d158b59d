"""A small model that thinks: it knows by heart a few answers, with a real thinking template.

It is a real Qwen3, trained for some seconds until it says just what `SAID` has for each question.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from architectures import tokenizer_of, trl_template
from s3ft.chat import Chat
from s3ft.records import Message

QUESTIONS = tuple(f"Double {n}" for n in range(1, 9))
GOLD = tuple(f"The answer is {2 * n}." for n in range(1, 9))
GOLD_THOUGHTS = tuple(f"Twice {n} is {2 * n}." for n in range(1, 9))
PARAPHRASE = "{{ question }}. Say anew: {{ gold }}"
ENDLESS = "and " * 40

SAID: dict[str, str] = {  # with the block of reasoning as this model writes it
    "Double 1": "<think>\nSo the answer is 5.\nNo, 2.\n</think>\n\nThe answer is 2.",
    "Double 2": "<think>\n\n</think>\n\nIt is 4: the answer is 4.",
    "Double 3": "<think>\nThe answer is 6.",
    "Double 4": "<think>\nThe answer is 8.\n</think>\n\nThe answer is 9.",
    "Double 5": "<think>\n5 and 5.\n</think>\n\nThe answer is 11.",
    "Double 6": f"<think>\n6 {ENDLESS}",
    "Double 7": "<think>\n7 and 7.\n</think>\n\nThe answer is 14.",
    "Double 8": "<think>\n8 and 8.\n</think>\n\nThe answer is 15.",
    "Double 3. Say anew: The answer is 6.":
        "<think>\nThe reference answer says 6.\n</think>\n\nSo the answer is 6.",
    "Double 4. Say anew: The answer is 8.":
        "<think>\nI rewrite the reference answer.\n</think>\n\nSo the answer is 8.",
    "Double 5. Say anew: The answer is 10.":
        "<think>\nTen.\n</think>\n\nThe reference answer says: the answer is 10.",
    "Double 6. Say anew: The answer is 12.": "<think>\nThe answer is 12.",
    "Double 8. Say anew: The answer is 16.":
        "<think>\nSixteen.\n</think>\n\nThe answer is 17.",
}  # fmt: skip

SOURCES = ("self", "self", "paraphrase", "paraphrase", "gold", "gold", "self", "gold")
"""Where each row of the mixture must come from."""


def template_of(name: str) -> str:
    """A real template on the tokens of Qwen's tokenizer."""
    text = trl_template(name)
    return text.replace("<｜end▁of▁sentence｜>", "<|im_end|>")


@cache
def thinker(name: str) -> Path:
    """A folder with the model under the named template, shared by all tests: do not change it."""
    folder = Path(mkdtemp(prefix="s3ft-thinker-"))
    tokenizer = copy.deepcopy(tokenizer_of("qwen3"))
    tokenizer.chat_template = template_of(name)
    tokenizer.bos_token = "<|endoftext|>"
    model = small(tokenizer)
    chat = Chat(tokenizer)
    learn(model, [said_ids(chat, question) for question in SAID], chat.pad_id)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def said_ids(chat: Chat, question: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids of a question, and those of what the model says to it."""
    prompt = chat.prompt_ids([Message(role="user", content=question)])
    text = SAID[question]
    if chat.prompt_text([Message(role="user", content="Hi")]).endswith("<think>\n"):
        text = text.removeprefix("<think>\n")
    ids = chat.tokenizer(text, add_special_tokens=False)["input_ids"]
    return prompt, (*ids, *([] if ENDLESS in text else [chat.stop_id]))


def small(tokenizer: Any, *, positions: int = 256) -> Any:
    """A Qwen3 with random weights."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, head_dim=16,
        max_position_embeddings=positions, tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
    )  # fmt: skip
    return Qwen3ForCausalLM(config)


def learn(model: Any, pairs: Sequence[tuple[Sequence[int], Sequence[int]]], pad: int) -> None:
    """Train it until it says just the second of each pair to the first, or nearly."""
    import torch

    width = max(len(prompt) + len(ids) for prompt, ids in pairs)
    rows, labels = [], []
    for prompt, ids in pairs:
        padding = width - len(prompt) - len(ids)
        rows.append([*prompt, *ids, *[pad] * padding])
        labels.append([*[-100] * len(prompt), *ids, *[-100] * padding])
    inputs, wanted = torch.tensor(rows), torch.tensor(labels)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    model.train()
    for _ in range(400):
        loss = model(input_ids=inputs, labels=wanted).loss
        if loss.item() < 0.01:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
