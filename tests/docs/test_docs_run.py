"""Every command of README and documentation is run as it is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docs_blocks import PAGES, ROOT, blocks
from docs_shell import run_page

TRIALS = {
    "docs/cli.md": ["runs/trial"],
    "docs/compare.md": ["runs/gsm8k", "runs/a", "runs/b"],
    "docs/export.md": ["runs/first"],
    "docs/python.md": ["runs/trial"],
    "docs/review.md": ["runs/gsm8k"],
}
"""Where the one small run stands for one that a page takes for made."""

TAUGHT = {
    "docs/guides/reasoning.md": "Qwen/Qwen3-4B",
    "docs/guides/tools.md": "Qwen/Qwen3-0.6B",
}
"""Which model thinks, or calls functions."""

QUICK = {"docs/chat.md", "docs/judges.md", "docs/data.md", "docs/recipe.md"}


def pages() -> list[object]:
    found = []
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        if any(block.is_run for block in blocks(page)):
            marks = [] if name in QUICK else [pytest.mark.slow]
            found.append(pytest.param(page, id=name, marks=marks))
    return found


@pytest.mark.parametrize("page", pages())
def test_page(
    page: Path,
    folder: Path,
    trial: Callable[[Path], None],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = str(page.relative_to(ROOT))
    for run in TRIALS.get(name, []):
        trial(folder / run)
    if name in TAUGHT:
        (folder / TAUGHT[name]).symlink_to(request.getfixturevalue("taught"))
    run_page(blocks(page), monkeypatch)
