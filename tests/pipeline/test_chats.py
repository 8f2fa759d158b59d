"""Chats of several answers, each asked, judged, restated and trained as a pair of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import s3ft
from architectures import saved
from s3ft.lab import rows
from s3ft.pipeline import read_mixture, run_stages

pytestmark = pytest.mark.slow


def chats(count: int, turns: int) -> list[dict[str, Any]]:
    """Chats that go on with another of the lab's problems after each answer."""
    problems = iter(rows("math", "train"))
    found = []
    for number in range(count):
        messages = []
        for _ in range(turns):
            row = next(problems)
            answer = {"role": "assistant", "content": row["completion"]}
            messages += [*row["prompt"], answer]
        found.append({"id": f"c{number}", "messages": messages})
    return found


def test_the_ladder_takes_each_answer_by_itself() -> None:
    data = chats(4, 2)
    mixture = s3ft.select(
        data,
        model={"id": "lab", "dtype": "float32"},
        judge="math",
        data={"turns": "all"},
        generate={"max_new_tokens": 120},
    )
    by_id = {row["example_id"]: row for row in mixture}
    assert list(by_id) == [f"c{n}:{turn}" for n in range(4) for turn in (1, 2)]
    assert {"self", "paraphrase"} <= set(mixture["source"]), "one is known, one restated"
    for chat in data:
        first, second = (by_id[f"{chat['id']}:{turn}"] for turn in (1, 2))
        assert first["prompt"] == chat["messages"][:1]
        assert second["prompt"] == chat["messages"][:3], "behind the data's own answer"
        for row in (first, second):
            assert (row["token_ids"] is None) == (row["source"] == "gold")


@pytest.mark.parametrize("name", ["mistral", "qwen3"])
def test_all_of_them_are_trained(name: str, tmp_path: Path) -> None:
    """By the template of a real architecture, with general chats beside them."""
    for file, count in (("task", 3), ("general", 2)):
        turns = [
            {"role": role, "content": f"{n} and {n}: {role}"}
            for n in range(2)
            for role in ("user", "assistant")
        ]
        lines = (json.dumps({"id": f"{n}", "messages": turns}) + "\n" for n in range(count))
        (tmp_path / f"{file}.jsonl").write_text("".join(lines))
    replay = {"path": str(tmp_path / "general.jsonl"), "turns": "all", "share": 0.4}
    recipe = {
        "model": {"id": str(saved(name))},
        "data": {"path": str(tmp_path / "task.jsonl"), "turns": "all", "replay": replay},
        "judge": {"name": "math"},
        "methods": ["sft"],
        "train": {"epochs": 1, "batch_size": 5, "learning_rate": 1e-2, "lora": {"dropout": 0.0}},
    }
    out = run_stages(recipe, (), tmp_path / "run", "train")
    sources = [target.source for target in read_mixture(out / "mixture" / "sft")]
    assert sources == ["gold"] * 6 + ["replay"] * 4
    training = json.loads((out / "models" / "sft-seed0" / "training.json").read_text())
    assert (training["rows"], training["steps"]) == (10, 2)
