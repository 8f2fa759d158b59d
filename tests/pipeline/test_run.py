"""Runs on the embedded model, small: the whole, the parts, and what Python calls."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from lab_run import RECIPE

import s3ft
from s3ft.lab import rows as lab_rows
from s3ft.pipeline import read_mixture

pytestmark = pytest.mark.slow


def query(out: Path, sql: str) -> list[Any]:
    with sqlite3.connect(out / "run.sqlite") as db:
        return db.execute(sql).fetchall()


def test_every_prompt_comes_out_where_the_ladder_ends_in_gold(lab_run: Any) -> None:
    out, _ = lab_run
    rows = query(out, "SELECT id FROM examples WHERE split = 'train' ORDER BY position")
    ids = [row[0] for row in rows]
    for method in ("sft", "s3ft"):
        assert [target.example_id for target in read_mixture(out / "mixture" / method)] == ids
    assert len(list(read_mixture(out / "mixture" / "rft"))) < len(ids)


def test_the_mixture_has_all_three_sources_with_the_model_s_own_ids(lab_run: Any) -> None:
    out, _ = lab_run
    targets = list(read_mixture(out / "mixture" / "s3ft"))
    assert {target.source for target in targets} == {"self", "paraphrase", "gold"}
    responses = dict(query(out, "SELECT text, token_ids FROM responses"))
    for target in targets:
        if target.source == "gold":
            assert target.token_ids is None
        else:
            assert list(target.token_ids or ()) == json.loads(responses[target.completion])
            assert target.reason.count("correct") >= 1
        assert target.num_tokens
        assert (target.base_logprob is not None) == (target.source == "self")


def test_the_report_has_base_and_methods_on_target_and_benchmarks(lab_run: Any) -> None:
    _, report = lab_run
    assert list(report["results"]) == ["base", "sft", "rft", "s3ft"]
    for result in report["results"].values():
        assert 0 <= result["target"]["score"] <= 100
        assert set(result["benchmarks"]) == {"lab_facts", "lab_sorting"}


def test_all_methods_take_the_same_steps(lab_run: Any) -> None:
    out, _ = lab_run
    facts = [json.loads(path.read_text()) for path in out.glob("models/*/training.json")]
    assert len(facts) == 3
    assert {fact["steps"] for fact in facts} == {3}


def test_a_finished_run_does_nothing_again(lab_run: Any, tmp_path: Path) -> None:
    whole, report = lab_run
    out = shutil.copytree(whole, tmp_path / "run")
    spent = query(out, "SELECT * FROM spent")
    assert s3ft.run(RECIPE, out=out)["results"] == report["results"]
    assert query(out, "SELECT * FROM spent") == spent


def test_the_tuned_model_loads_as_any_other(lab_run: Any) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out, _ = lab_run
    folder = out / "models" / "s3ft-seed0"
    AutoModelForCausalLM.from_pretrained(folder)
    assert AutoTokenizer.from_pretrained(folder).chat_template
    assert (folder / "adapter" / "adapter_model.safetensors").exists()


def test_only_the_mixture_from_a_model() -> None:
    rows = lab_rows("math", "train", size=8)
    mixture = s3ft.select(rows, model="lab", judge="math", method="s3ft")
    assert mixture["example_id"] == [row["id"] for row in rows]
    assert {"prompt", "completion", "source", "reason", "token_ids"} <= set(mixture.column_names)


def test_only_the_mixture_from_responses(tmp_path: Path) -> None:
    rows = [{"id": str(n), "prompt": f"{n} + 1?", "completion": f"#### {n + 1}"} for n in range(4)]
    responses: dict[str, Any] = {
        "0": "It is 1.",
        "1": ["The answer is 7.", "The answer is 2."],
        "2": "no",
    }
    mixture = s3ft.select(rows, responses=responses, judge="math", method="ssr", out=tmp_path / "a")
    assert mixture["source"] == ["self", "self", "gold", "gold"]
    assert mixture["completion"][1] == [{"role": "assistant", "content": "The answer is 2."}]
    again = s3ft.select(rows, responses=responses, judge="math", method="ssr", out=tmp_path / "a")
    assert again.to_list() == mixture.to_list()
    with pytest.raises(s3ft.InputError, match="other rows"):
        s3ft.select(rows[:2], responses=responses, judge="math", method="ssr", out=tmp_path / "a")


def test_only_the_judge() -> None:
    rows = [{"response": "The answer is 4.", "gold": "#### 4"}, {"response": "5", "gold": "4"}]
    assert [verdict.label for verdict in s3ft.judge(rows, "math")] == ["correct", "incorrect"]


def test_a_judge_of_ones_own() -> None:
    @s3ft.judge.register("echo")
    def echo(*, word: str = "yes") -> s3ft.Judge:
        from s3ft.judge import per_case

        return per_case(
            lambda case: s3ft.Verdict(case.key, "correct" if word in case.response else "incorrect")
        )

    rows = [{"response": "oh yes", "gold": "x"}, {"response": "no", "gold": "x"}]
    assert [v.label for v in s3ft.judge(rows, "echo")] == ["correct", "incorrect"]
    assert [v.label for v in s3ft.judge(rows, "echo", word="no")] == ["incorrect", "correct"]


def test_a_model_that_changed_is_refused(tmp_path: Path) -> None:
    from s3ft.lab import MODEL

    model = tmp_path / "model"
    shutil.copytree(MODEL, model)
    recipe = RECIPE | {"model": {"id": str(model)}, "methods": ["ssr"]}
    from s3ft.pipeline import run_stages

    small = {"data.max_train": 4, "data.max_test": 2}
    run_stages(recipe, small, tmp_path / "run", "select")
    config = json.loads((model / "generation_config.json").read_text())
    (model / "generation_config.json").write_text(json.dumps(config | {"max_length": 77}))
    recipe["methods"] = ["ssr", "s3ft"]
    with pytest.raises(s3ft.InputError, match="base model has changed"):
        run_stages(recipe, small, tmp_path / "run", "select")


class TestGsm8k:
    """Real solutions of real models to GSM8K's test, through replay."""

    @staticmethod
    def recipe(shared_data: Path, system: str) -> dict[str, Any]:
        solutions = shared_data / "judged" / "gsm8k_model_solutions.jsonl"
        replay = {"path": str(solutions), "where": {"system": system}}
        return {
            "data": {
                "path": str(shared_data / "gsm8k" / "test.jsonl"),
                "prompt": "{question}",
                "completion": "answer",
            },
            "judge": {"name": "math"},
            "generate": {"engine": "replay", "replay": replay},
            "methods": ["ssr"],
        }

    @pytest.mark.parametrize(
        ("system", "own"),
        [
            ("6b_finetuning", 286),
            ("6b_verification", 515),
            ("175b_finetuning", 458),
            ("175b_verification", 742),
        ],
    )
    def test_the_right_solutions_are_kept(
        self, shared_data: Path, tmp_path: Path, system: str, own: int
    ) -> None:
        from s3ft.pipeline import run_stages

        out = run_stages(self.recipe(shared_data, system), (), tmp_path / "run", "select")
        counts = query(out, "SELECT source, count(*) FROM targets GROUP BY source")
        assert dict(counts) == {"self": own, "gold": 1319 - own}

    def test_a_slice_is_trained_on_and_measured(self, shared_data: Path, tmp_path: Path) -> None:
        recipe = RECIPE | self.recipe(shared_data, "175b_verification")
        recipe["data"] = recipe["data"] | {
            "test": str(shared_data / "gsm8k" / "train.jsonl"),
            "max_train": 12,
            "max_test": 4,
        }
        report = s3ft.run(recipe, {"generate.max_new_tokens": 48}, tmp_path / "run")
        assert report["results"]["ssr"]["target"] is not None
        targets = list(read_mixture(tmp_path / "run" / "mixture" / "ssr"))
        assert {target.source for target in targets} == {"self", "gold"}
        assert len(targets) == 12


def test_likelihoods_and_drift_are_in_the_report(lab_run: Any) -> None:
    out, report = lab_run
    found = report["likelihood"]
    assert set(found) == {"self", "paraphrase", "gold"}
    assert len(found["self"]) == len(found["gold"]) == 12
    assert all(value <= 0 for values in found.values() for value in values)
    mean = {source: sum(values) / len(values) for source, values in found.items()}
    assert mean["self"] > mean["gold"], "what it says itself is likelier to it"
    assert set(report["drift"]) == {"sft", "rft", "s3ft"}
    for distances in report["drift"].values():
        assert set(distances) == {"task", "task, base right", "task, base wrong", "general"}
        assert all(value > 0 for value in distances.values())
    kinds = query(out, "SELECT metric, count(*) FROM scores WHERE task = 'drift' GROUP BY 1")
    assert dict(kinds) == {"task": 3 * 8, "general": 3 * 16}
