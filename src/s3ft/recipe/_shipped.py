"""The recipes that come with the package, by name: `s3ft run lab-math`."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "recipes"


def shipped() -> dict[str, Path]:
    """The recipes inside the package by name, in order."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def find(path: Path) -> Path:
    """The shipped recipe where `path` is its name and no file here; else the path itself."""
    return path if path.exists() else shipped().get(str(path), path)


def about(path: Path) -> str:
    """What a recipe says of itself in its first line."""
    with path.open(encoding="utf-8") as file:
        return file.readline().strip().lstrip("# ").rstrip(":")
