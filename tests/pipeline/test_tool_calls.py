"""Function calling from rows to the tokens that are trained, with a real template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

import s3ft
from architectures import build, tokenizer_of, trl_template
from endpoint import Body, Endpoint, completion, prompt_of, serve
from s3ft import cli
from s3ft.chat import Chat
from s3ft.pipeline import read_mixture

TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def call(city: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "weather", "arguments": {"city": city}}}


def text(city: str) -> str:
    return f'<tool_call>\n{{"name": "weather", "arguments": {{"city": "{city}"}}}}\n</tool_call>'


def row(city: str, *before: dict[str, Any]) -> dict[str, Any]:
    asked = {"role": "user", "content": f"How is it in {city}?"}
    gold = {"role": "assistant", "content": "", "tool_calls": [call(city)]}
    return {"id": city, "messages": [*before, asked, gold], "tools": json.dumps([TOOL])}


EARLIER = (
    {"role": "user", "content": "How is it in Ulm?"},
    {"role": "assistant", "content": "", "tool_calls": [call("Ulm")]},
    {"role": "tool", "name": "weather", "content": "rain"},
    {"role": "assistant", "content": "Rainy."},
)
ROWS = [row("Aix"), row("Bern"), row("Cork", *EARLIER)]


def reply(body: Body) -> Any:
    """Calls as a server with a parser tells them: right for Aix, not for Bern; words for Cork."""
    assert body["tools"] == [TOOL]
    if "Cork" in prompt_of(body):
        return "It is sunny."
    function = {"name": "weather", "arguments": '{"city": "Aix"}'}
    made = {"id": "a", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "tool_calls": [made]}
    return completion("", finish_reason="tool_calls", message=message)


@pytest.fixture(scope="module")
def server() -> Iterator[Endpoint]:
    with serve(reply) as endpoint:
        yield endpoint


@pytest.fixture
def run(server: Endpoint, tmp_path: Path) -> Path:
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    (tmp_path / "train.jsonl").write_text(lines, encoding="utf-8")
    recipe = {
        "model": {"id": str(build("qwen3", tmp_path, positions=2048))},
        "data": {"path": str(tmp_path / "train.jsonl")},
        "judge": {"name": "tool"},
        "generate": {"engine": "openai", "openai": {"url": server.url, "model": "m"}},
        "methods": ["ssr"],
        "allow": ["unreadable"],
        "train": {"max_length": 2048},
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
    out = tmp_path / "run"
    assert cli.run_command(["check", str(tmp_path / "recipe.yaml")]) == 0
    assert cli.run_command(["select", str(tmp_path / "recipe.yaml"), "--out", str(out)]) == 0
    return out


@pytest.mark.slow
def test_a_mixture_of_calls(run: Path) -> None:
    folder = run / "mixture" / "ssr"
    targets = list(read_mixture(folder))
    assert [(t.example_id, t.source) for t in targets] == [
        ("Aix", "self"),
        ("Bern", "gold"),
        ("Cork", "gold"),
    ]
    assert [t.completion for t in targets] == [text(row["id"]) for row in ROWS]
    assert [t.prompt[0]["tools"] for t in targets] == [[TOOL]] * 3
    assert list(targets[2].prompt[1:4]) == list(EARLIER[1:])
    assert "calls" not in targets[1].reason
    assert 'city is "Aix", gold "Bern"' in targets[1].reason

    # As other trainers read it.
    lines = [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]
    assert [line["tools"] for line in lines] == [[TOOL]] * 3
    assert lines[2]["prompt"] == [*EARLIER, ROWS[2]["messages"][-2]]
    loaded = load_dataset("parquet", data_files=str(folder / "train.parquet"), split="train")
    assert [json.loads(tools) for tools in loaded["tools"]] == [[TOOL]] * 3

    # What is trained is the template's own rendering of messages and functions.

    chat = Chat(tokenizer_of("qwen3"), template=trl_template("qwen3"))
    for target, told in zip(targets, ROWS, strict=True):
        ids = chat.prompt_ids(target.prompt) + chat.completion_ids(target.prompt, target.completion)
        whole = chat.tokenizer.apply_chat_template(
            told["messages"], tools=[TOOL], tokenize=True, return_dict=False
        )
        assert list(ids) == whole[: len(ids)]
        assert ids[-1] == chat.stop_id


def test_select_in_python_gives_calls_too() -> None:
    responses = {"Aix": "weather(city='Aix')", "Bern": text("Aix"), "Cork": "It is sunny."}
    mixture = s3ft.select(ROWS, judge="tool", method=["self", "gold"], responses=responses)
    assert mixture["source"] == ["self", "gold", "gold"]
    assert [turns[-1]["content"] for turns in mixture["completion"]] == [
        "weather(city='Aix')",
        text("Bern"),
        text("Cork"),
    ]
