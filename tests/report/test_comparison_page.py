"""The page of a comparison: for runs and for other people's logs alike."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from test_page import WIDTHS, covered_texts, look, overflowing

from s3ft.compare import Contender, Task, compare
from s3ft.report import comparison_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EVIL = "</pre><script>window.hurt = 1</script>"


def contender(name: str, right: int) -> Contender:
    items = [f"i{n:03}" for n in range(60)]
    tasks = {
        task: Task(
            "acc",
            {item: 100.0 * (n < right + shift) for n, item in enumerate(items)},
            dict.fromkeys(items, f"{task}? {EVIL}"),
            dict.fromkeys(items, "gold"),
            {item: f"{name} says {item}" for item in items},
        )
        for shift, task in enumerate(("mmlu_high_school_world_history", "ifeval"))
    }
    return Contender(name, f"logs/{name}", {"": tasks})


def test_it_shows_scores_figures_tests_and_lost_items(tmp_path: Path, browser: Browser) -> None:
    found = compare([contender("first", 40), contender(EVIL, 25), contender("third", 41)])
    path = tmp_path / "page.html"
    path.write_text(comparison_page(found), encoding="utf-8")
    for width, scheme in product(WIDTHS, ("light", "dark")):
        page, complaints = look(browser, path, width, scheme)
        assert complaints == []
        assert page.evaluate("window.hurt") is None
        assert overflowing(page) == []
        assert covered_texts(page) == []
        assert page.locator("figure").count() == 1, "no target: nothing to put against the drop"
        text = page.locator("body").inner_text()
        assert "66.7" in text
        assert "41.7" in text
        assert "first says i0" in text
        assert "15 lost, 0 gained" in text.replace("\n", " ")
        assert "no difference can be told" in text
        page.context.close()


def test_another_reference(tmp_path: Path) -> None:
    found = compare([contender("first", 40), contender("second", 25)], ["second"])
    page = comparison_page(found)
    assert "<h1>first against second</h1>" in page
    assert "+25.0" in page
