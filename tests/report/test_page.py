"""The page as people see it: in a browser, at three widths, in both schemes."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import s3ft
from s3ft.report import build, write
from s3ft.store import Answer, Item, Spent

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (390, 768, 1280)
EVIL = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>" + "x" * 300


def look(browser: Browser, path: Path, width: int, scheme: Any = "light") -> tuple[Page, list[str]]:
    """The page at a width, and whatever it complained of or asked for."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    complaints += asked[1:]
    return page, complaints


def overflowing(page: Page) -> list[str]:
    """Elements that stick out of the page, but for what scrolls in its own box."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(one =>
            one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
            && !one.closest('.scroll') && !one.closest('pre')
        ).map(one => one.tagName + ': ' + one.textContent.slice(0, 60))"""
    )
    wider = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return [*found, *(["the page itself"] if wider else [])]


def covered_texts(page: Page) -> list[str]:
    """Pairs of texts in one figure that lie on each other."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('svg')].flatMap(svg => {
            const texts = [...svg.querySelectorAll('text')].map(text => {
                const {left, right, top, height} = text.getBoundingClientRect();
                const ink = {left, right, top: top + height / 4, bottom: top + height * 3 / 4};
                return [text.textContent, ink];
            });
            return texts.flatMap(([a, p], n) => texts.slice(n + 1).filter(([b, q]) =>
                Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1
                && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 1
            ).map(([b]) => a + ' | ' + b));
        })"""
    )
    return found


def test_it_fits_and_asks_for_nothing(written: Any, browser: Browser) -> None:
    for width, scheme in product(WIDTHS, ("light", "dark")):
        page, complaints = look(browser, written.path / "report.html", width, scheme)
        assert complaints == []
        assert overflowing(page) == []
        assert covered_texts(page) == []
        page.context.close()


def test_script_in_prompts_and_answers_does_nothing(finished: Any, browser: Browser) -> None:
    items = [Item("facts", f"i{n}", EVIL, (), EVIL) for n in range(4)]
    models = ("base", "sft-seed0", "sft-seed1", "s3ft-seed0", "s3ft-seed1")
    said = [Answer(m, "facts", i.item, EVIL, None) for m in models for i in items]
    finished.store.add_scores([], Spent("benchmarks", "base", 0, 0, 0.0), items, said)
    write(build(finished.store, finished.recipe, finished.path), finished.path)
    page, complaints = look(browser, finished.path / "report.html", 390)
    assert page.evaluate("window.hurt") is None
    assert page.locator("pre", has_text="window.hurt").count() >= 6
    assert complaints == []
    assert overflowing(page) == []
    page.context.close()


def test_it_prints_whole(written: Any, browser: Browser) -> None:
    page, _ = look(browser, written.path / "report.html", 1280, "dark")
    page.emulate_media(media="print")
    paper = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper')")
    assert paper.strip() == "#ffffff", "a dark page is printed on white"
    assert page.pdf().startswith(b"%PDF")
    page.context.close()


@pytest.mark.slow
def test_a_real_run_of_three_methods_and_two_seeds(tmp_path: Path, browser: Browser) -> None:
    recipe = {
        "model": {"id": "lab"},
        "data": {"path": "lab", "name": "reading", "test": "test", "max_train": 8, "max_test": 6},
        "judge": {"name": "qa"},
        "generate": {"max_new_tokens": 32},
        "paraphrase": {"prompt": "rewrite.j2"},
        "methods": ["sft", "ssr", "s3ft"],
        "seeds": [0, 1],
        "train": {"learning_rate": 2e-3, "epochs": 2, "batch_size": 4},
        "evaluate": {
            "tasks": "lab",
            "benchmarks": ["lab_facts", "lab_myths"],
            "limit": 8,
            "drift": 4,
            "apply_chat_template": True,
        },
    }
    s3ft.run(recipe, out=tmp_path / "run")
    figures = ["differences", "trade", "confusion", "drift", "composition", "likelihoods", "losses"]
    for width, scheme in product(WIDTHS, ("light", "dark")):
        page, complaints = look(browser, tmp_path / "run" / "report.html", width, scheme)
        assert complaints == []
        assert overflowing(page) == []
        assert covered_texts(page) == []
        shown = page.evaluate("[...document.querySelectorAll('figure')].map(one => one.id)")
        assert shown == figures
        for name in figures:
            box = page.locator(f"#{name} svg").bounding_box()
            assert box is not None
            assert box["width"] > 300
        questions = page.locator(".answers h2").all_inner_texts()
        assert questions == ["Did it learn?", "Did it forget?", "Can it be trusted?"]
        assert "sft:" in page.locator(".answers").inner_text()
        page.context.close()
    files = {path.stem for path in (tmp_path / "run" / "figures").iterdir()}
    assert files == set(figures)
