"""A wrong request for benchmarks is refused before anything runs, and says where."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml

from s3ft.errors import InputError
from s3ft.evaluate import check_benchmarks, task_manager
from s3ft.evaluate._quiet import quiet
from s3ft.recipe import Evaluate


def test_no_benchmarks_are_no_items(tasks: Any) -> None:
    assert check_benchmarks(Evaluate()) == {}


def test_items_are_counted_in_the_recipes_order(tasks: Any) -> None:
    tasks.choice("one", 3)
    tasks.choice("two", 2)
    config = tasks.config("two", "one")
    assert list(check_benchmarks(config).items()) == [("two", 2), ("one", 3)]


def test_data_files_are_found_beside_the_task_from_anywhere(
    tasks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.choice("one", 3)
    monkeypatch.chdir(tmp_path)
    assert check_benchmarks(tasks.config("one")) == {"one": 3}


@pytest.mark.slow
def test_an_unknown_task_names_the_nearest(tasks: Any) -> None:
    tasks.choice("lab_facts", 3)
    with pytest.raises(InputError) as caught:
        check_benchmarks(tasks.config("lab_fact"))
    assert caught.value.where == "evaluate.benchmarks"
    assert "there is no task 'lab_fact'" in str(caught.value)
    assert "Did you mean 'lab_facts'?" in str(caught.value)


@pytest.mark.slow
def test_stock_tasks_are_known_by_name() -> None:
    with pytest.raises(InputError, match="Did you mean 'hellaswag'"):
        check_benchmarks(Evaluate(benchmarks=["hellaswagg"]))


@pytest.mark.slow
def test_a_task_that_runs_the_models_code_is_refused() -> None:
    with pytest.raises(InputError, match="'humaneval' runs code that the model writes"):
        check_benchmarks(Evaluate(benchmarks=["humaneval"]))


def test_a_local_task_in_a_group_that_runs_code_is_refused(tasks: Any) -> None:
    tasks.generate("code", ["x"], unsafe_code=True)
    tasks.write("all", group="all", task=["code"])
    with pytest.raises(InputError, match="'all' runs code that the model writes"):
        check_benchmarks(tasks.config("all"))


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"evaluate\.tasks: there is no folder"):
        check_benchmarks(Evaluate(benchmarks=["one"], tasks=str(tmp_path / "none")))


def test_broken_yaml_is_named_by_line(tasks: Any) -> None:
    tasks.choice("one", 3)
    (tasks.folder / "two.yaml").write_text("task: two\nmetric_list: [\n")
    with pytest.raises(InputError, match=r"two\.yaml:3: is not YAML"):
        check_benchmarks(tasks.config("one"))


def test_data_that_are_not_there(tasks: Any) -> None:
    tasks.choice("one", 3)
    (tasks.folder / "one.jsonl").unlink()
    with pytest.raises(InputError, match="'one' cannot be loaded"):
        check_benchmarks(tasks.config("one"))


def test_a_task_without_a_score_for_each_item(tasks: Any) -> None:
    tasks.choice(
        "text",
        3,
        output_type="loglikelihood_rolling",
        doc_to_text="",
        doc_to_target="{{question}}",
        metric_list=[{"metric": "word_perplexity"}],
    )
    with pytest.raises(InputError, match="'text' has no metric with a score for each item"):
        check_benchmarks(tasks.config("text"))


@pytest.mark.slow
def test_a_local_group_may_name_stock_tasks(tasks: Any) -> None:
    tasks.choice("one", 3)
    tasks.write("ours", group="ours", task=["one"])
    tasks.write("mixed", group="mixed", task=["ours", "no_such_task_anywhere"])
    local = task_manager(("ours",), tasks.folder)
    assert "hellaswag" not in local.task_index  # nothing is read that is not needed
    mixed = task_manager(("mixed",), tasks.folder)
    assert "hellaswag" in mixed.task_index


def test_data_in_a_folder_beside_the_task_are_found_from_anywhere(
    tasks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of a folder, a pattern, the folder as data set, and as directory of the data."""
    inner = tasks.folder / "inner"
    (inner / "rows").mkdir(parents=True)
    tasks.choice("one", 3)
    config = yaml.safe_load((tasks.folder / "one.yaml").read_text())
    for name in ("test", "more"):
        shutil.copy(tasks.folder / "one.jsonl", inner / "rows" / f"{name}.jsonl")
    forms: dict[str, tuple[str, dict[str, Any]]] = {
        "file": ("json", {"data_files": {"test": "rows/test.jsonl"}}),
        "files": ("json", {"data_files": {"test": ["rows/test.jsonl", "rows/more.jsonl"]}}),
        "pattern": ("json", {"data_files": {"test": "rows/*.jsonl"}}),
        "folder": ("rows", {}),
        "dotted": ("./rows", {}),
        "directory": ("json", {"data_dir": "rows", "data_files": {"test": "test.jsonl"}}),
    }
    for name, (path, kwargs) in forms.items():
        own = {"task": name, "dataset_path": path, "dataset_kwargs": kwargs}
        (inner / f"{name}.yaml").write_text(yaml.safe_dump({**config, **own}))
    monkeypatch.chdir(tmp_path)
    counts = check_benchmarks(tasks.config(*forms))
    assert counts == {**dict.fromkeys(forms, 3), "files": 6, "pattern": 6}


def test_a_folder_of_tasks_is_no_data_set(tasks: Any) -> None:
    (tasks.folder / "gsm8k").mkdir()
    (tasks.folder / "gsm8k" / "task.yaml").write_text("task: x\n")
    tasks.write("own", task="own", dataset_path="gsm8k")
    entry = task_manager(("own",), tasks.folder).task_index["own"]
    assert entry.cfg["dataset_path"] == "gsm8k"


MEAN = {"metric": "acc", "aggregation": "mean", "higher_is_better": True}


@pytest.mark.parametrize(
    "code",
    [
        "import no_such_package.sub\ndef score(doc, results):\n    return {'acc': 1.0}\n",
        "def score(doc, results):\n    import no_such_package\n    return {'acc': 1.0}\n",
    ],
    ids=["when it is loaded", "when it scores"],
)
def test_a_package_that_a_task_needs(tasks: Any, code: str) -> None:
    tasks.generate("own", ["a", "b"], metric_list=[MEAN])
    (tasks.folder / "code.py").write_text(code)
    path = tasks.folder / "own.yaml"
    path.write_text(path.read_text() + "process_results: !function code.score\n")
    with pytest.raises(InputError, match="'own' needs the package 'no_such_package'") as told:
        check_benchmarks(tasks.config("own"))
    assert "pip install no_such_package" in told.value.remedy


def test_scores_that_are_none(tasks: Any) -> None:
    tasks.generate("own", ["a", "b"], metric_list=[MEAN])
    (tasks.folder / "code.py").write_text("def score(doc, results):\n    return {'acc': 7}\n")
    path = tasks.folder / "own.yaml"
    path.write_text(path.read_text() + "process_results: !function code.score\n")
    with pytest.raises(InputError, match="'own' gave no scores between 0 and 1"):
        check_benchmarks(tasks.config("own"))


def test_what_lm_eval_divides_is_not_told(recwarn: pytest.WarningsRecorder) -> None:
    def divide(module: str) -> None:
        message = "divide by zero encountered in divide"
        warnings.warn_explicit(message, RuntimeWarning, "task.py", 1, module)

    with quiet():
        divide("lm_eval.api.task")
        assert not recwarn.list
        divide("somebody.else")
    divide("lm_eval.api.task")
    assert len(recwarn.list) == 2
