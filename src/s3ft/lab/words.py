"""The lab's fixed words, which are files beside the code."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def read(name: str) -> dict[str, Any]:
    """The words of `name`.yaml, read once."""
    text = (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded
