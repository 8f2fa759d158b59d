"""Run directories of earlier versions are read, and gone on with."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from s3ft.errors import InputError
from s3ft.pipeline import read_mixture, run_stages, write_report

FORMER_NAMES = [
    "PRAGMA user_version = 0",
    "ALTER TABLE metadata RENAME TO facts",
    *(
        f"ALTER TABLE {table} RENAME COLUMN source TO asked"
        for table in ("candidates", "verdicts", "spent")
    ),
]
FORMER_COLUMNS = [
    "ALTER TABLE examples DROP COLUMN reasoning",
    "ALTER TABLE responses DROP COLUMN reasoning",
    "ALTER TABLE verdicts DROP COLUMN code",
]


def write(path: Path, rows: list[dict[str, str]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.fixture
def recipe(tmp_path: Path) -> dict[str, Any]:
    """Six rows, of which half are answered rightly."""
    golds = [{"id": f"{n}", "prompt": f"{n} + 1?", "completion": f"{n + 1}"} for n in range(6)]
    answers = [{"id": f"{n}", "response": f"It is {n + n % 2}."} for n in range(6)]
    responses = write(tmp_path / "responses.jsonl", answers)
    return {
        "data": write(tmp_path / "rows.jsonl", golds),
        "judge": "math",
        "generate": {"engine": "replay", "replay": {"path": responses}},
        "methods": ["ssr"],
    }


def query(out: Path, *statements: str) -> list[list[tuple[Any, ...]]]:
    with sqlite3.connect(out / "run.sqlite") as db:
        return [db.execute(statement).fetchall() for statement in statements]


@pytest.mark.parametrize("former", [FORMER_NAMES, [*FORMER_COLUMNS, *FORMER_NAMES]])
def test_a_run_of_an_earlier_version_goes_on(
    recipe: dict[str, Any], tmp_path: Path, former: list[str]
) -> None:
    out = run_stages(recipe, (), tmp_path / "run", "select")
    made = "SELECT key, text FROM responses", "SELECT position, label, reason FROM verdicts"
    before, mixture = query(out, *made), out / "mixture" / "ssr" / "train.jsonl"
    rows = mixture.read_bytes()
    query(out, *former)

    write_report(recipe, (), out)
    report = json.loads((out / "report.json").read_text())
    assert report["examples"]["train"] == 6
    run_stages(recipe, {"methods": ["ssr", "rft"]}, out, "select")
    assert query(out, *made) == before, "nothing is asked or judged again"
    assert mixture.read_bytes() == rows
    assert [target.source for target in read_mixture(out / "mixture" / "rft")] == ["self"] * 3


def test_a_run_of_an_earlier_version_is_not_begun_with_another_recipe(
    recipe: dict[str, Any], tmp_path: Path
) -> None:
    out = run_stages(recipe, (), tmp_path / "run", "select")
    query(out, *FORMER_NAMES)
    with pytest.raises(InputError, match=r"judge\.name was 'math', now 'match'"):
        run_stages(recipe, {"judge": "match"}, out, "select")
