"""General rows in a run: in every mixture the same, in no count of what was solved."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import s3ft
from s3ft.pipeline import check_recipe, plan_recipe, read_mixture, run_stages, write_report
from s3ft.store import Store

METHODS = ["sft", "rft", "ssr"]
Files = dict[str, Any]


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def general(count: int) -> list[dict[str, Any]]:
    return [{"id": f"g{n}", "prompt": f"Say {n}.", "completion": f"{n}"} for n in range(count)]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A recipe of 8 rows, of which every other has a right answer in a file, and 20 general."""
    rows = [
        {"id": f"q{n}", "prompt": f"{n} + {n}?", "completion": f"The answer is {2 * n}."}
        for n in range(8)
    ]
    said = [{"id": f"q{n}", "response": f"It is {2 * n + n % 2}."} for n in range(8)]
    return {
        "data": {
            "path": write(tmp_path / "train.jsonl", rows),
            "replay": {"path": write(tmp_path / "general.jsonl", general(20)), "share": 0.2},
        },
        "judge": {"name": "math"},
        "generate": {
            "engine": "replay",
            "replay": {"path": write(tmp_path / "said.jsonl", said)},
        },
        "methods": METHODS,
    }


def mixtures(out: Path) -> dict[str, dict[str, list[str]]]:
    """The ids of each mixture, by source."""
    found: dict[str, dict[str, list[str]]] = {}
    for method in METHODS:
        for target in read_mixture(out / "mixture" / method):
            ids = found.setdefault(method, {}).setdefault(target.source, [])
            ids.append(target.example_id)
    return found


def replayed(out: Path) -> list[str]:
    """The general rows of all mixtures, which must be the same."""
    first, *others = (sources.get("replay", []) for sources in mixtures(out).values())
    assert all(ids == first for ids in others)
    return first


@pytest.fixture
def select(files: Files, tmp_path: Path) -> Callable[..., Path]:
    def select(**replay: Any) -> Path:
        changes = {f"data.replay.{key}": value for key, value in replay.items()}
        return run_stages(files, changes, tmp_path / "run", "select")

    return select


def test_every_mixture_has_the_same_and_keeps_them(
    select: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    out = select()
    rows = replayed(out)
    assert len(rows) == 2, "a fifth of ten"
    odd, even = ([f"q{n}" for n in range(start, 8, 2)] for start in (1, 0))
    assert mixtures(out) == {
        "sft": {"gold": [f"q{n}" for n in range(8)], "replay": rows},
        "rft": {"self": even, "replay": rows},
        "ssr": {"self": even, "gold": odd, "replay": rows},
    }
    told = capfd.readouterr().err
    assert "data: 2 general rows are mixed in, 20.0% of all" in told
    assert "mixture rft: 4 self, 4 dropped, 2 replay" in told
    [*_, last] = read_mixture(out / "mixture" / "rft")
    number = last.example_id.removeprefix("g")
    assert last.prompt == ({"role": "user", "content": f"Say {number}."},)
    assert (last.completion, last.judge, last.generator) == (number, None, None)


def test_nobody_is_asked_and_nothing_is_counted(select: Callable[..., Path], files: Files) -> None:
    out = select()
    with Store(out / "run.sqlite") as store:
        assert [store.count(split) for split in ("train", "replay")] == [8, 2]
        assert store.composition("ssr") == {"self": 4, "gold": 4}
        assert set(store.labels()) == {("train", "self")}
        assert not any(entry.candidates for entry in store.entries("replay", ["self"]))
    write_report(files, (), out)
    report = json.loads((out / "report.json").read_text())
    assert report["replay"] == {"path": files["data"]["replay"]["path"], "rows": 2}
    found = report["mixture"]["rft"]
    assert (found["counts"], found["percent"]) == ({"self": 4}, {"self": 50.0})
    assert (found["rows"], found["dropped"], found["replay"]) == (6, 4, 2)
    page, text = ((out / f"report.{kind}").read_text() for kind in ("html", "md"))
    assert "8 training, 2 general" in page
    assert "33.3 % <small>(2)</small>" in page
    assert "| rft | 6 | 50.0 | – | 4 | 2 (33.3 %) |" in text
    card = (out / "mixture" / "rft" / "README.md").read_text()
    assert "4 rows, chosen by the ladder self" in card
    assert "| self | 4 | 100.0 |" in card
    assert "2 general rows are mixed in beside these (33.3 % of all)" in card


def test_without_them_nothing_is_told(files: Files, tmp_path: Path) -> None:
    del files["data"]["replay"]
    out = run_stages(files, (), tmp_path / "run", "select")
    assert replayed(out) == []
    write_report(files, (), out)
    for path in (out / "report.html", out / "report.md", out / "mixture" / "ssr" / "README.md"):
        assert "general rows" not in path.read_text()
        assert ", replay" not in path.read_text()


# What may change


def test_they_may_change_until_a_model_is_trained(
    select: Callable[..., Path], files: Files, tmp_path: Path
) -> None:
    out = select()
    few, before = replayed(out), mixtures(out)["ssr"]
    assert replayed(select(share=0.5))[:2] == few
    assert len(replayed(out)) == 8
    assert mixtures(out)["ssr"]["self"] == before["self"], "of answers and verdicts nothing"
    select(prompt="Do: {prompt}", share=0.5)
    [*_, last] = read_mixture(out / "mixture" / "sft")
    assert last.prompt[0]["content"].startswith("Do: Say"), "the same ids, other rows"
    other = write(tmp_path / "other.jsonl", general(30)[20:])
    assert set(replayed(select(path=other))) <= {f"g{n}" for n in range(20, 30)}
    del files["data"]["replay"]
    assert replayed(run_stages(files, (), out, "select")) == []


def test_afterwards_they_stay(select: Callable[..., Path], files: Files) -> None:
    out = select()
    (out / "models" / "sft-seed0").mkdir(parents=True)
    with pytest.raises(s3ft.InputError, match=r"data.replay.share was 0.2, now 0.5"):
        select(share=0.5)
    assert len(replayed(select())) == 2


def test_a_mixture_that_was_not_finished_is_written_anew(select: Callable[..., Path]) -> None:
    """A start that was killed when it had the new rows, and wrote the first of the mixtures."""
    out = select()
    old = out / "mixture" / "rft"
    shutil.copytree(old, out / "old")
    with Store(out / "run.sqlite") as store:
        state = store.metadata("replay in rft")
        assert state
        select(share=0.5)
        shutil.rmtree(old)
        (out / "old").rename(old)
        store.set_metadata("replay in rft", state)
    assert len(replayed(select(share=0.5))) == 8


def test_a_file_that_changed_is_noticed(select: Callable[..., Path], tmp_path: Path) -> None:
    out = select()
    write(tmp_path / "general.jsonl", general(21))
    with pytest.raises(s3ft.InputError, match=r"the data in .*general.jsonl have changed"):
        select()
    (tmp_path / "general.jsonl").unlink()
    assert len(replayed(out)) == len(replayed(select())) == 2, "the rows stand in the run"


def test_another_run_begins_with_others(
    select: Callable[..., Path], files: Files, tmp_path: Path
) -> None:
    origin = select()
    changes = {"data.replay.share": 0.5}
    out = run_stages(files, changes, tmp_path / "second", "select", origin)
    assert replayed(out)[:2] == replayed(origin)
    assert len(replayed(out)) == 8


# What is measured


def test_rows_of_the_test_and_of_other_targets_are_not_replayed(
    files: Files, tmp_path: Path
) -> None:
    files["data"] |= {
        "test": write(tmp_path / "test.jsonl", general(5)),
        "dev": write(tmp_path / "dev.jsonl", general(8)[5:]),
        "replay": files["data"]["replay"] | {"share": 0.5},
    }
    out = run_stages(files, (), tmp_path / "run", "select")
    first = set(replayed(out))
    assert len(first) == 8
    assert not first & {f"g{n}" for n in range(8)}
    others = general(20)[8:10] + [row for row in general(20) if row["id"] == min(first)]
    target = {"data": {"path": write(tmp_path / "more.jsonl", others)}}
    changes = {"evaluate.targets": {"more": target}}
    second = set(replayed(run_stages(files, changes, out, "select")))
    assert len(second) == 8
    assert not second & {row["id"] for row in others}, "chosen anew"


def test_what_models_were_trained_on_cannot_measure_them(
    select: Callable[..., Path], files: Files, tmp_path: Path
) -> None:
    out = select()
    (out / "models" / "sft-seed0").mkdir(parents=True)
    target = {"data": {"path": write(tmp_path / "more.jsonl", general(20))}}
    with pytest.raises(s3ft.InputError, match=r"were trained on: 2 of data.replay, such as g"):
        run_stages(files, {"evaluate.targets": {"more": target}}, out, "select")


def test_a_test_of_nothing_else_leaves_nothing(files: Files, tmp_path: Path) -> None:
    files["data"]["test"] = files["data"]["replay"]["path"]
    with pytest.raises(s3ft.InputError, match=r"data.replay.share: .* has 0 to take"):
        run_stages(files, (), tmp_path / "run", "select")
    assert not (tmp_path / "run").exists()


def test_a_target_is_not_trained_on(files: Files) -> None:
    target = {"data": {"path": "x.jsonl", "replay": {"path": "y.jsonl"}}}
    with pytest.raises(s3ft.InputError, match="nobody is trained on these data"):
        check_recipe(files | {"evaluate": {"targets": {"x": target}}})


# With a model


@pytest.fixture
def lab(files: Files) -> Files:
    """The same with the lab's model, which is asked nothing."""
    del files["generate"]
    train = {"max_length": 60, "batch_size": 4, "epochs": 2}
    return files | {"model": {"id": "lab"}, "methods": ["sft"], "train": train}


@pytest.mark.slow
def test_lengths_and_steps_are_those_of_all_rows(lab: Files, tmp_path: Path) -> None:
    alone = check_recipe(lab, {"data.replay": None})
    plan = plan_recipe(lab, probe=0)
    assert plan["rows"] == {"train": 8, "test": 0, "replay": 2}
    assert "data: 2 general rows are mixed in, 20.0% of all" in plan["checks"]
    tokens = [
        int(line.split()[1].replace(",", ""))
        for lines in (alone, plan["checks"])
        for line in lines
        if line.startswith("lengths: ")
    ]
    assert tokens[0] < tokens[1]
    [steps] = [stage["count"] for stage in plan["stages"] if stage["stage"] == "train"]
    assert steps == 2 * 3, "two passes over ten rows by fours"
    rows = [row | {"completion": "word " * 100} for row in general(20)]
    write(tmp_path / "general.jsonl", rows)
    with pytest.raises(
        s3ft.InputError, match=r"2 of 10 rows are longer than 60 .*: g\d+ of data.replay"
    ):
        check_recipe(lab)
    write(tmp_path / "general.jsonl", rows[:5] + general(10)[5:])
    lines = check_recipe(lab, {"data.too_long": "drop", "data.replay.share": 0.38})
    assert "data: 5 general rows are mixed in, 38.5% of all" in lines
    assert any(line.endswith("rows are too long, and others are replayed") for line in lines)


def test_thoughts_of_general_rows_are_kept(lab: Files, tmp_path: Path) -> None:
    rows = [row | {"completion": f"<think>Hm.</think>{row['id']}"} for row in general(20)]
    write(tmp_path / "general.jsonl", rows)
    changes = {"data.replay.share": 0.2, "train.reasoning": "drop"}
    out = run_stages(lab, changes, tmp_path / "run", "select")
    assert [target.reasoning for target in read_mixture(out / "mixture" / "sft")][-2:] == [
        "Hm."
    ] * 2


def test_from_python() -> None:
    rows = [{"id": "a", "prompt": "2 + 2?", "completion": "4"}]
    data = {"replay": {"path": "lab", "name": "reading", "share": 0.5}}
    mixture = s3ft.select(rows, responses={"a": "4"}, judge="match", method="ssr", data=data)
    assert mixture["source"] == ["self", "replay"]


@pytest.mark.slow
def test_all_methods_train_on_them_and_take_the_same_steps(tmp_path: Path) -> None:
    """The lab's model on its problems, of which rejection sampling drops some."""
    recipe = {
        "model": {"id": "lab"},
        "data": {
            "path": "lab",
            "name": "math",
            "max_train": 12,
            "replay": {"path": "lab", "name": "reading", "share": 0.25},
        },
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 96},
        "methods": ["sft", "rft"],
        "train": {"epochs": 1, "batch_size": 4},
    }
    plan = plan_recipe(recipe, {"methods": ["sft"]}, probe=3)
    [stage] = [stage for stage in plan["stages"] if stage["stage"] == "train"]
    assert stage["count"] == 4
    assert stage["seconds"] > 0
    out = run_stages(recipe, (), tmp_path / "run", "train")
    sft, rft = (
        json.loads((out / "models" / f"{method}-seed0" / "training.json").read_text())
        for method in ("sft", "rft")
    )
    assert sft["steps"] == rft["steps"] == 4
    assert sft["rows"] == 16
    with Store(out / "run.sqlite") as store:
        dropped = store.composition("rft")["dropped"]
    assert rft["rows"] == 16 - dropped < 16
    with pytest.raises(s3ft.InputError, match=r"data.replay.share was 0.25, now 0.1"):
        run_stages(recipe, {"data.replay.share": 0.1}, out, "train")
