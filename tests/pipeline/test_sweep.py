"""A sweep chooses by dev items alone, trains every model once, and goes on where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import s3ft
from s3ft.errors import InputError, RunError
from s3ft.pipeline import _sweep, check_recipe, run_stages
from s3ft.store import Store

pytestmark = pytest.mark.slow

RATES = [0.3, 1e-3]
RECIPE: dict[str, Any] = {
    "model": {"id": "lab"},
    "data": {
        "path": "lab",
        "name": "reading",  # whose answers are short
        "test": "test",
        "dev": "dev",
        "max_train": 8,
        "max_test": 4,
        "max_dev": 6,
    },
    "judge": {"name": "qa"},
    "generate": {"max_new_tokens": 32},
    "paraphrase": {"prompt": "rewrite.j2"},
    "methods": ["sft", "s3ft"],
    "seeds": [0, 1],
    "sweep": {"train.learning_rate": RATES},
    "train": {"epochs": 2, "batch_size": 4},
    "evaluate": {
        "tasks": "lab",
        "benchmarks": ["lab_facts", "lab_sorting"],
        "limit": 8,
        "max_new_tokens": 32,  # a model that is ruined goes on for as long as it may
        "drift": 4,
        "apply_chat_template": True,
    },
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("runs") / "swept"
    return out, s3ft.run(RECIPE, out=out)


def found(out: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((out / "sweep.json").read_text())
    return read


def test_each_method_takes_its_best_point_on_dev(swept: Any) -> None:
    out, report = swept
    sweep = found(out)
    assert len(sweep["tried"]) == len(RATES) * 2
    for method in ("sft", "s3ft"):
        tried = {
            one["point"]["train.learning_rate"]: one
            for one in sweep["tried"]
            if one["method"] == method
        }
        assert list(tried) == RATES
        assert tried[0.3]["drop"] > 10, "at this rate nothing is left of the model"
        best = max(RATES, key=lambda rate: tried[rate]["accuracy_minus_drop"])
        assert sweep["chosen"][method] == {"train.learning_rate": best}
        assert best != 0.3
    assert report["sweep"] == sweep


def test_what_it_is_chosen_by_is_not_reported(swept: Any) -> None:
    out, report = swept
    with Store(out / "run.sqlite") as store:
        test = {entry.example.id for entry in store.entries("test")}
        reported = {(s.task, s.item) for s in store.scores() if s.task.startswith("lab_")}
    [first, *_] = [out / "sweep" / f"learning_rate={rate:g}" for rate in RATES]
    with Store(first / "run.sqlite") as store:
        dev = {entry.example.id for entry in store.entries("test")}
        chosen_by = {(s.task, s.item) for s in store.scores() if s.task.startswith("lab_")}
    assert (len(test), len(dev)) == (4, 6)
    assert not test & dev
    assert len(reported) == len(chosen_by) == 16
    assert not reported & chosen_by
    assert report["target"]["items"] == 4


def test_the_chosen_models_are_the_run_s_own(swept: Any) -> None:
    """The first seed's are the sweep's; the others are trained with what it chose."""
    out, _ = swept
    chosen = found(out)["chosen"]
    for method, point in chosen.items():
        rate = point["train.learning_rate"]
        swept_model = out / "sweep" / f"learning_rate={rate:g}" / "models" / f"{method}-seed0"
        ours = out / "models" / f"{method}-seed0"
        weights = "model.safetensors"
        assert (ours / weights).samefile(swept_model / weights)
        other = json.loads((out / "models" / f"{method}-seed1" / "training.json").read_text())
        first = json.loads((ours / "training.json").read_text())
        assert other["steps"] == first["steps"]


def test_nothing_is_asked_again_at_a_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[int]
) -> None:
    recipe = {**RECIPE, "seeds": [0], "sweep": {"train.learning_rate": RATES[::-1]}}
    out = tmp_path / "run"
    run_stages(recipe, (), out, "select")
    asked.clear()
    real, points = _sweep.figures, []

    def stopped(path: Path, recipe: Any, seed: int) -> Any:
        points.append(path.name)
        if len(points) == 2:
            raise RunError("stopped")
        return real(path, recipe, seed)

    monkeypatch.setattr(_sweep, "figures", stopped)
    with pytest.raises(RunError, match="stopped"):
        run_stages(recipe, (), out, "train")
    general = 4  # once, for the drift: as many of each benchmark
    assert sum(asked) == general + 6 * (1 + 2 + 2), "the dev rows: the base once, each model"
    monkeypatch.setattr(_sweep, "figures", real)
    run_stages(recipe, (), out, "train")
    assert sum(asked) == general + 6 * 5, "what was measured is not measured again"
    best = {"train.learning_rate": 1e-3}
    assert found(out)["chosen"] == {"sft": best, "s3ft": best}, "the first, not the last"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data.dev": None}, "name their split or file as data.dev"),
        ({"evaluate.limit": None}, "set evaluate.limit"),
        ({"evaluate.limit": 120}, "takes all items of 'lab_facts': none are left for dev"),
        ({"sweep": {"generate.n": [1]}}, "is no key of train"),
        ({"sweep": {"train.learning_rat": [1e-4]}}, "is no key of train"),
        ({"sweep": {"train.learning_rate": [1e-4, -1]}}, "greater than 0"),
        ({"sweep": {"train.learning_rate": []}}, "must name at least one"),
        ({"sweep": {"train.lora.r": [4]}, "train.lora": None}, "there is no train.lora"),
    ],
)
def test_what_cannot_be_swept(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_recipe(RECIPE, change)


def test_the_plan_counts_what_a_sweep_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = s3ft.plan(RECIPE, probe=0)
    counts = {stage["stage"]: stage["count"] for stage in plan["stages"]}
    assert counts["train"] == 4 * (2 * 2 + 2 * 2 - 2), "steps of a training, and how many"
    assert counts["sweep: target"] == (1 + 2 * 2) * 6
    assert counts["sweep: benchmarks"] == (1 + 2 * 2) * 2 * 8
    assert counts["target"] == (1 + 2 * 2) * 4
    assert counts["benchmarks"] == (1 + 2 * 2) * 2 * 8
