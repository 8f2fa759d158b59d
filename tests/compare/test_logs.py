"""Logs of lm-evaluation-harness are read as it wrote them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from s3ft.compare import compare, read_contenders, read_logs
from s3ft.errors import InputError

ROWS = 24

pytestmark = pytest.mark.slow  # each log is a process of lm-eval's


def results(folder: Path) -> dict[str, Any]:
    [file] = folder.rglob("results_*.json")
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_scores_are_those_of_the_harness(logs: dict[str, Path]) -> None:
    for name in ("one", "other"):
        model = read_logs(logs[name])
        theirs = results(logs[name])
        assert list(model.models[""]) == ["spoken", "sums"]
        sums, spoken = model.models[""]["sums"], model.models[""]["spoken"]
        assert (len(sums.values), len(spoken.values)) == (2 * ROWS, ROWS)
        means = [theirs["results"][task]["acc_norm,none"] for task in ("sums_a", "sums_b")]
        assert sum(sums.values.values()) / len(sums.values) == pytest.approx(50 * sum(means))
        wanted = theirs["results"]["spoken"]["exact_match,none"]
        assert sum(spoken.values.values()) / ROWS == pytest.approx(100 * wanted)


def test_what_was_asked_and_answered(logs: dict[str, Path]) -> None:
    tasks = read_logs(logs["one"]).models[""]
    sums = tasks["sums"]
    assert sums.prompts["sums_a:000003"] == (
        "Question: How much is 3 and 3?\nAnswer:\n- 6\n- 7\n- about 11"
    )
    assert sums.golds["sums_a:000003"].strip() == "6"
    for item, answer in sums.answers.items():
        right = answer == sums.golds[item]
        assert sums.values[item] == 100 * right, item
    assert len(tasks["spoken"].answers["spoken:000003"]) > 0


def test_two_models_are_compared(logs: dict[str, Path]) -> None:
    found = compare(read_contenders([str(logs["one"]), str(logs["other"])]))
    assert list(found.tasks) == ["spoken", "sums"]
    assert found.tasks["sums"] == (2 * ROWS, "acc_norm")
    assert len({one.name for one in found.contenders}) == 2
    for one in found.against:
        a, b = (found.scores[one.task, c.name].value for c in found.contenders)
        assert one.paired.difference.value == pytest.approx(b - a)


def test_a_metric_of_ones_own(logs: dict[str, Path]) -> None:
    tasks = read_logs(logs["one"], "acc").models[""]
    assert (tasks["sums"].metric, tasks["spoken"].metric) == ("acc", "exact_match")
    wanted = results(logs["one"])["results"]["sums_a"]["acc,none"]
    values = [v for item, v in tasks["sums"].values.items() if item.startswith("sums_a:")]
    assert sum(values) / ROWS == pytest.approx(100 * wanted)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ("shots", "few-shot examples 0 and 1"),
        ("fewer", r"have other items \(24 and 10\): 14 of the first"),
        ("templated", "chat template"),
    ],
)
def test_what_was_asked_otherwise_is_refused(
    logs: dict[str, Path], other: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        compare(read_contenders([str(logs["one"]), str(logs[other])]))


def test_without_the_results_the_prompts_tell(logs: dict[str, Path], tmp_path: Path) -> None:
    """A file of samples alone says nothing of the number of examples."""
    copies = []
    for name in ("one", "shots"):
        [file] = logs[name].rglob("samples_spoken_*.jsonl")
        (tmp_path / name).mkdir()
        copies.append(str(shutil.copy(file, tmp_path / name)))
    with pytest.raises(InputError, match="have other prompts, as in spoken:000000"):
        compare(read_contenders(copies))
    found = compare(read_contenders([copies[0], str(logs["other"])]))
    assert list(found.tasks) == ["spoken"]


def test_what_is_no_log(logs: dict[str, Path], tmp_path: Path) -> None:
    several = tmp_path / "several"
    for name in ("one", "shots"):
        shutil.copytree(logs[name], several / name)
    broken = tmp_path / "samples_x_2026-01-01T00-00-00.000000.jsonl"
    for text, message in (
        ("", "is empty"),
        ("{", r"jsonl:1: is not JSON"),
        ("[]\n", "is no JSON object"),
        ('{"doc_id": 0}\n', "is no log of lm-evaluation-harness: KeyError"),
    ):
        broken.write_text(text)
        with pytest.raises(InputError, match=message):
            read_logs(broken)
    with pytest.raises(InputError, match="results of several models"):
        read_logs(several)
    with pytest.raises(InputError, match="has no samples_"):
        read_logs(tmp_path / "nothing")
