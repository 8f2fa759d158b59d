"""Anchors: what the base answers to questions of its own, in the mixtures of the methods that ask
for it and in no count of what was solved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import s3ft
from s3ft.errors import InputError
from s3ft.models import load_chat
from s3ft.pipeline import plan_recipe, read_mixture, run_stages, write_report
from s3ft.pipeline.selection import _anchors
from s3ft.recipe import Model, load
from s3ft.records import Target
from s3ft.status import status
from s3ft.store import Store
from s3ft.train import max_steps

HELD = {"rungs": ["self", "gold"], "anchors": 0.25}
RECIPE: dict[str, Any] = {
    "model": {"id": "lab", "dtype": "float32"},
    "data": {"path": "lab", "name": "math", "max_train": 12},
    "judge": {"name": "math"},
    "generate": {"max_new_tokens": 120},
    "ladders": {"held": HELD, "dropping": {"rungs": ["self"], "anchors": 0.25}},
    "methods": ["ssr", "held", "dropping"],
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_stages(RECIPE, (), tmp_path_factory.mktemp("anchors") / "run", "select")


def anchors(out: Path, method: str = "held") -> list[Target]:
    targets = read_mixture(out / "mixture" / method)
    return [target for target in targets if target.source == "anchor"]


def test_a_quarter_of_the_rows_are_the_bases_own_and_the_others_stay(out: Path) -> None:
    rows = {name: list(read_mixture(out / "mixture" / name)) for name in RECIPE["methods"]}
    assert [t.source for t in rows["held"][12:]] == ["anchor"] * 4
    assert rows["held"][:12] == rows["ssr"], "and a method without any has none"
    kept = sum(target.source == "self" for target in rows["dropping"])
    assert 0 < kept < 12
    assert len(rows["dropping"]) == kept + max(1, round(kept / 3))
    assert anchors(out, "dropping") == anchors(out)[: max(1, round(kept / 3))]


def test_an_anchor_is_what_the_base_wrote_itself_to_its_end(out: Path) -> None:
    chat = load_chat(Model(id="lab"))
    prompts = set()
    for target in anchors(out):
        [turn] = target.prompt
        prompts.add(turn["content"])
        assert turn["role"] == "user"
        assert target.token_ids is not None
        assert target.token_ids[-1] == chat.stop_id
        assert chat.read(target.token_ids).answer == target.completion != ""
        assert target.base_logprob is not None
        assert target.base_logprob < 0
        assert target.judge is None
        assert "nobody judged" in target.reason
    assert len(prompts) == 4


def test_they_are_told_where_rows_are_counted(out: Path) -> None:
    card = (out / "mixture" / "held" / "README.md").read_text()
    assert "4 anchors are mixed in (25.0 % of all)" in card
    assert "anchor" not in (out / "mixture" / "ssr" / "README.md").read_text()
    found = status(out)
    assert found.mixture["held"]["anchor"] == 4
    assert "anchor" not in found.mixture["ssr"]
    assert found.seconds["anchors"] > 0
    assert sum(stage.total for stage in found.stages if stage.stage == "judge") == 12
    write_report(out / "recipe.yaml", (), out)
    report = json.loads((out / "report.json").read_text())
    held = report["mixture"]["held"]
    assert (held["rows"], held["anchors"]) == (16, 4)
    assert sum(held["percent"].values()) == pytest.approx(100)
    assert report["mixture"]["ssr"]["rows"] == 12
    assert "4 (25.0 %)" in (out / "report.md").read_text()
    assert "25.0 % <small>(4)</small>" in (out / "report.html").read_text()


@pytest.mark.slow
def test_of_a_greater_share_there_are_the_same_and_more(out: Path, tmp_path: Path) -> None:
    more = {"ladders": {"held": HELD | {"anchors": 0.5}}, "methods": ["held"]}
    found = anchors(run_stages(RECIPE | more, (), tmp_path / "more", "select"))
    assert len(found) == 12
    assert [t.completion for t in found[:4]] == [t.completion for t in anchors(out)]


def test_stopped_between_two_windows_it_goes_on_to_the_same_rows(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, windows = anchors(out), 0
    ask = _anchors._window

    def once(*arguments: Any) -> Any:
        nonlocal windows
        windows += 1
        if windows == 2:
            raise KeyboardInterrupt
        return ask(*arguments)

    monkeypatch.setattr(_anchors, "_window", once)
    monkeypatch.setattr(_anchors, "WINDOW", 2)
    with pytest.raises(KeyboardInterrupt):
        run_stages(RECIPE, (), tmp_path / "run", "select")
    assert not (tmp_path / "run" / "mixture" / "held").exists()
    with Store(tmp_path / "run" / "run.sqlite") as store:
        assert store.count("anchor") < 4
        assert store.metadata(_anchors.TRIED) == "2"
    run_stages(RECIPE, (), tmp_path / "run", "select")
    assert [t.token_ids for t in anchors(tmp_path / "run")] == [t.token_ids for t in wanted]


def test_a_run_that_begins_with_another_takes_its_anchors_over(
    out: Path, tmp_path: Path, asked: list[int]
) -> None:
    second = run_stages(RECIPE, (), tmp_path / "second", "select", out)
    assert asked == []
    for method in RECIPE["methods"]:
        files = [run / "mixture" / method / "train.jsonl" for run in (out, second)]
        assert files[0].read_bytes() == files[1].read_bytes()


def test_the_steps_are_those_of_the_methods_without() -> None:
    recipe = load(RECIPE, {"train.epochs": 1, "train.batch_size": 4})
    assert max_steps(12, recipe.train) == 3
    assert recipe.method("held").anchor_rows(12) == 4
    assert recipe.method("ssr").anchor_rows(12) == 0
    assert recipe.method("held").anchor_rows(0) == 0


def test_a_model_that_asks_itself_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_anchors.UserTurn, "read", lambda self, ids: "")
    monkeypatch.setattr(_anchors, "WINDOW", 2)
    with pytest.raises(InputError, match=r"ladders.held.anchors: of 8 .*, 0 were asked") as caught:
        run_stages(RECIPE, (), tmp_path / "run", "select")
    assert "data.replay" in str(caught.value)


def test_there_must_be_a_model_to_ask(tmp_path: Path) -> None:
    said = tmp_path / "said.jsonl"
    said.write_text('{"id": "math-train-0-00000", "response": "It is 1."}\n')
    recipe = {key: value for key, value in RECIPE.items() if key != "model"}
    recipe["generate"] = {"engine": "replay", "replay": {"path": str(said)}}
    with pytest.raises(InputError, match=r"model: is required: method 'held' lets it ask itself"):
        run_stages(recipe, (), tmp_path / "run", "select")


@pytest.mark.parametrize("share", [-0.1, 1, 1.5])
def test_a_share_is_less_than_all(share: float) -> None:
    with pytest.raises(InputError, match=r"ladders\.held\.anchors"):
        load(RECIPE, {"ladders.held.anchors": share})


@pytest.mark.slow
def test_a_plan_tells_what_they_cost() -> None:
    plan = plan_recipe(RECIPE, {"methods": ["held"], "evaluate.target": None}, probe=4)
    [stage] = [stage for stage in plan["stages"] if stage["stage"] == "anchors"]
    assert (stage["count"], stage["unit"]) == (4, "rows")
    assert stage["completion_tokens"] > 0
    assert stage["seconds"] > 0
    plan = plan_recipe(RECIPE, probe=0)
    [stage] = [stage for stage in plan["stages"] if stage["stage"] == "anchors"]
    assert (stage["count"], stage["seconds"]) == (4, None)


def test_select_gives_them_with_the_rest() -> None:
    rows = [
        {"id": f"q{n}", "prompt": f"Anna has {n} eggs. She finds 2 more. How many?"}
        | {"completion": f"#### {n + 2}"}
        for n in range(6)
    ]
    found = s3ft.select(rows, model="lab", judge="math", method={"rungs": ["gold"], "anchors": 0.4})
    assert found["source"] == ["gold"] * 6 + ["anchor"] * 4
