"""The plan says what the run then does, and leaves nothing behind."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import s3ft
from endpoint import Body, prompt_of, serve
from s3ft import cli
from s3ft.pipeline import run_stages

ROWS = 20
PRICES = {"prompt": 1000.0, "completion": 2000.0}
COST = (10 * 1000 + 5 * 2000) / 1e6
"""Of one answer: the server counts 10 tokens of prompt and 5 of answer."""


@pytest.fixture(autouse=True)
def _alone(quick_retries: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def model(body: Body) -> Any:
    """Right at once on two of five rows, sampled on one, restated on one more."""
    prompt = prompt_of(body)
    n = int(prompt.split("the word of ")[1].split("?")[0])
    if "The correct answer is" in prompt:
        right = n % 5 == 3
    else:
        right = n % 5 < 2 or (n % 5 == 2 and body["temperature"] > 0)
    return f"word{n}" if right else "I do not know."


def recipe(url: str, **openai: Any) -> dict[str, Any]:
    rows = [
        {"id": f"{n}", "prompt": f"What is the word of {n}?", "completion": f"word{n}"}
        for n in range(ROWS)
    ]
    Path("train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    server = {"url": url, "model": "served", "prices": PRICES, **openai}
    return {
        "data": {"path": "train.jsonl"},
        "judge": {"name": "match"},
        "generate": {
            "engine": "openai",
            "n": 4,
            "temperature": 0.5,
            "max_new_tokens": 16,
            "openai": server,
        },
        "methods": ["ssr", "s3ft"],
    }


def stages(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {stage["stage"]: stage for stage in plan["stages"]}


@pytest.mark.parametrize("probe", [5, ROWS])
def test_a_plan_is_what_the_run_does(tmp_path: Path, probe: int) -> None:
    """Four rows of a kind stand evenly, so that five tell of all exactly."""
    with serve(model) as server:
        told = recipe(server.url)
        before = set(tmp_path.rglob("*"))
        plan = s3ft.plan(told, probe=probe)
        assert set(tmp_path.rglob("*")) == before, "something was written"
        probed = len(server.bodies)
        server.bodies.clear()
        run_stages(told, (), tmp_path / "run", "select")
        restated = sum("The correct answer is" in prompt_of(body) for body in server.bodies)
    found = stages(plan)
    assert found["self"]["count"] == len(server.bodies) - restated == ROWS * (2 + 2 + 8) // 5
    assert found["self"]["most"] == 4 * ROWS
    assert found["paraphrase"]["count"] == restated == ROWS * 2 // 5
    assert found["paraphrase"]["most"] == ROWS
    assert found["judge"]["count"] == len(server.bodies)
    assert found["self"]["prompt_tokens"] == 10 * found["self"]["count"]
    assert found["self"]["completion_tokens"] == 5 * found["self"]["count"]
    assert plan["cost"] == pytest.approx(COST * len(server.bodies))
    assert plan["probe"] == plan["probe"] | {"rows": probe, "requests": probed}
    assert plan["probe"]["cost"] == pytest.approx(COST * probed)
    shares = {source: share["value"] for source, share in plan["mixture"]["s3ft"].items()}
    assert shares == {"self": 0.6, "paraphrase": 0.2, "gold": 0.2}
    assert all(share["low"] < share["value"] for share in plan["mixture"]["s3ft"].values())


def test_without_a_probe_nothing_is_asked(tmp_path: Path) -> None:
    with serve(model) as server:
        plan = s3ft.plan(recipe(server.url), probe=0)
        assert not server.bodies
    found = stages(plan)
    assert [found[name]["most"] for name in ("self", "paraphrase", "judge")] == [80, 20, 100]
    assert found["self"]["count"] is found["self"]["seconds"] is plan["seconds"] is None
    assert found["self"]["prompt_tokens"] > 0
    assert plan["mixture"] == {}


@pytest.mark.parametrize("name", ["llm", "cascade"])
def test_without_a_probe_nor_is_a_judge_s_model(name: str, tmp_path: Path) -> None:
    with serve(model) as server:
        llm = {"name": "llm", "openai": {"url": server.url, "model": "judge"}}
        judge = llm if name == "llm" else {"name": name, "judges": ["match", llm]}
        plan = s3ft.plan({**recipe(server.url), "judge": judge}, probe=0)
        assert not server.bodies
    assert plan["checks"][-1] == f"judge '{name}': was not asked about the golds"


def test_a_budget_that_will_not_last_is_told(tmp_path: Path) -> None:
    with serve(model) as server:
        lasting = s3ft.plan(recipe(server.url, max_requests=1000, max_cost=100.0), probe=5)
        short = s3ft.plan(recipe(server.url, max_requests=40, max_cost=1.0), probe=5)
    assert lasting["notes"] == []
    assert [note.split()[0] for note in short["notes"]] == [
        "generate.openai.max_requests",
        "generate.openai.max_cost",
    ]


def test_the_command_prints_lines_where_there_is_no_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with serve(model) as server:
        Path("recipe.json").write_text(json.dumps(recipe(server.url)))
        before = set(tmp_path.rglob("*"))
        assert cli.run_command(["plan", "recipe.json", "methods=[ssr]", "--probe", "5"]) == 0
        assert set(tmp_path.rglob("*")) == before
    printed = capfd.readouterr()
    assert "plan, in a temporary folder: the pre-flight, at most 5 rows" in printed.err
    lines = printed.out.splitlines()
    assert "mixture ssr: self 60 % (23 to 88), gold 40 % (12 to 77)" in lines
    [line] = [line for line in lines if line.startswith("self: ")]
    assert line.startswith("self: 48 requests, at most 80, 480 prompt tokens, 240 completion tok")
    assert line.endswith("cost 0.96")
    assert any(line.startswith("scaled up from 5 rows") for line in lines)


@pytest.mark.slow
def test_training_and_measuring_are_planned(tmp_path: Path) -> None:
    told = {
        "model": {"id": "lab"},
        "data": {"path": "lab", "name": "math", "test": "test", "max_train": 24, "max_test": 8},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 100},
        "methods": ["sft", "rft"],
        "seeds": [0, 1],
        "train": {"epochs": 2, "batch_size": 4},
        "evaluate": {"tasks": "lab", "benchmarks": ["lab_facts"], "apply_chat_template": True},
    }
    plan = s3ft.plan(told, probe=6)
    found = stages(plan)
    assert list(found) == ["pre-flight", "self", "judge", "train", "target", "benchmarks"]
    assert found["self"]["count"] == found["self"]["most"] == 24
    assert found["train"]["count"] == 2 * 2 * 12
    assert found["target"]["count"] == 5 * 8
    assert found["benchmarks"]["count"] == 5 * 120
    for name in ("self", "train", "target"):
        assert found[name]["completion_tokens"] > 0
    assert all(stage["seconds"] > 0 for stage in plan["stages"])
    assert plan["seconds"] == pytest.approx(math.fsum(s["seconds"] for s in plan["stages"]))
    assert plan["mixture"]["rft"]["dropped"]["value"] > 0
    assert not list(tmp_path.iterdir())
