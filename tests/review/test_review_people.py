"""What people say: verdicts overruled, answers labelled blind, models compared blind."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reviewed import Served, serving
from s3ft.judges.audit import audit_file
from s3ft.store import Place, Store

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.slow
Visit = Callable[..., "Tab"]


def text(tab: Tab) -> str:
    return tab.inner_text("main")


def test_a_verdict_is_overruled_by_a_key_and_taken_back(small: Served, visit: Visit) -> None:
    tab = visit(small)
    tab.goto(f"{small.origin}/examples/train/3")
    tab.fill('input[name="note"]', "it is\n4")
    tab.keyboard.press("Escape")
    tab.keyboard.press("2")
    tab.wait_for_url("**/train/3#self-0")
    card = tab.locator("article:has-text('self')").last
    assert "✗ incorrect by ana" in card.inner_text()
    assert "next selection: gold self: incorrect, overruled by ana: it is" in text(tab)
    assert "1 overruled verdict is not in this run's mixtures yet" in text(tab)
    with Store(small.run / "run.sqlite") as store:
        (word,) = store.overrulings("train", 3)
        assert (word.label, word.who, word.place) == (
            "incorrect",
            "ana",
            Place("train", 3, "self", 0),
        )
        assert word.time.endswith("+00:00")
        assert store.overruled() == {"self": 1}
    tab.goto(f"{small.origin}/examples?label=overruled")
    assert tab.locator(".row .id").all_inner_texts() == ["3"]
    tab.locator(".row").click()
    tab.wait_for_url("**/train/3?*")
    tab.keyboard.press("0")
    tab.wait_for_url("**#self-0")
    assert "taken back ana" in text(tab)
    assert "next selection" not in text(tab)
    with Store(small.run / "run.sqlite") as store:
        assert store.overruled() == {}


def test_two_tabs_at_once(small: Served, visit: Visit) -> None:
    one, other = visit(small), visit(small)
    for tab in (one, other):
        tab.goto(f"{small.origin}/examples/train/3")
    one.click("button:has-text('unknown')")
    one.wait_for_url("**#self-0")
    with other.expect_response(lambda answer: answer.request.method == "POST") as answered:
        other.click("button:has-text('2 incorrect')")
    assert answered.value.status == 409
    assert "came first" in text(other)
    visit.refused.add(409)  # type: ignore[attr-defined]
    other.go_back()
    other.reload()
    assert "? unknown by ana" in text(other)
    other.click("button:has-text('2 incorrect')")
    other.wait_for_url("**#self-0")
    with Store(small.run / "run.sqlite") as store:
        assert [word.label for word in store.overrulings("train", 3)] == ["unknown", "incorrect"]


def test_a_run_that_is_written_to_is_waited_for_and_then_told(
    small: Served, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = visit(small)
    tab.goto(f"{small.origin}/examples/train/3")
    other = sqlite3.connect(small.run / "run.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    whole = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: whole(*a, **{**k, "timeout": 0.1}))
    with tab.expect_response(lambda answer: answer.request.method == "POST") as answered:
        tab.click("button:has-text('unknown')")
    assert answered.value.status == 503
    assert "being written to" in text(tab)
    visit.refused |= {503}  # type: ignore[attr-defined]
    other.execute("ROLLBACK")
    other.close()
    tab.goto(f"{small.origin}/examples/train/3")
    assert "by ana" not in text(tab)


def test_verdicts_on_test_answers_are_not_overruled(lab: Served, visit: Visit) -> None:
    tab = visit(lab)
    tab.goto(f"{lab.origin}/examples/test/0")
    assert "not overruled" in text(tab)
    assert tab.locator("main form").count() == 0
    tab.goto(f"{lab.origin}/examples/train/0")
    form = tab.locator("form.overrule").first
    form.evaluate("form => form.action = form.action.replace('/train/', '/test/')")
    with tab.expect_response(lambda answer: answer.request.method == "POST") as answered:
        form.locator("button").first.click()
    assert answered.value.status in (404, 405)
    visit.refused |= {404, 405}  # type: ignore[attr-defined]


def test_a_trained_run_says_that_it_stays_as_it_is(lab: Served, visit: Visit) -> None:
    tab = visit(lab)
    tab.goto(f"{lab.origin}/examples/train/0")
    tab.keyboard.press("3")
    tab.wait_for_url("**#self-0")
    assert f"s3ft run RECIPE --from {lab.run} --out NEW" in text(tab)


def test_the_audit_is_blind_and_puts_the_judge_beside_people(
    lab: Served, visit: Visit, tmp_path: Path
) -> None:
    tab = visit(lab)
    tab.click("nav >> text=Blind audit")
    tab.fill('input[name="size"]', "20")
    tab.click("button:has-text('Draw')")
    tab.wait_for_url("**/audit/1")
    with Store(lab.run / "run.sqlite") as store:
        queue = store.audited()
    assert len(queue) == 20
    assert len({place.source for place, _ in queue.values()}) > 2
    disagreed = {1, 2}
    for item, (_, verdict) in queue.items():
        tab.wait_for_url(f"**/audit/{item}")
        shown = tab.content()
        assert not [word for word in ("✓", "✗", "self", "paraphrase", "seed0") if word in text(tab)]
        assert verdict not in shown.replace('value="correct"', "").replace('value="incorrect"', "")
        right = (verdict == "correct") != (item in disagreed)
        tab.keyboard.press("3" if item == 20 else "1" if right else "2")
    tab.wait_for_url("**/audit")
    found = text(tab)
    assert "Labelled of 20: ana 20. 1 could not be told" in found
    assert "agreement\t0.89 [" in found
    wrong = {queue[n][0].position for n in disagreed}
    links = tab.locator(".places a")
    assert {int(links.nth(n).inner_text().split()[1]) for n in range(links.count())} == wrong
    links.first.click()
    tab.wait_for_url("**/examples/**")
    tab.goto(f"{lab.origin}/audit")
    with tab.expect_download() as got:
        tab.click("text=Labels as JSONL")
    got.value.save_as(tmp_path / "labels.jsonl")
    rows = (tmp_path / "labels.jsonl").read_text().splitlines()
    assert len(rows) == 19
    assert isinstance(json.loads(rows[0])["correct"], bool)
    audited = audit_file("math", {}, tmp_path / "labels.jsonl")
    assert (audited.overall.agreed, audited.overall.rows) == (17, 19)


def test_only_the_last_label_is_mended(small: Served, visit: Visit) -> None:
    with Store(small.run / "run.sqlite") as store:
        store.add_to_audit([place for place, _ in store.judged()[:4]])
    tab = visit(small)
    tab.goto(f"{small.origin}/audit/next")
    for item, key in ((1, "1"), (2, "1")):
        tab.wait_for_url(f"**/audit/{item}")
        tab.keyboard.press(key)
    tab.wait_for_url("**/audit/3")
    tab.keyboard.press("k")
    tab.wait_for_url("**/audit/2")
    tab.keyboard.press("2")
    tab.wait_for_url("**/audit/3")
    tab.goto(f"{small.origin}/audit/1")
    with tab.expect_response(lambda answer: answer.request.method == "POST") as answered:
        tab.keyboard.press("2")
    assert answered.value.status == 409
    visit.refused |= {409}  # type: ignore[attr-defined]
    with Store(small.run / "run.sqlite") as store:
        assert store.person_labels() == {1: {"ana": "correct"}, 2: {"ana": "incorrect"}}


def test_the_queue_is_the_same_for_the_same_run(lab_run: Path) -> None:
    from s3ft.review._audit import _spread

    with Store(lab_run / "run.sqlite") as store:
        judged = store.judged()
    order = _spread(judged, 0)
    assert order == _spread(judged, 0)
    assert order != _spread(judged, 1)
    assert sorted(order) == sorted(place for place, _ in judged)
    half = order[: len(order) // 2]
    for source in {place.source for place, _ in judged}:
        of_all = sum(place.source == source for place, _ in judged)
        assert abs(sum(place.source == source for place in half) - of_all / 2) <= 2


def test_two_models_are_compared_blind(lab: Served, visit: Visit) -> None:
    with Store(lab.run / "run.sqlite") as store:
        answered, same = store.pairs("base", "sft-seed0")
        said = {
            entry.position: {c.source: c.response.text for c in entry.candidates}
            for entry in store.entries("test", ["base", "sft-seed0"])
        }
    differ = {n for n, texts in said.items() if len(set(texts.values())) == 2}
    assert (answered, same) == (12, 12 - len(differ))
    assert len(differ) >= 4, "the run does not show what is tested"
    tab = visit(lab)
    tab.goto(f"{lab.origin}/pairs?one=base&other=sft-seed0")
    assert f"{same} have the same answer" in text(tab)
    tab.click(f"text=Begin: {len(differ)} pairs")
    lefts = set()
    for number in range(len(differ)):
        tab.wait_for_url("**/pairs/*?one=*")
        position = int(tab.url.split("/pairs/")[1].split("?")[0])
        left, right = tab.locator("article pre").all_inner_texts()
        assert {left, right} == set(said[position].values())
        tuned_left = left == said[position]["sft-seed0"]
        lefts.add(tuned_left)
        assert "base" not in text(tab)
        key = "3" if number == 0 else "1" if tuned_left else "2"
        tab.keyboard.press(key)
        tab.wait_for_function("old => location.href !== old", arg=tab.url)
    tab.wait_for_url("**/pairs?one=*")
    assert lefts == {True, False}
    found = text(tab)
    assert f"sft-seed0 better\t{len(differ) - 1}" in found
    assert "tie\t1" in found
    assert f"p\t{2 * 0.5 ** (len(differ) - 1):.3g}" in found
    with serving(lab.run, who="ben") as again, Store(lab.run / "run.sqlite") as store:
        assert {choice.who for choice in store.choices("sft-seed0", "base")} == {"ana"}
        assert again.token != lab.token
