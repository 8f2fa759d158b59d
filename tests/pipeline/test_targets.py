"""Other data sets are measured beside the target, each in a task and by a judge of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import s3ft
from s3ft.cli._main import run_command
from s3ft.compare import compare, read_contenders
from s3ft.errors import InputError
from s3ft.recipe import load
from s3ft.store import Store

READING = {"data": {"path": "lab", "name": "reading", "test": "test", "max_test": 6}, "judge": "qa"}
RECIPE: dict[str, Any] = {
    "model": "lab",
    "data": {"path": "lab", "name": "math", "test": "test", "max_train": 8, "max_test": 4},
    "judge": "math",
    "generate": {"max_new_tokens": 40},
    "methods": ["sft"],
    "train": {"learning_rate": 1e-3, "epochs": 1, "batch_size": 8},
    "evaluate": {
        "targets": {"reading": READING},
        "tasks": "lab",
        "benchmarks": ["lab_facts", "lab_myths"],
        "limit": 8,
        "apply_chat_template": True,
        "drift": 0,
        "likelihoods": 0,
    },
}


def test_a_text_stands_for_data_and_judge() -> None:
    targets = {"nq": {"data": "nq.jsonl", "judge": "qa"}, "own": {"data": {"path": "own.jsonl"}}}
    found = load({**RECIPE, "evaluate": {"targets": targets}}).evaluate.targets
    assert found["nq"].data.path == "nq.jsonl"
    assert found["nq"].judge is not None
    assert found["nq"].judge.name == "qa"
    assert found["own"].judge is None
    changed = load(RECIPE, ["evaluate.targets.reading.data.max_test=3"]).evaluate.targets
    assert changed["reading"].data.max_test == 3


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"a b": READING}, "evaluate.targets"),
        ({"nq": {"judge": "qa"}}, "evaluate.targets.nq.data"),
        ({"nq": {"data": "nq.jsonl", "metric": "f1"}}, "evaluate.targets.nq.metric"),
    ],
)
def test_what_is_no_target_is_named(targets: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load({**RECIPE, "evaluate": {"targets": targets}})


def test_wrong_data_leave_nothing(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"prompt": "What?"}\n')
    changes = {"evaluate.targets": {"own": {"data": str(rows), "judge": "qa"}}}
    with pytest.raises(InputError, match=r"evaluate.targets.own: .*rows.jsonl"):
        s3ft.run(RECIPE, changes, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_golds_that_its_judge_refuses_stop_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(json.dumps(RECIPE))
    out, change = str(tmp_path / "run"), "evaluate.targets.reading.judge=code"
    assert run_command(["run", str(recipe), change, "--out", out]) == 2
    assert "evaluate.targets.reading.judge" in capsys.readouterr().err
    assert not Path(out).exists()


@pytest.mark.slow
def test_it_is_measured_told_and_may_be_added(tmp_path: Path, asked: list[int]) -> None:
    out = tmp_path / "run"
    report = s3ft.run(RECIPE, out=out)
    assert report["targets"] == {"reading": {"items": 6}}
    base, sft = (report["results"][name] for name in ("base", "sft"))
    assert base["targets"]["reading"]["score"] > 0
    assert 0 <= sft["targets"]["reading"]["score"] <= 100
    drops = [score["drop"] for score in sft["benchmarks"].values()]
    assert sft["mean_drop"] == pytest.approx(sum(drops) / 2), "of the benchmarks alone"
    found = compare(read_contenders([str(out)]))
    assert list(found.tasks) == ["target", "target:reading", "lab_facts", "lab_myths"]
    [drop] = [one for one in found.drops if one.reference == "base"]
    assert drop.drop.value == pytest.approx(sft["mean_drop"])
    assert any("Across, on reading, sft is" in line for line in report["answers"]["learned"])
    assert "6 items, across" in (out / "report.html").read_text()

    asked.clear()
    code = {"data": {"path": "lab", "name": "math", "test": "dev", "max_test": 4}}
    again = s3ft.run(RECIPE, {"evaluate.targets": {"reading": READING, "more": code}}, out=out)
    assert again["targets"] == {"reading": {"items": 6}, "more": {"items": 4}}
    assert sum(asked) == 2 * 4, "the new rows, of the base and of the tuned model"
    assert again["results"]["sft"]["target"] == report["results"]["sft"]["target"]

    other = {"reading": {**READING, "data": {**READING["data"], "max_test": 3}}}  # type: ignore[dict-item]
    with pytest.raises(InputError, match="begun with another target 'reading'"):
        s3ft.run(RECIPE, {"evaluate.targets": other}, out=out)
    with Store(out / "run.sqlite") as store:
        assert store.count("test:reading") == 6
