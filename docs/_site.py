"""Builds the documentation into site/, and fails on what is wrong with it.

python docs/_site.py

Zensical's strict mode finds links to pages, headings and names of the code that are not there. What
it lets through is found here, in what it wrote: warnings about docstrings, pages that no other page
leads to, and links and pictures whose file is missing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

ROOT = Path(__file__).resolve().parent.parent


def build(root: Path) -> list[str]:
    """The site of the project in ``root``, written to its ``site/``: what is wrong, a line each."""
    site = root / "site"
    shutil.rmtree(site, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    told = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)  # in colours, terminal or not
    said = [line for line in told.splitlines() if line and line != "No issues found"]
    if done.returncode and not said:
        return [f"zensical ended with {done.returncode}"]
    return said or broken(site)


def broken(site: Path) -> list[str]:
    """What leads nowhere in a site that was built, and what nothing leads to."""
    pages = {path.relative_to(site).as_posix(): _read(path) for path in site.rglob("*.html")}
    del pages["404.html"]  # served in place of any page, so its links are no relative ones
    wrong, led = [], {"index.html"}
    for name, page in pages.items():
        for link in page.links:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = unquote(urljoin(f"/{name}", url.path)).removeprefix("/")
            if not target or target.endswith("/"):
                target += "index.html"
            led |= {target} - {name}
            if url.path.startswith("/") or not (site / target).is_file():
                wrong.append(f"{name}: nothing is at {link}")
            elif url.fragment and target in pages and url.fragment not in pages[target].ids:
                wrong.append(f"{name}: no heading is at {link}")
    return wrong + [f"{name}: no page leads there" for name in pages if name not in led]


class _Page(HTMLParser):
    """The links of a page, and the places in it that a link can name."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        self.links += [found[name] for name in ("href", "src") if name in found]


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


if __name__ == "__main__":
    problems = build(ROOT)
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    sys.exit(bool(problems))
