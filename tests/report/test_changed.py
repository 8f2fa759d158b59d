"""What was lost and gained is shown with the words of both models."""

from __future__ import annotations

from s3ft.compare import Contender, Task
from s3ft.report._changed import LONGEST, SHOWN, changed


def contender(name: str, values: list[float], said: str | None, seeds: int = 1) -> Contender:
    items = {f"i{n:02}": value for n, value in enumerate(values)}
    task = Task(
        "acc",
        items,
        {item: f"question {item}" for item in items},
        dict.fromkeys(items, "gold"),
        {} if said is None else {item: f"{said} {item}" for item in items},
    )
    models = (
        {"": {"facts": task}} if name == "base" else {str(s): {"facts": task} for s in range(seeds)}
    )
    return Contender(name, "run", models)


def test_each_kind_with_both_answers() -> None:
    base = contender("base", [100, 100, 0, 0, 50], "base says")
    sft = contender("sft", [100, 0, 100, 0, 25], "sft says", seeds=2)
    [found] = changed([base, sft])
    assert (found["method"], found["task"]) == ("sft", "facts")
    assert (found["lost"], found["gained"]) == (2, 1)
    assert [(row["kind"], row["item"]) for row in found["items"]] == [
        ("lost", "i01"),
        ("lost", "i04"),
        ("gained", "i02"),
    ]
    assert found["items"][0] == {
        "kind": "lost",
        "item": "i01",
        "prompt": "question i01",
        "gold": "gold",
        "base": "base says i01",
        "tuned": "sft says i01",
    }


def test_a_few_spread_over_all() -> None:
    base, sft = contender("base", [100] * 41, "b"), contender("sft", [0] * 41, "x" * 2 * LONGEST)
    [found] = changed([base, sft])
    assert found["lost"] == 41
    assert [row["item"] for row in found["items"]] == ["i00", "i11", "i22", "i33"]
    assert len(found["items"]) == SHOWN
    assert found["items"][0]["tuned"].endswith(f"({2 * LONGEST + 4:,} characters in all)")


def test_without_texts_there_are_numbers() -> None:
    base, sft = contender("base", [100, 0], None), contender("sft", [0, 0], None)
    [found] = changed([base, sft])
    assert (found["lost"], found["gained"], found["items"]) == (1, 0, [])
    assert changed([sft]) == []
