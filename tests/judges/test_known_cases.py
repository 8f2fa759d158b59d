"""Small inputs that went wrong once, each with its right label; kept outside of the project."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from s3ft.judges import judge_rows, registry

LABELS = {"not correct": {"incorrect", "unknown"}}


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> dict[str, list[dict[str, Any]]]:
    path = shared_data.parent / "cases" / "judges.jsonl"
    if not path.exists():
        pytest.skip(f"{path.parent.name} is not on this machine")
    found = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found[row.pop("judge")].append(row)
    return found


@pytest.mark.parametrize("judge", ["math", "choice", "match", "qa", "code"])
def test_each_case_has_its_label(judge: str, cases: dict[str, list[dict[str, Any]]]) -> None:
    rows = cases[judge]
    assert rows
    told = ("expected", "kind")
    asked = [{key: value for key, value in row.items() if key not in told} for row in rows]
    verdicts = judge_rows(asked, registry.make(judge, {}))
    wrong = [
        (row["response"], row.get("gold"), verdict.label, row["expected"])
        for row, verdict in zip(rows, verdicts, strict=True)
        if verdict.label not in LABELS.get(row["expected"], set(row["expected"].split("|")))
    ]
    assert wrong == []
