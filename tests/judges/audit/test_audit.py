"""The audit's figures, checked by hand, by the literature, and by resampling."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from s3ft.errors import InputError
from s3ft.judge import audit, audit_file, render
from s3ft.judges.audit import Confusion
from s3ft.judges.text import match
from s3ft.records import Verdict


def confusion(tp: int, fn: int, ku: int, fp: int, tn: int, ku_wrong: int) -> Confusion:
    return Confusion(
        {
            True: {"correct": tp, "incorrect": fn, "unknown": ku},
            False: {"correct": fp, "incorrect": tn, "unknown": ku_wrong},
        }
    )


def test_figures_by_hand() -> None:
    table = confusion(tp=40, fn=5, ku=5, fp=10, tn=35, ku_wrong=5)
    assert table.rows == 100
    values = {
        name: f["value"]
        for name, f in table.to_dict().items()
        if isinstance(f, dict) and "value" in f
    }
    assert values["accuracy"] == pytest.approx(0.75)
    assert values["precision"] == pytest.approx(0.8)
    assert values["recall"] == pytest.approx(0.8)
    assert values["false_accept_rate"] == pytest.approx(0.2)
    assert values["wrong_rows"] == pytest.approx(0.1)
    # Chance agreement: half of the labels times half accepted, and half times 0.4 rejected.
    assert values["kappa"] == pytest.approx((0.75 - 0.45) / 0.55)


def test_figures_of_nothing_are_none() -> None:
    empty = confusion(0, 0, 0, 0, 0, 0)
    assert (empty.accuracy, empty.precision, empty.kappa) == (None, None, None)
    assert confusion(5, 0, 0, 0, 0, 0).kappa is None
    perfect = confusion(5, 0, 0, 0, 5, 0).kappa
    assert perfect is not None
    assert (perfect.value, perfect.low, perfect.high) == (1, 1, 1)


ROWS: list[Any] = [
    {"response": "a", "gold": "a", "correct": True, "system": "x"},
    {"response": "b", "gold": "a", "correct": False, "system": "x"},
    {"response": "an a", "gold": "a", "correct": True, "system": "y"},
    {"response": "a", "gold": "", "correct": True},
    {"response": "a", "gold": "a"},
    {"response": "a", "gold": "a", "correct": "yes"},
    {"gold": "a", "correct": True},
    3,
]


def test_rows_are_sorted_into_the_confusion() -> None:
    differ: list[tuple[str, str]] = []

    def note(row: Any, verdict: Verdict) -> None:
        differ.append((row["response"], verdict.label))

    result = audit(ROWS, match(), "match", on_disagreement=note)
    assert result.overall.counts == confusion(1, 1, 1, 0, 1, 0).counts
    assert result.malformed == 4
    assert {name: group.rows for name, group in result.systems.items()} == {"x": 2, "y": 1}
    assert differ == [("an a", "incorrect"), ("a", "unknown")]
    json.dumps(result.to_dict())


def test_the_judge_does_not_see_the_label() -> None:
    seen: list[Any] = []

    def spy(cases: Any) -> Any:
        for case in cases:
            seen.append(dict(case.meta))
            yield Verdict(case.key, "correct")

    audit(ROWS[:1], spy)
    assert seen == [{"system": "x"}, {}], "the row, and its gold"


def test_each_gold_is_judged_once_as_a_response() -> None:
    rows = [
        {"id": 7, "response": "b", "gold": ["A.", "a b"], "correct": False, "system": "x"},
        {"id": 8, "response": "a", "gold": ["A.", "a b"], "correct": True, "system": "y"},
        {"response": "?", "gold": "?", "correct": True, "finish_reason": "length"},
        {"id": 10, "response": "a", "gold": "", "correct": True},
        {"id": 11, "response": "a", "correct": False},
        {"id": 12, "gold": "c", "correct": False},
    ]
    result = audit(rows, match(), "match")
    assert result.golds == {"correct": 1, "incorrect": 1, "unknown": 0}
    assert result.refused == ["2 (incorrect: empty response)"]
    assert result.gold_acceptance
    assert result.gold_acceptance.value == 0.5
    assert result.to_dict()["gold_acceptance"]["value"] == 0.5
    assert result.overall.rows == 4
    assert result.malformed == 2
    screen = io.StringIO()
    Console(file=screen, width=200).print(render(result))
    assert "of 2 golds as their own; not 2 (incorrect: empty response)" in screen.getvalue()


def test_disagreements_are_written(tmp_path: Path) -> None:
    path, wrong = tmp_path / "labelled.jsonl", tmp_path / "wrong.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    result = audit_file("match", {}, path, wrong)
    assert result.judge == "match"
    rows = [json.loads(line) for line in wrong.read_text().splitlines()]
    assert rows[0] == {**ROWS[2], "label": "incorrect", "answer": "an a", "reason": "an a, gold a"}
    assert len(rows) == 2


def test_a_wrong_request_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "unlabelled.jsonl"
    path.write_text('{"response": "a", "gold": "a"}\n')
    for arguments in ((path, tmp_path / "out"), (path, path), (tmp_path / "absent", None)):
        with pytest.raises(InputError):
            audit_file("match", {}, *arguments)
    assert [file.name for file in tmp_path.iterdir()] == ["unlabelled.jsonl"]
    assert path.read_text() == '{"response": "a", "gold": "a"}\n'


@pytest.mark.slow
def test_gsm8k_solutions(shared_data: Path) -> None:
    result = audit_file("math", {}, shared_data / "judged" / "gsm8k_model_solutions.jsonl")
    assert result.overall.counts == confusion(2001, 0, 0, 0, 3275, 0).counts
    assert sorted(result.systems) == [
        "175b_finetuning",
        "175b_verification",
        "6b_finetuning",
        "6b_verification",
    ]
    screen = io.StringIO()
    Console(file=screen, width=200).print(render(result))
    assert "3,275" in screen.getvalue()
    assert "175b_verification (1,319)" in screen.getvalue()


def test_rows_without_gold_are_in_no_table_of_answers(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    rows = [
        {"response": "", "correct": False},
        {"response": "Paris", "correct": True, "finish_reason": "length"},
        {"response": "Paris", "correct": True},
        {"response": "Paris", "correct": True, "gold": "<think>It is it.</think>Paris"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = audit_file("qa", {}, path)
    assert (result.overall.rows, result.malformed) == (3, 1)
    assert result.golds == {"correct": 1, "incorrect": 0, "unknown": 0}
    assert result.answerability is not None
    assert sum(sum(row.values()) for row in result.answerability.counts.values()) == 1
