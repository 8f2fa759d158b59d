"""What tests of whole runs share."""

from __future__ import annotations

from typing import Any

import pytest

from s3ft.generate import TransformersEngine


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
