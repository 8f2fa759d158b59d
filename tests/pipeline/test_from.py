"""A run that begins with another's answers asks for nothing, and makes the same mixture."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from lab_run import RECIPE

import s3ft
from s3ft.cli._main import run_command
from s3ft.errors import InputError
from s3ft.pipeline import run_stages
from s3ft.store import Store

pytestmark = pytest.mark.slow


def mixtures(run: Path) -> list[bytes]:
    return [(run / "mixture" / m / "train.jsonl").read_bytes() for m in ("sft", "s3ft")]


def test_nothing_is_asked_and_the_mixture_is_the_same(
    lab_run: Any, asked: list[int], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    origin, _ = lab_run
    out = tmp_path / "second"
    changes = {"train.learning_rate": 2e-4, "methods": ["sft", "s3ft"]}
    run_stages(RECIPE, changes, out, "train", origin)
    assert asked == []
    assert mixtures(out) == mixtures(origin)
    told = capfd.readouterr().err
    with Store(origin / "run.sqlite") as store:
        restated = 12 - store.composition("s3ft")["self"]
    assert f"from {origin}: answers and verdicts ({restated} of paraphrase, 12 of self)" in told
    assert "the base's scores (target, lab_facts, lab_sorting, likelihood)" in told
    losses = [
        json.loads((run / "models" / "s3ft-seed0" / "training.json").read_text())["losses"]
        for run in (origin, out)
    ]
    assert losses[0][0] == losses[1][0], "the same rows"
    assert losses[0][-1] != losses[1][-1], "another rate"


def test_the_rest_of_the_run_measures_the_tuned_models_alone(
    lab_run: Any, asked: list[int], tmp_path: Path
) -> None:
    origin, report = lab_run
    out = tmp_path / "second"
    again = s3ft.run(RECIPE, {"methods": ["s3ft", "ssr"]}, out, origin=origin)
    assert sum(asked) == 2 * 8, "the test rows, for each method"
    assert again["results"]["base"] == report["results"]["base"]
    assert again["results"]["s3ft"] == report["results"]["s3ft"], "the same training"
    with Store(out / "run.sqlite") as store:
        assert {score.model for score in store.scores()} == {"base", "s3ft-seed0", "ssr-seed0"}
        assert len(list(store.items("lab_facts"))) == 8
        assert not [spent for spent in store.spent() if spent.source == "sft-seed0"]


def test_what_is_measured_otherwise_is_measured_anew(lab_run: Any, tmp_path: Path) -> None:
    origin, _ = lab_run
    out = tmp_path / "second"
    run_stages(RECIPE, {"evaluate.limit": 4}, out, "select", origin)
    with Store(out / "run.sqlite") as store:
        assert store.tasks("base") == []
        assert not store.has_candidates("test")
        assert store.has_candidates("train", "self")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"generate.max_new_tokens": 100}, "generate.max_new_tokens was 200, now 100"),
        ({"data.max_train": 10}, "data.max_train was 12, now 10"),
        ({"judge.name": "match"}, "judge.name was 'math', now 'match'"),
    ],
)
def test_other_answers_are_refused_and_nothing_is_left(
    lab_run: Any, change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    origin, _ = lab_run
    with pytest.raises(InputError, match=message):
        run_stages(RECIPE, change, tmp_path / "second", "select", origin)
    assert not (tmp_path / "second").exists()


def test_another_prompt_is_refused(lab_run: Any, tmp_path: Path) -> None:
    origin, _ = lab_run
    copy = tmp_path / "origin"
    copy.mkdir()
    for name in ("run.sqlite", "recipe.yaml"):
        (copy / name).write_bytes((origin / name).read_bytes())
    with sqlite3.connect(copy / "run.sqlite") as db:
        db.execute("UPDATE metadata SET value = 'x' WHERE name = 'prompt of paraphrase'")
    with pytest.raises(InputError, match="the prompt of paraphrase has changed"):
        run_stages(RECIPE, {}, tmp_path / "second", "select", copy)
    assert not (tmp_path / "second").exists()


def test_on_the_command_line(
    lab_run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text((lab_run[0] / "recipe.yaml").read_text())
    out = tmp_path / "out"
    command = ["run", str(recipe), "--from", str(tmp_path / "none"), "--out", str(out)]
    assert run_command(command) == 2
    assert f"--from {tmp_path / 'none'}: there is no run here" in capsys.readouterr().err
    assert not out.exists()
