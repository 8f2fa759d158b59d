"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
if "PYTEST_XDIST_WORKER" in os.environ:  # one core a worker: two pools of threads stall each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with real public data sets, beside the checkout; skips where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real public data sets are not at {folder}")
    return folder


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Retries come soon, and nothing was asked of any server before.

    Called, it forgets again what was asked, as another process would begin.
    """

    def forget() -> None:
        monkeypatch.setattr("s3ft.generate._limits._shared", {})

    monkeypatch.setattr("s3ft.generate._openai.FIRST_WAIT", 0.02)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    forget()
    return forget
