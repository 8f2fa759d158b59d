"""Files of rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from reading import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file: rows as JSON lines, or its text or bytes."""

    def writer(content: Any, name: str = "train.jsonl") -> str:
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return writer


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Folder with small inputs that went wrong, beside the checkout; skips where it is absent."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip(f"the inputs that went wrong are not at {folder}")
    return folder
