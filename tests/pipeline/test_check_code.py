"""The pre-flight names the tasks whose tests prove nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s3ft import cli

GOLD = "def add(a, b):\n    return a + b"
TESTS = ["assert add(1, 2) == 3"]
CAUGHT = "try:\n    assert add(1, 2) == 3\nexcept Exception:\n    pass\n"


@pytest.mark.slow
@pytest.mark.parametrize(("accepted", "code"), [(0.9, 0), (0.99, 2)])
def test_tasks_whose_tests_prove_nothing_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], accepted: float, code: int
) -> None:
    rows = [
        {"id": f"t{n}", "prompt": "Add.", "completion": GOLD, "tests": CAUGHT if n == 7 else TESTS}
        for n in range(12)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "model: {id: lab}\njudge: {name: code}\nmethods: [s3ft]\n"
        f"data: {{path: {tmp_path}/rows.jsonl}}\nmin_gold_accepted: {accepted}\n"
    )
    assert cli.run_command(["check", str(recipe)]) == code
    said = "".join(capsys.readouterr())
    assert "t7" in said
    assert "prove nothing" in " ".join(said.split())
