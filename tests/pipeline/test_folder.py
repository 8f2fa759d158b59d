"""A refused start leaves a folder as it was, and what was not used yet can be mended."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

import pytest

from architectures import saved
from processes import children
from s3ft.errors import InputError
from s3ft.pipeline import Run, open_run, run_stages
from s3ft.recipe import load
from s3ft.store import Spent


@pytest.fixture
def recipe(tmp_path: Path) -> dict[str, Any]:
    rows = [{"id": str(n), "prompt": f"Anna has {n}.", "completion": f"{n}"} for n in range(6)]
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return {"data": {"path": str(data)}, "judge": {"name": "match"}, "methods": ["sft"]}


class WrongRequest(InputError):
    def __init__(self) -> None:
        super().__init__("judge", "is wrong", "Mend it.")


def refuse(run: Run) -> None:
    raise WrongRequest


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def begin(
    recipe: dict[str, Any], out: Path, check: Any = lambda run: None, **overrides: Any
) -> None:
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    with open_run(load(recipe, changes), out, check):
        pass


def test_a_refused_start_leaves_nothing(recipe: dict[str, Any], tmp_path: Path) -> None:
    existing, new = tmp_path / "existing", tmp_path / "a" / "b" / "c"
    existing.mkdir()
    for out in (existing, new):
        with pytest.raises(WrongRequest):
            begin(recipe, out, refuse)
    assert names(existing) == []
    assert not (tmp_path / "a").exists()


def test_a_refused_start_leaves_what_another_made(recipe: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "runs" / "one"

    def second(run: Run) -> None:
        with pytest.raises(InputError, match="in use by another process"):
            begin(recipe, out)
        with pytest.raises(InputError, match="in use by another process"):
            begin(recipe, out, refuse)

    begin(recipe, out, second)
    begin(recipe, out)
    assert {"recipe.yaml", "run.sqlite", "environment.json"} <= set(names(out))


def test_the_second_begins_where_the_first_was_refused(
    recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first removes its lock and folder between the second's look and its own lock."""
    out, once = tmp_path / "run", iter([True])
    lock = fcntl.flock

    def late(handle: Any, operation: int) -> None:
        if next(once, False):
            (out / ".lock").unlink()
            out.rmdir()
        lock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    begin(recipe, out)
    assert "recipe.yaml" in names(out)


def test_a_killed_beginning_is_begun_again(recipe: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "run"
    begin(recipe, out)
    for name in ("recipe.yaml", "environment.json"):  # written last
        (out / name).unlink()
    assert names(out) == [".lock", "run.sqlite"]
    begin(recipe, out, data__max_train=2)
    with open_run(load(recipe, {"data.max_train": 2}), out) as run:
        assert run.store.count("train") == 2


def test_a_folder_of_others_is_left_alone(recipe: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty, and not a run"):
        begin(recipe, tmp_path / "mine")
    assert names(tmp_path / "mine") == ["thesis.txt"]


def test_training_can_be_mended_until_a_model_is_there(
    recipe: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    begin(recipe, out)
    begin(recipe, out, train__learning_rate=1e-3, train__args={"warmup_steps": 3})
    (out / "models" / "sft-seed0.partial").mkdir(parents=True)
    begin(recipe, out)
    (out / "models" / "sft-seed0").mkdir()
    with pytest.raises(InputError, match=r"train\.learning_rate was 0\.0001, now 0\.001") as told:
        begin(recipe, out, train__learning_rate=1e-3)
    assert "another --out" in told.value.remedy
    # How much memory it takes may still change: the other models have to fit too.
    begin(recipe, out, train__args={"per_device_train_batch_size": 4})


def test_evaluation_can_be_mended_until_something_is_measured(
    recipe: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    begin(recipe, out)
    begin(recipe, out, evaluate__limit=8)
    with open_run(load(recipe, {"evaluate.limit": 8}), out) as run:
        run.store.add_spent(Spent("generate", "self", 1, 1, 1.0))
    begin(recipe, out, evaluate__limit=9)
    with open_run(load(recipe, {"evaluate.limit": 9}), out) as run:
        run.store.add_spent(Spent("benchmarks", "base", 1, 1, 1.0))
    with pytest.raises(InputError, match=r"evaluate\.limit was 9, now 8"):
        begin(recipe, out, evaluate__limit=8)


def test_a_resumed_run_looks_at_what_changed(
    recipe: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    recipe |= {"model": {"id": str(saved("llama3")), "device": "cpu", "dtype": "float32"}}
    run_stages(recipe, {"train.epochs": 1}, out, "select")
    before = (out / "recipe.yaml").read_text()
    for targets in (["q_prj"], ["lm_head"]):
        with pytest.raises(InputError, match="target_modules"):
            run_stages(recipe, {"train.lora.target_modules": targets}, out, "train")
        assert (out / "recipe.yaml").read_text() == before
    right = {
        "train.epochs": 1,
        "train.learning_rate": 1e-2,
        "train.lora.target_modules": ["q_proj"],
    }
    run_stages(recipe, right, out, "train")
    kept = names(out / "models")
    assert kept == ["sft-seed0"]
    capsys.readouterr()
    run_stages(recipe, right, out, "train")
    assert "lengths" not in capsys.readouterr().err, "what did not change was looked at again"
    with pytest.raises(InputError, match=r"train\.learning_rate was"):
        run_stages(recipe, {**right, "train.learning_rate": 1e-3}, out, "train")
    assert names(out / "models") == kept


def test_a_refused_beginning_leaves_no_process_of_its_judge(tmp_path: Path) -> None:
    rows = [{"id": "q", "prompt": "What?", "completion": "$x+1$", "gold": "$y+2$"}]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = {"model": "lab", "data": str(path), "judge": "math", "methods": ["ssr"]}
    before = children()
    with pytest.raises(InputError, match="accepts only 0") as refused:
        run_stages(told, (), tmp_path / "run", "select")
    assert children() == before, "though the traceback still knows the run"
    assert refused.tb
    assert not (tmp_path / "run").exists()
