"""The report's figures are those worked out by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from s3ft.errors import RunError
from s3ft.recipe import load
from s3ft.report import build


def report_of(run: Any) -> dict[str, Any]:
    return build(run.store, run.recipe, run.path)


def test_scores_are_means_over_items_and_seeds(finished: Any) -> None:
    results = report_of(finished)["results"]
    assert list(results) == ["base", "sft", "s3ft"]
    assert results["base"]["target"]["score"] == 25
    assert results["sft"]["target"]["score"] == 62.5
    assert results["sft"]["target"]["seeds"] == {"0": 50, "1": 75}
    assert results["sft"]["target"]["change"] == 37.5
    assert results["s3ft"]["target"]["score"] == 75
    assert results["s3ft"]["benchmarks"]["facts"]["score"] == 87.5


def test_drops_are_base_minus_tuned(finished: Any) -> None:
    results = report_of(finished)["results"]
    assert results["sft"]["benchmarks"]["facts"]["drop"] == 62.5
    assert results["sft"]["benchmarks"]["myths"]["drop"] == 25
    assert results["sft"]["mean_drop"] == 43.75
    assert results["sft"]["mean_drop_seeds"] == {"0": 25, "1": 62.5}
    assert results["s3ft"]["benchmarks"]["myths"]["drop"] == 0
    assert results["s3ft"]["mean_drop"] == 6.25
    assert results["base"]["mean_drop"] is None


def test_the_standard_error_is_over_items_not_seeds(finished: Any) -> None:
    results = report_of(finished)["results"]
    # Items' means over the seeds are 100, 100, 50, 50: deviation 28.8675, over the root of four.
    assert results["s3ft"]["target"]["stderr"] == pytest.approx(14.4338, abs=1e-4)
    assert results["base"]["target"]["stderr"] == pytest.approx(25)


def test_what_could_not_be_judged_is_counted(finished: Any) -> None:
    values = {model: [1, 0, 0, 0] for model in ("base", "sft-seed0")}
    finished.scores("target", "unknown", values)
    results = report_of(finished)["results"]
    assert results["base"]["target"]["unknown"] == 1
    assert results["base"]["target"]["score"] == 25


def test_the_mixtures_composition(finished: Any) -> None:
    mixture = report_of(finished)["mixture"]
    assert mixture["sft"]["counts"] == {"gold": 4}
    assert mixture["s3ft"]["counts"] == {"self": 2, "paraphrase": 1, "gold": 1}
    assert mixture["s3ft"]["percent"] == {"self": 50, "paraphrase": 25, "gold": 25}
    assert mixture["s3ft"]["dropped"] == 0


def test_an_example_shows_what_was_tried(finished: Any) -> None:
    examples = report_of(finished)["mixture"]["s3ft"]["examples"]
    assert [example["id"] for example in examples["self"]] == ["e0", "e1"]
    [restated] = examples["paraphrase"]
    assert restated["gold"] == "#### 2"
    assert [(t["source"], t["text"], t["label"]) for t in restated["tried"]] == [
        ("self", "own answer 2", "incorrect"),
        ("paraphrase", "restated 2", "correct"),
    ]
    [gold] = examples["gold"]
    assert [t["label"] for t in gold["tried"]] == ["incorrect", "unknown"]
    assert gold["tried"][1]["reason"] == "the judge timed out"


def test_long_texts_say_that_they_are_cut(run: Any) -> None:
    run.examples(text="x" * 5000)
    run.mixtures()
    [turn] = report_of(run)["mixture"]["s3ft"]["examples"]["gold"][0]["prompt"]
    assert turn["content"].endswith("… (5,000 characters in all)")
    assert len(turn["content"]) < 4100


def test_dropped_prompts_are_counted_and_shown(run: Any) -> None:
    run.recipe = load({**run.recipe.model_dump(), "methods": ["rft"]})
    run.examples()
    run.mixtures()
    run.select("rft", ["self", None])
    mixture = report_of(run)["mixture"]["rft"]
    assert (mixture["rows"], mixture["dropped"]) == (1, 1)
    assert mixture["percent"] == {"self": 50}
    assert mixture["examples"]["dropped"][0]["reason"] == "why None"


def test_verdicts_cost_and_training_are_reported(finished: Any) -> None:
    report = report_of(finished)
    verdicts = {row["source"]: row["labels"] for row in report["verdicts"]}
    assert verdicts["self"] == {"correct": 2, "incorrect": 2}
    assert verdicts["paraphrase"] == {"correct": 1, "unknown": 1}
    spent = {(row["stage"], row["source"]): row for row in report["spent"]}
    assert spent["generate", "self"] == {
        "stage": "generate",
        "source": "self",
        "rows": 6,
        "tokens": 240,
        "seconds": 0.5,
    }
    assert spent["benchmarks", "base"]["seconds"] == 6.0
    assert report["training"]["sft-seed0"]["tokens"] == 1234
    assert report["environment"] == {"python": "3.11.0"}
    assert report["recipe"]["judge"]["name"] == "math"


def test_a_run_that_only_began_has_a_report(run: Any) -> None:
    report = report_of(run)
    assert report["results"]["sft"]["target"] is None
    assert report["results"]["sft"]["mean_drop"] is None
    assert report["mixture"] == {}
    assert report["training"] == {}
    assert report["environment"] is None


def test_a_mean_drop_needs_all_benchmarks(run: Any) -> None:
    """A mean over fewer benchmarks could not be compared with the other methods'."""
    run.scores("facts", "acc", FACTS_ONLY)
    run.scores("myths", "acc", {"base": [1, 0], "s3ft-seed0": [1, 1]})
    results = report_of(run)["results"]
    assert results["sft"]["benchmarks"]["facts"]["drop"] == 25
    assert results["sft"]["benchmarks"]["myths"] is None
    assert results["sft"]["mean_drop"] is None
    assert results["s3ft"]["mean_drop"] == -25


FACTS_ONLY = {"base": [1, 1, 1, 1], "sft-seed0": [1, 1, 1, 0], "s3ft-seed0": [1, 1, 1, 1]}


def test_models_scored_on_different_items_are_not_compared(run: Any) -> None:
    run.scores("facts", "acc", {"base": [1, 1], "sft-seed0": [1]})
    with pytest.raises(RunError, match=r"facts: .*different items"):
        report_of(run)


def test_models_scored_by_different_metrics_are_not_compared(run: Any) -> None:
    run.scores("facts", "acc", {"base": [1, 1]})
    run.scores("facts", "acc_norm", {"sft-seed0": [1, 1]})
    with pytest.raises(RunError, match=r"facts: .*metrics"):
        report_of(run)


def test_the_same_run_gives_the_same_report(finished: Any) -> None:
    assert json.dumps(report_of(finished)) == json.dumps(report_of(finished))
