"""Runs whose mixtures are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from exporting import Rows, Select

from s3ft.pipeline import run_stages


@pytest.fixture
def select(tmp_path: Path) -> Select:
    """Makes a run of rows up to its mixture, whose targets are all gold; its directory."""

    def made(rows: Rows, **recipe: Any) -> Path:
        data = tmp_path / "rows.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in rows))
        whole = {
            "data": {"path": str(data)},
            "judge": {"name": "match"},
            "methods": ["sft"],
            **recipe,
        }
        return run_stages(whole, (), tmp_path / "run", "select")

    return made
