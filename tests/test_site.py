"""The documentation as people have it: built, and looked at in a browser at two widths."""

from __future__ import annotations

import functools
import http.server
import runpy
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
SITE = runpy.run_path(str(ROOT / "docs" / "_site.py"))
build: Callable[[Path], list[str]] = SITE["build"]
broken: Callable[[Path], list[str]] = SITE["broken"]

WIDER = """() => {
  const {scrollWidth, clientWidth} = document.scrollingElement;
  return scrollWidth > clientWidth;
}"""
"""Whether the whole page would have to be scrolled sideways."""

CUT = """() => {
  const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX)
                             || scrolls(e.parentElement.closest('article *')));
  const edge = document.documentElement.clientWidth;
  return [...document.querySelectorAll('article *')]
    .filter(e => e.getBoundingClientRect().right > edge && !scrolls(e))
    .map(e => e.outerHTML.slice(0, 80));
}"""
"""Elements that leave the window to the right, with nothing around them that can be scrolled."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own site, without a word of warning."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "docs", root / "docs")
    shutil.copy(ROOT / "mkdocs.yml", root)
    (root / "src").symlink_to(ROOT / "src")
    assert build(root) == []
    return root / "site"


@pytest.fixture(scope="module")
def origin(site: Path) -> Iterator[str]:
    """Where it is served."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.slow
def test_pages_fit_every_width_and_ask_nobody_else(
    site: Path, origin: str, browser: Browser
) -> None:
    pages = [path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")]
    assert len(pages) > 20
    context = browser.new_context()
    wrong, asked = [], set[str]()
    context.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("request", lambda request: asked.add(request.url))
    tab = context.new_page()
    for page in pages:
        tab.goto(f"{origin}{page}/")
        for width in (1280, 390):
            tab.set_viewport_size({"width": width, "height": 800})
            if tab.evaluate(WIDER):
                wrong.append(f"{page} is wider than {width}")
            wrong += [f"{page} at {width} cuts {what}" for what in tab.evaluate(CUT)]
    context.close()
    assert wrong == []
    assert len(asked) > len(pages)
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []


@pytest.mark.slow
def test_search_finds_a_key_of_the_recipe(origin: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(origin)
    while tab.evaluate("document.activeElement === document.body"):  # until the script has come
        tab.keyboard.press("Control+k")
        tab.wait_for_timeout(100)
    tab.keyboard.type("learning_rate")
    tab.locator("a[role=option][href*='/recipe/']").first.wait_for()
    context.close()


@pytest.mark.slow
def test_reference_has_the_arguments(origin: str, browser: Browser) -> None:
    tab = browser.new_page()
    tab.goto(f"{origin}reference/")
    heading = tab.locator("[id='s3ft.api.select']")
    assert "s3ft.select" in heading.inner_text()
    text = heading.locator("xpath=..").inner_text()
    tab.close()
    for told in ("responses", "the model's own answers by the rows' ids", "Returns", "InputError"):
        assert told in text


def test_dead_links_fail_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: Small\nnav: [index.md]\n")
    page = tmp_path / "docs" / "index.md"
    page.write_text("# Small\n\n[here](#small)\n")
    assert build(tmp_path) == []
    page.write_text("# Small\n\n[there](nowhere.md) [below](#nothing)\n")
    said = "\n".join(build(tmp_path))
    assert "page does not exist" in said
    assert "anchor does not exist" in said
    page.write_text("# Small\n\n![missing](figure.svg)\n")
    (tmp_path / "docs" / "forgotten.md").write_text("# Forgotten\n")
    assert build(tmp_path) == [
        "index.html: nothing is at figure.svg",
        "forgotten/index.html: no page leads there",
    ]


def test_links_of_written_pages_are_followed(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "404.html").write_text("")
    (tmp_path / "index.html").write_text(
        '<a href="a%20b/#one">fine</a> <a href="https://example.org/x">elsewhere</a>'
        '<a href="a%20b/#two">no</a> <a href="/a%20b/">no</a> <img src="c.svg">'
    )
    (tmp_path / "a b" / "index.html").write_text('<h2 id="one"></h2> <a href="..">fine</a>')
    assert broken(tmp_path) == [
        "index.html: no heading is at a%20b/#two",
        "index.html: nothing is at /a%20b/",
        "index.html: nothing is at c.svg",
    ]
