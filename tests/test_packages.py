"""What is not installed is named, with how to install it, before anything is written."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from s3ft.cli import run_command
from s3ft.errors import InputError
from s3ft.packages import explained, require

WITHOUT = """
import sys
for name in ("torch", "transformers", "trl", "peft", "accelerate", "lm_eval"):
    sys.modules[name] = None
from s3ft.cli import run_command
sys.exit(run_command(sys.argv[1:]))
"""
"""The command where importing these fails."""


def missing(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(
        "s3ft.packages.find_spec", lambda name: None if name in names else find_spec(name)
    )


def test_only_extras_that_lack_something_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    missing(monkeypatch, "lm_eval")
    require(["train"], "to train")
    with pytest.raises(InputError) as told:
        require(["train", "eval"], "to measure")
    assert str(told.value) == (
        "packages: not installed: lm_eval, to measure\n  Run `pip install 's3ft[eval]'`."
    )


def test_a_run_without_torch_is_refused_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing(monkeypatch, "torch", "trl", "lm_eval")
    monkeypatch.chdir(tmp_path)
    assert run_command(["run", "lab-math", "--out", "run"]) == 2
    assert "pip install 's3ft[train,eval]'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_module_of_no_extra_is_an_error_of_ours() -> None:
    assert explained(ModuleNotFoundError("no module", name="nosuch")) is None
    found = explained(ModuleNotFoundError("no module", name="trl.trainer"))
    assert found is not None
    assert "s3ft[train]" in str(found)


@pytest.mark.slow
def test_a_mixture_is_made_and_exported_without_torch(tmp_path: Path) -> None:
    rows = [{"id": f"{n}", "prompt": f"{n}+{n}?", "completion": f"{2 * n}"} for n in range(6)]
    texts = [{"id": f"{n}", "response": f"It is {2 * n if n % 2 else 1}."} for n in range(6)]
    for name, lines in (("train.jsonl", rows), ("responses.jsonl", texts)):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "recipe.yaml").write_text(
        "data: train.jsonl\njudge: math\n"
        "generate: {engine: replay, replay: {path: responses.jsonl}}\nmethods: [ssr]\n"
    )
    commands = (
        ["select", "recipe.yaml", "--out", "run"],
        ["report", "recipe.yaml", "--out", "run"],
        ["export", "run", "ssr", "--format", "sharegpt"],
        ["status", "run"],
    )
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT, *command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
    assert "3 self, 3 gold" in done.stdout
    assert (tmp_path / "run" / "report.html").exists()
