"""A small Qwen3 that thinks and calls functions: it knows by heart the rows of two guides."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs_blocks import DOCS, blocks

from architectures import tokenizer_of, trl_template
from s3ft import data
from s3ft.chat import Chat
from s3ft.recipe import load
from thinker import learn, small

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
CITIES = ("Aix", "Bern", "Cork", "Dijon", "Exeter", "Faro", "Graz", "Hof")

PROBLEMS = [{"question": f"Double {n}", "answer": str(2 * n)} for n in range(1, 9)]


def calls() -> list[dict[str, Any]]:
    """Rows in OpenAI's form, each with one call."""
    rows = []
    for number, city in enumerate(CITIES):
        function = {"name": "weather", "arguments": {"city": city}}
        gold = {"role": "assistant", "tool_calls": [{"type": "function", "function": function}]}
        asked = {"role": "user", "content": f"How is it in {city}?"}
        rows.append({"id": str(number), "tools": [WEATHER], "messages": [asked, gold]})
    return rows


def save_taught(folder: Path) -> None:
    """Save the model; the files that the guides' recipes name are in the current folder."""
    tokenizer = copy.deepcopy(tokenizer_of("qwen3"))
    tokenizer.chat_template = trl_template("qwen3")
    tokenizer.bos_token = "<|endoftext|>"
    pairs = [pair for guide in ("tools", "reasoning") for pair in _pairs(guide, tokenizer)]
    model = small(tokenizer, positions=4096)
    learn(model, pairs, tokenizer.pad_token_id)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _pairs(guide: str, tokenizer: Any) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    text = next(b.body for b in blocks(DOCS / f"guides/{guide}.md") if b.title == "recipe.yaml")
    path = Path("recipe.yaml")
    path.write_text(text, encoding="utf-8")
    recipe = load(path)
    path.unlink()
    assert recipe.model is not None
    kwargs: Mapping[str, Any] = recipe.model.chat_template_kwargs
    chat = Chat(tokenizer, kwargs=kwargs)
    pairs = []
    for split in ("train", "test"):
        for example in data.read(recipe.data, split):
            thoughts = "Twice that." if guide == "reasoning" else ""
            ids = chat.completion_ids(example.prompt, example.completion, thoughts)
            pairs.append((chat.prompt_ids(example.prompt), ids))
    return pairs
