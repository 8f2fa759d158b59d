"""The notebook runs from its first cell to its last, in small, and its figures are there."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "notebooks" / "lab.ipynb"

SMALL = "ROWS, TEST, ITEMS, EPOCHS = 16, 8, 4, 1"
TOLD = """
import json
Path("told.json").write_text(json.dumps({
    "sources": {name: Counter(found["source"]) for name, found in mixtures.items()},
    "comparison": comparison.to_dict(),
}))
"""


def read() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_no_outputs_are_kept() -> None:
    notebook = read()
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 5
    assert not any(cell.outputs or cell.execution_count for cell in cells)


@pytest.mark.slow
def test_notebook_selects_trains_and_compares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = read()
    [parameters] = [
        cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())
    ]
    parameters.source = SMALL
    notebook.cells.append(nbformat.v4.new_code_cell(TOLD))
    work = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=work).execute()
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))

    assert told["sources"]["sft"] == {"gold": 16}
    assert sum(told["sources"]["s3ft"].values()) == 16
    assert {"self", "paraphrase"} <= told["sources"]["s3ft"].keys()
    assert told["comparison"]["references"] == ["base", "sft"]
    tasks = {task["task"]: task for task in told["comparison"]["tasks"]}
    items = {name: task["items"] for name, task in tasks.items()}
    assert items == {"target": 8, "lab_facts": 4, "lab_format": 4, "lab_translation": 4}
    for task in tasks.values():
        assert set(task["scores"]) == {"base", "sft", "s3ft"}
        assert all(0 <= score["value"] <= 100 for score in task["scores"].values())
        assert len(task["against"]) == 3
    assert tasks["target"]["scores"]["base"]["value"] > 0
    drops = told["comparison"]["mean_drop"]
    assert [(drop["contender"], drop["reference"]) for drop in drops] == [
        ("sft", "base"),
        ("s3ft", "base"),
        ("s3ft", "sft"),
    ]
    assert all(math.isfinite(drop["drop"]["value"]) for drop in drops)
