"""Rungs of one's own: asked, judged, walked, planned and reported like the built-in ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import s3ft
from endpoint import Body, Endpoint, prompt_of, serve
from s3ft.errors import InputError
from s3ft.pipeline import plan_recipe, run_stages, write_report
from s3ft.report import plan_lines
from s3ft.store import Store

ROWS = 12
HINT = "{{ question }}\nThe answer is {{ accepted | join(' or ') }}. Say how one finds it.\n"
REPAIR = "{{ question }}\nYou said: {{ attempt }}\nIt should be: {{ gold }}\nChange little.\n"
LADDERS = {
    "hinted": ["self", "hint", "paraphrase", "gold"],
    "repaired": ["self", "repair", "gold"],
}


def number_of(body: Body) -> int:
    return int(re.findall(r"the word of (\d+)", prompt_of(body))[0])


def model(body: Body) -> str:
    """Row 0 modulo 6 is solved alone, 1 with a hint, 2 too but with a leak at first, 3 when
    paraphrased, 4 when repaired, 5 never."""
    n, prompt = number_of(body), prompt_of(body)
    kind = n % 6
    if "Say how" in prompt:
        if kind == 2 and not body["temperature"]:
            return f"The provided answer is word{n}"
        return f"word{n}" if kind in (1, 2) else "no idea"
    if "You said" in prompt:
        return f"word{n}" if kind == 4 else f"My first attempt was wrong: word{n}"
    if "The correct answer is: word" in prompt:
        return f"word{n}" if kind == 3 else "no idea"
    return f"word{n}" if kind == 0 else f"a guess at {n}"


def recipe(folder: Path, server: Endpoint, **more: Any) -> dict[str, Any]:
    path = folder / "train.jsonl"
    rows = [
        {"id": f"{n}", "prompt": f"What is the word of {n}?", "completion": f"word{n}"}
        for n in range(ROWS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "hint.j2").write_text(HINT)
    (folder / "repair.j2").write_text(REPAIR)
    return {
        "data": {"path": str(path)},
        "judge": {"name": "qa"},
        "generate": {"engine": "openai", "openai": {"url": server.url, "model": "served"}},
        "rungs": {
            "hint": {"prompt": str(folder / "hint.j2"), "n": 2},
            "repair": {"prompt": str(folder / "repair.j2")},
        },
        "ladders": LADDERS,
        "methods": ["hinted", "repaired", "s3ft"],
    } | more


def mixture(out: Path, method: str) -> list[dict[str, Any]]:
    text = (out / "mixture" / method / "train.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def sources(out: Path, method: str) -> list[str]:
    return [row["source"] for row in mixture(out, method)]


def test_a_rung_of_ones_own_is_asked_judged_and_taken(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server)
        out = run_stages(told, (), tmp_path / "run", "select")
    here = ["self", "hint", "hint", "paraphrase", "gold", "gold"]
    assert sources(out, "hinted") == here * 2
    assert sources(out, "repaired") == ["self", "gold", "gold", "gold", "repair", "gold"] * 2
    assert sources(out, "s3ft") == ["self", "gold", "gold", "paraphrase", "gold", "gold"] * 2
    rows = mixture(out, "hinted")
    assert [row["completion"][0]["content"] for row in rows] == [f"word{n}" for n in range(ROWS)]
    assert all("Say how" not in row["prompt"][-1]["content"] for row in rows)
    assert rows[2]["reason"].endswith("(sample 2 of 2)")
    leaked = mixture(out, "repaired")[1]["reason"]
    assert "repair: incorrect, speaks of the reference: 'My first attempt'" in leaked
    hinted = [body for body in server.bodies if "Say how" in prompt_of(body)]
    assert sorted({body["temperature"] for body in hinted}) == [0.0, 0.7]
    repaired = [body for body in server.bodies if "You said" in prompt_of(body)]
    assert all(f"You said: a guess at {number_of(body)}\n" in prompt_of(body) for body in repaired)
    first = [body for body in hinted if not body["temperature"]]
    assert len(first) == ROWS * 5 // 6, "only where the model's own answer failed"


def test_it_is_in_plan_report_and_card(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server)
        plan = plan_recipe(told, (), probe=6)
        counted = plan_recipe(told, (), probe=0)
        out = run_stages(told, (), tmp_path / "run", "select")
    shown = capfd.readouterr().err
    assert "train: hint: " in shown
    assert "train: judging hint: " in shown
    assert "mixture hinted: 2 self, 4 hint, 2 paraphrase, 4 gold" in shown
    stages = {stage["stage"]: stage for stage in plan["stages"]}
    assert list(stages) == ["pre-flight", "self", "hint", "repair", "paraphrase", "judge"]
    assert stages["hint"]["most"] == 2 * ROWS
    assert stages["hint"]["count"] == 2 * (4 + 4), "every other row is probed: kinds 0, 2 and 4"
    assert set(plan["mixture"]["hinted"]) == {"self", "hint", "paraphrase", "gold"}
    assert any(line.startswith("mixture hinted: self ") for line in plan_lines(plan))
    tokens = {stage["stage"]: stage["prompt_tokens"] for stage in counted["stages"]}
    assert tokens["hint"] > tokens["self"]
    page = write_report(told, (), out)
    report = json.loads((out / "report.json").read_text())
    assert [rung["name"] for rung in report["rungs"]] == [
        "self",
        "hint",
        "repair",
        "paraphrase",
        "gold",
    ]
    assert report["mixture"]["hinted"]["counts"] == {
        "self": 2,
        "hint": 4,
        "paraphrase": 2,
        "gold": 4,
    }
    example = report["mixture"]["hinted"]["examples"]["hint"][0]
    assert [tried["source"] for tried in example["tried"]] == ["self", "hint"]
    assert [(row["source"], row["round"]) for row in report["rounds"]] == [("hint", 1), ("hint", 2)]
    assert "hint: its verified answer to" in page.read_text()
    assert "| self % | hint % | repair % | paraphrase % | gold % |" in (
        out / "report.md"
    ).read_text().replace("| | rows ", "")
    card = (out / "mixture" / "hinted" / "README.md").read_text()
    assert "the ladder self > hint > paraphrase > gold" in card
    assert "| hint | 4 | 33.3 |" in card
    assert "`hint`: its verified answer to" in card


@pytest.mark.slow
def test_a_stopped_run_goes_on_to_the_same_mixture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(model) as server:
        whole = run_stages(recipe(tmp_path, server), (), tmp_path / "whole", "select")
    wanted = {method: mixture(whole, method) for method in (*LADDERS, "s3ft")}
    left = 0

    def stopping(plain: Callable[..., None]) -> Callable[..., None]:
        def store(*arguments: Any) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            plain(*arguments)

        return store

    for method in ("add_responses", "add_verdicts"):
        monkeypatch.setattr(Store, method, stopping(getattr(Store, method)))
    out, stops = tmp_path / "stopped", 0
    with serve(model) as server:
        told = recipe(tmp_path, server)
        told["generate"]["openai"]["concurrency"] = 2
        while not (out / "mixture" / "s3ft").exists():
            left = 2
            with suppress(KeyboardInterrupt):
                run_stages(told, (), out, "select")
            stops += 1
    assert stops > 5
    assert {method: mixture(out, method) for method in wanted} == wanted


def test_what_a_run_was_begun_with_stays(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server, methods=["hinted"])
        out = run_stages(told, (), tmp_path / "run", "select")
        further = told["rungs"] | {"again": {"prompt": str(tmp_path / "hint.j2"), "n": 3}}
        more = told | {"rungs": further, "methods": ["hinted", "s3ft"]}
        assert run_stages(more, (), out, "select") == out, "rungs may be added"
        other = told["rungs"] | {"hint": {"prompt": str(tmp_path / "hint.j2"), "n": 4}}
        with pytest.raises(InputError, match="hint"):
            run_stages(told | {"rungs": other}, (), out, "select")
        (tmp_path / "hint.j2").write_text("Otherwise: " + HINT)
        (out / "mixture" / "hinted" / "train.jsonl").read_text()
        again = more | {"methods": ["hinted", "s3ft", "other"]}
        again["ladders"] = LADDERS | {"other": ["hint", "gold"]}
        with pytest.raises(InputError, match="the prompt of hint has changed"):
            run_stages(again, (), out, "select")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"rungs": {"hint": {"prompt": "absent.j2"}}}, r"rungs\.hint\.prompt: absent\.j2.*read"),
        ({"ladders": {"hinted": ["self", "hnt", "gold"]}}, r"ladders\.hinted\.1: must be .*'hint'"),
        ({"rungs": {"gold": {"prompt": "x.j2"}}}, r"rungs\.gold: is a built-in rung"),
        ({"rungs": {"dropped": {"prompt": "x.j2"}}}, r"rungs\.dropped: is a name that reports"),
        ({"rungs": {"hint": {"n": 2}}}, r"rungs\.hint\.prompt: is required"),
    ],
)
def test_a_rung_that_cannot_work_is_refused_before_anything_is_asked(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server)
        told["ladders"] = {"hinted": ["self", "hint", "gold"]}
        told["methods"] = ["hinted"]
        told["rungs"] = {"hint": told["rungs"]["hint"]}
        with pytest.raises(InputError, match=problem):
            run_stages(told | change, (), tmp_path / "run", "select")
    assert not server.bodies
    assert not (tmp_path / "run").exists()


def test_an_attempt_needs_one_before(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server, ladders={"bad": ["repair", "gold"]}, methods=["bad"])
        with pytest.raises(InputError, match="failed attempt"):
            run_stages(told, (), tmp_path / "run", "select")
    assert not server.bodies


def test_select_takes_a_ladder(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server)
        rows = s3ft.select(
            [
                {"id": f"{n}", "prompt": f"What is the word of {n}?", "completion": f"word{n}"}
                for n in range(6)
            ],
            judge="qa",
            method=LADDERS["hinted"],
            rungs=told["rungs"],
            generate=told["generate"],
        )
    assert list(rows["source"]) == ["self", "hint", "hint", "paraphrase", "gold", "gold"]
