"""Looking through a run: filters in the address, keys, what is not to be run, and any width."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reviewed import BAD, Served
from s3ft.store import Filter, Store

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.slow
Visit = Callable[..., "Tab"]


def rows(tab: Tab) -> list[int]:
    return [int(text) for text in tab.locator(".row .id").all_inner_texts()]


def test_pages_join_up_both_ways(small: Served, visit: Visit) -> None:
    tab = visit(small)
    assert rows(tab) == list(range(50))
    tab.locator("text=Later").first.click()
    tab.wait_for_url("**start=50*")
    assert rows(tab) == list(range(50, 100))
    tab.keyboard.press("n")
    tab.wait_for_url("**start=100*")
    assert rows(tab) == list(range(100, 130))
    tab.keyboard.press("p")
    tab.wait_for_url("**before=100*")
    assert rows(tab) == list(range(50, 100))
    tab.locator("text=Last").first.click()
    tab.wait_for_url("**before=130*")
    assert rows(tab) == list(range(80, 130))
    tab.locator("text=First").first.click()
    tab.wait_for_url("**/examples?split=train")
    assert rows(tab) == list(range(50))


def test_a_filter_stands_in_the_address_and_is_there_after_a_reload(
    small: Served, visit: Visit
) -> None:
    tab = visit(small)
    tab.select_option('select[name="label"]', "incorrect")  # which sends the form
    tab.wait_for_url("**label=incorrect*")
    assert rows(tab) == list(range(0, 130, 4))
    tab.fill('input[name="text"]', "what is 12")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**text=what*")
    assert rows(tab) == [12, 120, 124, 128]
    tab.reload()
    assert rows(tab) == [12, 120, 124, 128]
    tab.locator(".row").nth(1).click()
    tab.wait_for_url("**/train/120*")
    tab.keyboard.press("j")
    tab.wait_for_url("**/train/124*")
    tab.keyboard.press("k")
    tab.wait_for_url("**/train/120*")
    tab.keyboard.press("u")
    tab.wait_for_url("**/examples?*")
    assert rows(tab) == [120, 124, 128]


def test_by_the_source_of_the_target(small: Served, visit: Visit) -> None:
    tab = visit(small)
    tab.goto(f"{small.origin}/examples?target=gold&method=ssr")
    assert rows(tab) == list(range(0, 130, 4))
    tab.goto(f"{small.origin}/examples?target=gold")  # of the last method
    assert rows(tab) == list(range(0, 130, 4))
    tab.goto(f"{small.origin}/examples?target=dropped&method=ssr")
    assert rows(tab) == []
    assert "No example is like this" in tab.inner_text("main")


def test_keys_go_through_the_list(small: Served, visit: Visit) -> None:
    tab = visit(small)
    for key in "jjjk":
        tab.keyboard.press(key)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/train/1")
    tab.keyboard.press("?")
    assert tab.locator("#help").get_attribute("open") is not None
    tab.keyboard.press("/")
    tab.wait_for_url("**/examples#search")
    tab.keyboard.type("jk")
    assert tab.input_value('input[name="text"]') == "jk"


def test_what_is_in_the_data_stays_text(small: Served, visit: Visit) -> None:
    tab = visit(small)
    with Store(small.run / "run.sqlite") as store:
        store.add_to_audit([place for place, _ in store.judged()[:3]])
    pages = ("examples", "examples/train/4", "examples?split=test", "audit/1", "examples?text=<b>x")
    for page in pages:
        tab.goto(f"{small.origin}/{page}")
        assert "taken" not in tab.title()
        assert tab.locator("main img, main script, main b:text-is('x')").count() == 0
    tab.goto(f"{small.origin}/examples/train/4")
    assert BAD in tab.inner_text(".prompt")
    assert tab.locator("article del").first.inner_text().strip() == "5"
    assert tab.locator("article ins").first.inner_text().strip() == "6"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_screen(
    width: int, scheme: str, small: Served, visit: Visit
) -> None:
    with Store(small.run / "run.sqlite") as store:
        store.add_to_audit([place for place, _ in store.judged()[:3]])
        store.add_label(1, "incorrect", "ana")
    tab = visit(small, color_scheme=scheme, viewport={"width": width, "height": 800})
    pages = ("examples", "examples/train/4", "examples?split=test", "audit", "audit/2", "pairs")
    for page in pages:
        tab.goto(f"{small.origin}/{page}")
        root: Any = "document.documentElement"
        assert tab.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), page


def test_all_can_be_done_without_the_script(small: Served, visit: Visit) -> None:
    tab = visit(small, java_script_enabled=False)
    tab.fill('input[name="text"]', "what is 12")
    tab.click("button:has-text('Filter')")
    tab.wait_for_url("**text=*")
    tab.locator(".row").first.click()
    tab.wait_for_url("**/train/12?*")
    tab.fill('input[name="note"]', "no")
    tab.click("button:has-text('unknown')")
    tab.wait_for_url("**#self-0")
    assert "by ana" in tab.inner_text("article:has-text('self')")


def test_a_search_that_found_nothing_yet_goes_on_by_itself(
    small: Served, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s3ft.store._browse.SECONDS", -1.0)
    monkeypatch.setattr("s3ft.store._browse.WINDOW", 30)
    tab = visit(small)
    tab.fill('input[name="text"]', "What is 121")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**start=120*")
    assert rows(tab) == [121]
    tab.goto(f"{small.origin}/examples?text=What+is+8+&before=130")
    tab.wait_for_url("**before=10*")
    assert rows(tab) == [8]


def test_a_search_without_end_goes_on(small: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3ft.store._browse.SECONDS", -1.0)
    monkeypatch.setattr("s3ft.store._browse.WINDOW", 50)
    with Store(small.run / "run.sqlite") as store:
        wanted, start, found = Filter(text="What is 12"), 0, list[int]()
        steps = 0
        while True:
            page = store.find(wanted, start, 50)
            found, steps = found + page.positions, steps + 1
            if page.looked_until is None:
                break
            start = page.looked_until + 1
        assert (found, steps) == ([12, *range(120, 130)], 3)
        back = store.find(wanted, 129, 50, backwards=True)
        assert back.positions == list(range(129, 119, -1))
        assert back.looked_until == 80
