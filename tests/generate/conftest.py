from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come soon, and nothing was asked of any server before."""
    monkeypatch.setattr("s3ft.generate._openai.FIRST_WAIT", 0.02)
    monkeypatch.setattr("s3ft.generate._limits._shared", {})
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Models this small only lose by threads, and lose much where the cores are busy."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
