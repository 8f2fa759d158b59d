"""What tests of whole runs share."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from lab_run import RECIPE

import s3ft
from s3ft.generate import TransformersEngine


@pytest.fixture(scope="session")
def lab_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A whole run of `lab_run.RECIPE` and its report, made once for all workers: it stays as it
    is, and what goes on with it takes a copy."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    out = root / "lab-run"
    with FileLock(root / "lab-run.lock"):
        if not (out / "report.json").exists():
            s3ft.run(RECIPE, out=out)
    return out, json.loads((out / "report.json").read_text())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many requests each batch of the engine had."""
    counts: list[int] = []
    whole = TransformersEngine._answer

    def counting(self: TransformersEngine, batch: Any) -> Any:
        counts.append(len(batch))
        return whole(self, batch)

    monkeypatch.setattr(TransformersEngine, "_answer", counting)
    return counts
