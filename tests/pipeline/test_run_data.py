"""The data of a run: what is left out of them, and what follows when their source changes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import s3ft
from s3ft.pipeline import check_recipe, read_mixture, run_stages

SHORT = "The answer is 4."
LONG = "Two and two are four. " * 100 + SHORT


def write(path: Path, answers: list[str]) -> None:
    rows = [{"id": f"q{n}", "q": f"2 + 2? ({n})", "a": answer} for n, answer in enumerate(answers)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def files(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A recipe of the lab's model on files: 3 rows to train on, 2 of the test."""
    write(tmp_path / "train.jsonl", [SHORT] * 3)
    write(tmp_path / "test.jsonl", [SHORT] * 2)
    data = {"path": str(tmp_path / "train.jsonl"), "test": str(tmp_path / "test.jsonl")}
    return {
        "model": {"id": "lab"},
        "data": data | {"prompt": "{q}", "completion": "a"},
        "judge": {"name": "math"},
        "methods": ["sft"],
        "train": {"max_length": 100},
    }


def select(recipe: dict[str, Any], out: Path, **data: Any) -> list[str]:
    """Run to the mixture; the ids in it."""
    run_stages(recipe | {"data": recipe["data"] | data}, (), out, "select")
    return [target.example_id for target in read_mixture(out / "mixture" / "sft")]


def metadata(out: Path, name: str) -> Any:
    with sqlite3.connect(out / "run.sqlite") as db:
        found = db.execute("SELECT value FROM metadata WHERE name = ?", (name,)).fetchone()
    return None if found is None else json.loads(found[0])


# Rows that are too long


def test_rows_that_are_too_long_are_an_error_by_default(files: Any, tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", [SHORT, LONG, SHORT])
    with pytest.raises(s3ft.InputError, match="1 of 3 rows are longer than 100") as error:
        check_recipe(files)
    assert "data.too_long=drop" in error.value.remedy


def test_rows_that_are_too_long_are_dropped_and_counted(files: Any, tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", [LONG, SHORT, LONG, SHORT])
    write(tmp_path / "test.jsonl", [LONG, SHORT])
    dropping = files | {"data": files["data"] | {"too_long": "drop"}}
    lines = check_recipe(dropping)
    assert "data: 2 train rows" in lines
    assert "data: 2 test rows" in lines, "what is measured is as it is"
    assert "data: 2 train rows longer than 100 tokens are left out: q0, q2" in lines
    out = tmp_path / "run"
    assert select(files, out, too_long="drop") == ["q1", "q3"]
    assert metadata(out, "data too long") == {"limit": 100, "rows": 2, "ids": ["q0", "q2"]}
    assert select(files, out, too_long="drop") == ["q1", "q3"], "the same when it goes on"
    run_stages(dropping, (), out, "select")
    from s3ft.pipeline import write_report

    write_report(dropping, (), out)
    report = json.loads((out / "report.json").read_text())
    assert (report["examples"]["train"], report["too_long"]["rows"]) == (2, 2)
    assert "2 training (2 more were too long)" in (out / "report.html").read_text()
    assert "2 training (2 more were too long)" in (out / "report.md").read_text()


def test_nothing_is_too_long(files: Any, tmp_path: Path) -> None:
    assert select(files, tmp_path / "run", too_long="drop") == ["q0", "q1", "q2"]
    recipe = files | {"data": files["data"] | {"too_long": "drop"}}
    assert not any("left out" in line for line in check_recipe(recipe))


def test_all_are_too_long(files: Any, tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", [LONG] * 7)
    with pytest.raises(s3ft.InputError, match="all 7 rows are longer than 100 tokens"):
        select(files, tmp_path / "run", too_long="drop")
    assert not (tmp_path / "run").exists()


def test_lengths_need_a_model(files: Any, tmp_path: Path) -> None:
    write(tmp_path / "responses.jsonl", [SHORT])
    replay = {"engine": "replay", "replay": {"path": str(tmp_path / "responses.jsonl")}}
    replay["replay"] |= {"response": "a"}  # type: ignore[operator]
    recipe = {key: value for key, value in files.items() if key not in ("model", "train")}
    with pytest.raises(s3ft.InputError, match="drop needs a model to count its tokens"):
        select(recipe | {"generate": replay}, tmp_path / "run", too_long="drop")


# Sources that change


def test_a_file_that_changed_is_noticed(files: Any, tmp_path: Path) -> None:
    out = tmp_path / "run"
    select(files, out)
    for name in ("train.jsonl", "test.jsonl"):
        path = tmp_path / name
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        with pytest.raises(s3ft.InputError) as error:
            select(files, out)
        assert error.value.where == str(out)
        assert error.value.problem == f"the data in {path} have changed since this run began"
        assert "another --out" in error.value.remedy
        path.write_bytes(before)
    assert select(files, out) == ["q0", "q1", "q2"]


def test_a_file_that_is_gone_is_no_reason_to_stop(files: Any, tmp_path: Path) -> None:
    out = tmp_path / "run"
    select(files, out)
    (tmp_path / "train.jsonl").unlink()
    assert select(files, out) == ["q0", "q1", "q2"]


def test_a_report_needs_no_data(files: Any, tmp_path: Path) -> None:
    from s3ft.pipeline import write_report

    out = tmp_path / "run"
    select(files, out)
    write(tmp_path / "train.jsonl", [LONG])
    assert write_report(files, (), out).exists()


def test_a_run_of_an_earlier_version_goes_on(files: Any, tmp_path: Path) -> None:
    out = tmp_path / "run"
    select(files, out)
    with sqlite3.connect(out / "run.sqlite") as db:
        db.execute("DELETE FROM metadata WHERE name IN ('data sources', 'data notes')")
    write(tmp_path / "train.jsonl", [LONG])
    assert select(files, out) == ["q0", "q1", "q2"]


def test_a_file_that_changes_while_it_is_read(
    files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s3ft import data

    read = data.read

    def appending(*args: Any) -> Iterator[Any]:
        yield from read(*args)
        with open(tmp_path / "train.jsonl", "a") as file:
            file.write("\n")

    monkeypatch.setattr(data, "read", appending)
    with pytest.raises(s3ft.InputError, match="have changed since this run began"):
        select(files, tmp_path / "run")
    assert not (tmp_path / "run").exists()


# Columns


def test_the_pre_flight_names_what_is_left_out(files: Any, tmp_path: Path) -> None:
    rows = [{"q": "2 + 2?", "a": SHORT, "image": b"\x89PNG"}] * 3
    path = str(tmp_path / "train.parquet")
    pq.write_table(pa.Table.from_pylist(rows), path)
    lines = check_recipe(files | {"data": files["data"] | {"path": path}})
    assert [line for line in lines if "left out" in line] == [
        f"data: {path}: column 'image' is left out of 3 rows: it is of type bytes, which records "
        "cannot hold"
    ]


def test_rows_in_memory_may_hold_arrays_and_what_json_does_not(tmp_path: Path) -> None:
    row = {"id": "0", "q": "2 + 2?", "a": np.array(["4", "four"]), "image": b"\x89PNG", "x": np.nan}
    mapping = {"prompt": "q", "completion": "a"}
    with pytest.warns(UserWarning, match="left out of 1 rows") as warned:
        mixture = s3ft.select(
            [row], responses={"0": "5"}, judge="match", method="ssr", data=mapping
        )
    assert {str(w.message).split(" is")[0] for w in warned if "left out" in str(w.message)} == {
        "dataset: column 'image'",
        "dataset: column 'x'",
    }
    assert mixture["completion"] == [[{"role": "assistant", "content": "4"}]]
