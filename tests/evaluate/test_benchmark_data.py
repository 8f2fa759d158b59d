"""The known benchmarks on rows of files are lm-eval's own tasks on the same rows of the Hub."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from s3ft.chat import Chat
from s3ft.errors import InputError
from s3ft.evaluate import check_benchmarks, load_benchmarks, run_benchmarks
from s3ft.evaluate._benchmark_rows import FILES
from s3ft.recipe import Evaluate
from stock_rows import ANSWERS, ROWS

TOKENS = 12
HUB_FORM = ("hellaswag", "winogrande", "arc_easy", "arc_challenge")
"""Those whose rows may also be the Hub's."""


def local(folder: Path, name: str, *, of_hub: bool = False) -> Evaluate:
    """The benchmark on its rows in files, in a form of their own or in the Hub's."""
    hub, files = ROWS[name]
    if of_hub:
        files = {file: hub[split] for split, file in FILES[name].splits.items()}
    for file, rows in files.items():
        path = folder / "files" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        path.write_text(lines if path.suffix == ".jsonl" else json.dumps(rows))
    options: Any = {"apply_chat_template": False, "max_new_tokens": TOKENS, "batch_size": 4}
    return Evaluate(benchmarks=[name], data=str(folder / "files"), **options)


def stock(folder: Path, name: str) -> Any:
    """lm-eval's own task, its data set a folder in the Hub's form."""
    import lm_eval.tasks
    from datasets import Dataset
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks._yaml_loader import load_yaml

    hub = folder / "hub"
    hub.mkdir()
    for split, rows in ROWS[name][0].items():
        Dataset.from_list(rows).to_parquet(hub / f"{split}.parquet")
    files = {split: f"{split}.parquet" for split in ROWS[name][0]}
    source = {"dataset_path": str(hub), "dataset_name": None}
    path = Path(lm_eval.tasks.__file__).parent / f"{PATHS[name]}.yaml"
    config = {**load_yaml(path), **source, "dataset_kwargs": {"data_files": files}}
    task = ConfigurableTask(config=config)
    if task.get_config("num_fewshot") is None:
        task.set_config(key="num_fewshot", value=0)
    task.set_fewshot_seed(seed=1234)
    return task


PATHS = {
    "mmlu_anatomy": "mmlu/default/mmlu_anatomy",
    "arc_easy": "arc/arc_easy",
    "arc_challenge": "arc/arc_challenge",
    "winogrande": "winogrande/default",
    "truthfulqa_mc1": "truthfulqa/truthfulqa_mc1",
    "truthfulqa_mc2": "truthfulqa/truthfulqa_mc2",
    "hellaswag": "hellaswag/hellaswag",
    "gsm8k": "gsm8k/gsm8k",
    "ifeval": "ifeval/ifeval",
}


def needs(name: str) -> None:
    if name == "ifeval":
        pytest.importorskip("langdetect")
        try:
            check_benchmarks(Evaluate(benchmarks=["ifeval"], data="."))
        except InputError as error:
            if "sentence data" in str(error):
                pytest.skip("NLTK's sentence data are not on this machine")


def asked(task: Any) -> list[Any]:
    return [(one.doc_id, one.idx, one.args) for one in task.instances]


@pytest.mark.slow  # lm-eval's index of stock tasks takes seconds to read
@pytest.mark.parametrize(
    ("name", "of_hub"),
    [*((name, False) for name in ROWS), *((name, True) for name in HUB_FORM)],
)
def test_a_local_benchmark_is_lm_evals_own_on_the_same_rows(
    name: str, of_hub: bool, long_model: Any, chat: Chat, tmp_path: Path
) -> None:
    """Prompts, choices, examples, targets and each item's scores."""
    from lm_eval.evaluator import evaluate
    from lm_eval.models.huggingface import HFLM

    needs(name)
    config = local(tmp_path, name, of_hub=of_hub)
    [(scores, *_)] = list(run_benchmarks(long_model, chat, config, label="base"))
    [benchmark] = load_benchmarks(config)
    ours, theirs = benchmark.tasks[name], stock(tmp_path, name)

    if theirs.OUTPUT_TYPE == "generate_until":
        kwargs = {**theirs.config.generation_kwargs, "max_gen_toks": TOKENS}
        theirs.set_config(key="generation_kwargs", value=kwargs)
    lm = HFLM(
        pretrained=long_model,
        tokenizer=chat.tokenizer,
        batch_size=4,
        softmax_dtype="float32",
    )
    torch.manual_seed(1234)
    results = evaluate(lm=lm, task_dict={"tasks": {name: theirs}, "groups": {}}, bootstrap_iters=0)

    first = results["samples"][name][0]["filter"]
    rows = [row for row in results["samples"][name] if row["filter"] == first]
    metric = benchmark.metrics[name][0]
    # Contexts are read once here, and anew for each choice there: equal but for rounding.
    assert [score.value for score in scores] == pytest.approx(
        [float(row[metric]) for row in rows], rel=1e-4, abs=1e-12
    )
    assert {score.metric for score in scores} == {metric}
    assert len(scores) == len(next(iter(ROWS[name][0].values())))
    if theirs.OUTPUT_TYPE == "generate_until":
        assert [args[2][0] for args in asked(ours)] == [args[2][0] for args in asked(theirs)]
        for mine, its in zip(ours.eval_docs, theirs.eval_docs, strict=True):
            for answer in ANSWERS[name]:
                assert ours.process_results(mine, [answer]) == theirs.process_results(its, [answer])
    else:
        assert asked(ours) == asked(theirs)
    for mine, its in zip(ours.eval_docs, theirs.eval_docs, strict=True):
        assert ours.doc_to_target(mine) == theirs.doc_to_target(its)
    assert ours.config.filter_list == theirs.config.filter_list
    assert ours.aggregation().keys() == theirs.aggregation().keys()


@pytest.mark.slow
def test_examples_are_those_of_lm_eval(long_model: Any, chat: Chat, tmp_path: Path) -> None:
    name = "mmlu_anatomy"
    config = local(tmp_path, name).model_copy(update={"num_fewshot": 3})
    list(run_benchmarks(long_model, chat, config, label="base"))
    [benchmark] = load_benchmarks(config)
    theirs = stock(tmp_path, name)
    theirs.set_config(key="num_fewshot", value=3)
    theirs.build_all_requests()

    assert [one.args for one in benchmark.tasks[name].instances] == [
        one.args for one in theirs.instances
    ]
    assert benchmark.tasks[name].instances[0].args[0].count("Answer: B") == 3


def test_examples_that_are_not_there_are_not_left_out(tmp_path: Path) -> None:
    config = local(tmp_path, "winogrande").model_copy(update={"num_fewshot": 5})
    with pytest.raises(InputError, match="winogrande hold no rows") as caught:
        load_benchmarks(config)
    assert caught.value.where == "evaluate.num_fewshot"
    load_benchmarks(config.model_copy(update={"num_fewshot": 0}))


@pytest.mark.slow
def test_all_real_rows_can_be_asked(shared_data: Path) -> None:
    names = ["general"]
    try:
        check_benchmarks(Evaluate(benchmarks=["ifeval"], data=str(shared_data)))
    except InputError:
        names = [name for name in Evaluate(benchmarks=names).benchmarks if name != "ifeval"]
    config = Evaluate(benchmarks=names, data=str(shared_data))
    counts = check_benchmarks(config)
    assert counts["mmlu"] == 14042
    assert counts["hellaswag"] == 10042
    for benchmark in load_benchmarks(config):
        for task in benchmark.tasks.values():
            task.build_all_requests(limit=None if benchmark.name != "mmlu" else 5)
            assert all(one.args[0] for one in task.instances)
    assert sum(check_benchmarks(config.model_copy(update={"limit": 100})).values()) == 100 * len(
        counts
    )


@pytest.mark.slow
def test_missing_data_are_named_with_the_files_that_would_hold_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"arc_winogrande/winogrande\.jsonl"):
        check_benchmarks(Evaluate(benchmarks=["winogrande"], data=str(tmp_path)))
    with pytest.raises(InputError, match=r"gsm8k/train\.jsonl and gsm8k/test\.jsonl"):
        check_benchmarks(Evaluate(benchmarks=["gsm8k"]))


def test_no_folder_of_data(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"evaluate\.data: there is no folder"):
        check_benchmarks(Evaluate(benchmarks=["gsm8k"], data=str(tmp_path / "none")))


@pytest.mark.slow
def test_a_row_of_something_else_is_named_by_its_line(tmp_path: Path) -> None:
    config = local(tmp_path, "arc_easy")
    path = tmp_path / "files" / "arc_winogrande" / "arc_easy.jsonl"
    path.write_text(path.read_text() + '{"question": "?"}\n')
    with pytest.raises(InputError, match=r"arc_easy\.jsonl:3: is no row of this benchmark"):
        check_benchmarks(config)


def test_no_code_is_imported_of_a_benchmark_that_is_not_asked(tmp_path: Path) -> None:
    local(tmp_path, "ifeval")
    config = local(tmp_path, "winogrande")
    before = set(sys.modules)
    assert check_benchmarks(config) == {"winogrande": 3}
    assert not {name for name in set(sys.modules) - before if "ifeval" in name}


def test_general_stands_for_its_benchmarks_once() -> None:
    named = Evaluate(benchmarks=["ifeval", "general", "mine"]).benchmarks
    assert named[0] == "ifeval"
    assert named[-1] == "mine"
    assert len(named) == len(set(named)) == 10


@pytest.mark.parametrize(
    ("setting", "templated"),
    [("generated", ["say"]), (True, ["pick", "say"]), (False, [])],
)
def test_by_default_only_what_is_generated_gets_the_template(
    setting: Any, templated: list[str], model: Any, chat: Chat, tasks: Any
) -> None:
    tasks.choice("pick", 1)
    tasks.generate("say", ["x"])
    config = tasks.config("pick", "say", apply_chat_template=setting)
    list(run_benchmarks(model, chat, config, label="base"))
    contexts = {
        one.name: one.tasks[one.name].instances[0].args[0] for one in load_benchmarks(config)
    }
    assert [name for name in contexts if "<|user|>" in contexts[name]] == templated
