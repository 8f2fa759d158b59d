"""`s3ft init` writes a recipe that works, asks who is there, and else says what it needs."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from architectures import saved
from s3ft import cli
from s3ft.recipe import load

NO_BENCHMARKS = "evaluate.benchmarks=[]"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [{"question": f"{n} + 1?", "answer": f"#### {n + 1}"} for n in range(40)]
    Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def names() -> set[str]:
    return {path.name for path in Path().iterdir()}


def init(*arguments: str) -> int:
    return cli.run_command(["init", *arguments])


@pytest.mark.slow
def test_a_recipe_is_written_shown_and_checked(capfd: pytest.CaptureFixture[str]) -> None:
    model = str(saved("qwen3"))
    assert init("rows.jsonl", "--model", model, "--yes", NO_BENCHMARKS) == 0
    printed = capfd.readouterr().out
    for shown in ("judge.name", "row 3:", "user: 2 + 1?", "gold: #### 3", "written: recipe.yaml"):
        assert shown in printed
    assert "judge 'math': accepts 100.0%" in printed, "it was not checked"
    recipe = load("recipe.yaml")
    assert recipe.model is not None
    assert (recipe.model.id, recipe.judge.name) == (model, "math")
    assert "learning_rate" in Path("recipe.schema.json").read_text()


def test_json(capfd: pytest.CaptureFixture[str]) -> None:
    assert init("rows.jsonl", "--model", "some/model", "--no-check", "--json") == 0
    found = json.loads(capfd.readouterr().out)
    assert found["recipe"] == "recipe.yaml"
    assert found["rows"][0]["completion"] == "#### 1"
    assert {"key": "methods", "value": ["sft", "s3ft"]}.items() <= next(
        one for one in found["proposed"] if one["key"] == "methods"
    ).items()


def test_all_may_be_said_as_changes() -> None:
    said = ["data=rows.jsonl", "model=some/model", "judge.name=match", "data.max_train=9"]
    assert init(*said, "--no-check") == 0
    recipe = load("recipe.yaml")
    assert recipe.model is not None
    assert (recipe.data.path, recipe.model.id) == ("rows.jsonl", "some/model")
    assert (recipe.judge.name, recipe.data.max_train) == ("match", 9)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "DATA: is missing, and there is nobody to ask"),
        (["rows.jsonl"], "--model: is missing, and there is nobody to ask"),
        (["absent.jsonl", "--model", "m"], "absent.jsonl"),
        (["odd.jsonl", "--model", "m"], "which column is asked cannot be told: there are foo, bar"),
        (["rows.jsonl", "--model", "m", "--judge", "maths"], "there is no judge 'maths'"),
        (["rows.jsonl", "--model", "m", "train.epoch=2"], "train.epoch"),
        (["rows.jsonl", "--model", "m", "--out", "absent/recipe.yaml"], "there is no folder"),
        (["rows.jsonl", "--model", "m", "--out", "rows.jsonl"], "exists already"),
    ],
)
def test_a_wrong_request_writes_nothing(
    arguments: list[str], named: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("odd.jsonl").write_text('{"foo": "x", "bar": "y"}\n')
    before = {name: Path(name).read_bytes() for name in names()}
    assert init(*arguments, "--no-check") == 2
    assert named in capfd.readouterr().err
    assert {name: Path(name).read_bytes() for name in names()} == before


def test_what_the_pre_flight_finds_leaves_the_recipe_to_be_mended(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert init("rows.jsonl", "--model", "./absent", "--yes") == 2
    printed = capfd.readouterr()
    assert "written: recipe.yaml" in printed.out
    assert "./absent" in printed.err
    assert load("recipe.yaml").judge.name == "math"


@pytest.mark.slow
def test_it_needs_no_torch() -> None:
    code = "import sys; sys.modules |= dict.fromkeys(['torch', 'transformers', 'trl', 'peft']); "
    code += "from s3ft.cli import run_command; sys.exit(run_command(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "init", "rows.jsonl", "--model", "some/model"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "not checked" in done.stderr
    assert load("recipe.yaml").judge.name == "math"


def test_on_a_terminal_it_asks() -> None:
    """The columns have odd names, and the user wants another share of test rows than proposed."""
    rows = [{"foo": f"{n} + 1?", "bar": f"#### {n + 1}", "title": f"t{n}"} for n in range(20)]
    Path("odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    typed = ["odd.jsonl", "some/model", "foo", "bar", "'data.split={by: title, test: 0.3}'", ""]
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "s3ft", "init", "--no-check"]
    with subprocess.Popen(command, stdin=theirs, stderr=subprocess.PIPE, text=True) as asking:
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        _, asked = asking.communicate(timeout=120)
        assert asking.returncode == 0, asked
    os.close(ours)
    os.close(theirs)
    for question in ("Your data", "The model", "What is asked", "What is answered", "Change"):
        assert question in asked
    recipe = load("recipe.yaml")
    assert recipe.data.prompt == "foo"
    assert recipe.data.split is not None
    assert recipe.data.split.test == 0.3
