"""Every command of README and documentation is run as it is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docs_blocks import PAGES, ROOT, blocks
from docs_shell import run_page

TRIAL = ("docs/run.md", "runs/trial")
GSM8K = ("README.md", "runs/gsm8k")

RUNS = {
    "README.md": {"runs/gsm8k": GSM8K},
    "docs/cli.md": {"runs/trial": TRIAL},
    "docs/compare.md": {"runs/gsm8k": TRIAL, "runs/a": TRIAL, "runs/b": TRIAL},
    "docs/export.md": {"runs/first": TRIAL},
    "docs/guides/math.md": {"runs/gsm8k": GSM8K},
    "docs/guides/report.md": {"runs/look": TRIAL},
    "docs/python.md": {"runs/trial": TRIAL},
    "docs/review.md": {"runs/gsm8k": TRIAL},
    "docs/run.md": {"runs/trial": TRIAL},
}
"""Which page's run is there already: trainings are dear, and a run that is done goes on at once."""

TAUGHT = {
    "docs/guides/reasoning.md": "Qwen/Qwen3-4B",
    "docs/guides/tools.md": "Qwen/Qwen3-0.6B",
}
"""Which model thinks, or calls functions."""

QUICK = {"docs/data.md", "docs/guides/judging.md", "docs/guides/own-responses.md"}


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
    put: Callable[[str, str, Path], None],
    request: pytest.FixtureRequest,
) -> None:
    name = str(page.relative_to(ROOT))
    for run, (origin, made) in RUNS.get(name, {}).items():
        put(origin, made, folder / run)
    if name in TAUGHT:
        (folder / TAUGHT[name]).symlink_to(request.getfixturevalue("taught"))
    run_page(blocks(page))
