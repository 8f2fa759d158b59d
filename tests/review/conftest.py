"""The page as people have it: served on this machine, and driven in a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from filelock import FileLock

import s3ft

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

from reviewed import RECIPE, Served, fill, serving


@pytest.fixture(scope="session")
def lab_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One whole run on the embedded model, made by the first of several workers."""
    base = tmp_path_factory.getbasetemp()
    out = (base if worker_id == "master" else base.parent) / "review-lab"
    with FileLock(f"{out}.lock"):
        if not (out / "report.json").exists():
            s3ft.run(RECIPE, out=out)
    return out


@pytest.fixture
def lab(lab_run: Path, tmp_path: Path) -> Iterator[Served]:
    """A copy of it, served."""
    out = tmp_path / "run"
    shutil.copytree(lab_run, out)
    with serving(out) as served:
        yield served


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Served]:
    """A run that was filled by hand, served."""
    with serving(fill(tmp_path / "small")) as served:
        yield served


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Opens a page as its user does. At the end nothing was said on the console, and nothing was
    asked of anybody else, but for the statuses in ``visit.refused``."""
    contexts, said, asked = [], list[str](), list[str]()

    def begin(served: Served, **settings: Any) -> Tab:
        context = browser.new_context(**settings)
        contexts.append(context)
        context.on("console", lambda message: said.append(message.text))
        context.on("weberror", lambda error: said.append(str(error.error)))
        context.on("request", lambda request: asked.append(request.url))
        tab = context.new_page()
        tab.goto(served.page.address)
        origins.add(served.origin)
        return tab

    origins = set[str]()
    begin.refused = refused = set[int]()  # type: ignore[attr-defined]
    yield begin
    for context in contexts:
        context.close()
    expected = [f"status of {status}" for status in refused]
    assert [line for line in said if not any(known in line for known in expected)] == []
    assert {
        "{0.scheme}://{0.netloc}".format(urlsplit(u)) for u in asked if u != "data:,"
    } <= origins
