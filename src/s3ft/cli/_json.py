"""A result for other programs: JSON, alone on standard output."""

from __future__ import annotations

import json
from typing import Any

import typer


def print_json(result: Any) -> None:
    """Print a result, readable for people too."""
    typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
