"""A reasoning model's run from end to end: answers, verdicts, mixture, training, measurement."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import s3ft
from s3ft.models import load_chat
from s3ft.pipeline import read_mixture, run_stages
from s3ft.recipe import Model
from s3ft.records import Message
from s3ft.train import train
from thinker import (
    GOLD,
    GOLD_THOUGHTS,
    PARAPHRASE,
    QUESTIONS,
    SAID,
    SOURCES,
    said_ids,
    thinker,
)

pytestmark = pytest.mark.slow
LIMIT = 40


@pytest.fixture(scope="module", params=["qwen3", "deepseek_r1_distill"])
def template(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data with thinking golds, a paraphrase's prompt, and a benchmark that generates."""
    folder = tmp_path_factory.mktemp("thinking")
    rows = [
        {"id": str(n), "prompt": question, "completion": f"<think>\n{thought}\n</think>\n\n{gold}"}
        for n, (question, thought, gold) in enumerate(
            zip(QUESTIONS, GOLD_THOUGHTS, GOLD, strict=True), 1
        )
    ]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:4]))
    (folder / "paraphrase.j2").write_text(PARAPHRASE)
    tasks = folder / "tasks"
    tasks.mkdir()
    items = [{"question": q, "answer": a} for q, a in zip(QUESTIONS, GOLD, strict=True)]
    (tasks / "doubles.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    task = {
        "task": "doubles",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(tasks / "doubles.jsonl")}},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "{{question}}",
        "doc_to_target": "{{answer}}",
        "generation_kwargs": {"until": ["\n"], "max_gen_toks": 4},
        "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
    }
    (tasks / "doubles.yaml").write_text(yaml.safe_dump(task))
    return folder


def recipe(folder: Path, template: str, reasoning: str) -> dict[str, Any]:
    return {
        "model": {"id": str(thinker(template)), "dtype": "float32"},
        "data": {"path": str(folder / "train.jsonl"), "test": str(folder / "test.jsonl")},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": LIMIT},
        "paraphrase": {"prompt": str(folder / "paraphrase.j2")},
        "methods": ["s3ft"],
        "train": {"reasoning": reasoning, "epochs": 1, "batch_size": 8, "learning_rate": 1e-5},
        "evaluate": {
            "tasks": str(folder / "tasks"),
            "benchmarks": ["doubles"],
            "apply_chat_template": True,
            "max_new_tokens": LIMIT,
        },
    }


@pytest.fixture(scope="module", params=["keep", "drop"])
def finished(
    request: pytest.FixtureRequest,
    folder: Path,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, str, list[Any]]:
    """A whole run, how it takes reasoning, and the rows that its trainer was given."""
    out = tmp_path_factory.mktemp("runs") / f"{template}-{request.param}"
    [given] = trained_rows(lambda: s3ft.run(recipe(folder, template, request.param), out=out))
    return out, request.param, given


def trained_rows(run: Callable[[], Any]) -> list[Any]:
    """The rows that a trainer was given, by training."""
    given: list[Any] = []

    def watched(dataset: Any, **settings: Any) -> Any:
        given.append(dataset.to_list())
        return train(dataset, **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("s3ft.pipeline._training.train", watched)
        run()
    return given


def query(out: Path, sql: str) -> list[Any]:
    with sqlite3.connect(out / "run.sqlite") as db:
        return db.execute(sql).fetchall()


def test_judges_and_leak_filter_saw_the_answers_alone(finished: Any) -> None:
    out, _, _ = finished
    targets = list(read_mixture(out / "mixture" / "s3ft"))
    assert tuple(target.source for target in targets) == SOURCES
    assert targets[0].completion == "The answer is 2."
    assert targets[0].reasoning == "So the answer is 5.\nNo, 2."
    assert targets[2].completion == "So the answer is 6."
    assert targets[2].reasoning == ""  # it was thought with the gold in view
    assert targets[4].completion == GOLD[4]
    assert targets[4].reasoning == GOLD_THOUGHTS[4]
    reasons = dict(query(out, "SELECT example_id, reason FROM targets WHERE method = 's3ft'"))
    assert "ends within its reasoning" in reasons["3"]
    assert "speaks of the reference" in reasons["5"]
    assert "cut at the token limit" in reasons["6"]
    assert reasons["6"].count("ends within its reasoning") == 1


def test_the_ids_trained_are_the_models_own(finished: Any, template: str) -> None:
    _, reasoning, given = finished
    chat = load_chat(Model(id=str(thinker(template))))
    for row, question, gold, thought, source in zip(
        given, QUESTIONS, GOLD, GOLD_THOUGHTS, SOURCES, strict=True
    ):
        prompt, said = said_ids(chat, question)
        messages = [Message(role="user", content=question)]
        if source == "gold":
            expected = chat.completion_ids(messages, gold, thought if reasoning == "keep" else "")
        elif source == "paraphrase":
            _, said = said_ids(chat, f"{question}. Say anew: {gold}")
            expected = chat.completion_ids(messages, SAID[f"{question}. Say anew: {gold}"][-19:])
            assert expected[-6:] == said[-6:]
        elif reasoning == "keep":
            expected = said
        else:
            expected = chat.completion_ids(messages, SAID[question].rpartition("</think>\n\n")[2])
        assert row["input_ids"] == [*prompt, *expected]
        assert row["completion_mask"] == [0] * len(prompt) + [1] * len(expected)
        trained = chat.tokenizer.decode(expected)
        inner = thought if source == "gold" else SAID[question].split("\n")[1]
        if inner:
            assert (inner in trained) == (reasoning == "keep" and source != "paraphrase")
        assert trained.endswith("<|im_end|>")
        assert "</think>" in trained


def test_the_mixture_reads_as_trl_has_it(finished: Any) -> None:
    out, _, _ = finished
    lines = (out / "mixture" / "s3ft" / "train.jsonl").read_text().splitlines()
    first, second = (json.loads(line)["completion"] for line in lines[:2])
    thought = "So the answer is 5.\nNo, 2."
    answer = {"role": "assistant", "content": "The answer is 2."}
    assert first == [answer | {"reasoning_content": thought}]
    assert "reasoning_content" not in second[0]


def test_the_target_and_the_benchmark_count_the_answer(finished: Any) -> None:
    out, _, _ = finished
    scores = query(out, "SELECT task, item, value FROM scores WHERE model = 'base'"
                   " AND metric IN ('accuracy', 'exact_match') ORDER BY task, item")  # fmt: skip
    assert [value for task, _, value in scores if task == "target"] == [1, 1, 0, 0]
    # "The answer is 2." stands behind a thought of two lines; the task ends answers at a line.
    assert [v for task, _, v in scores if task == "doubles"] == [1, 0, 0, 0, 0, 0, 1, 0]
    tuned = query(out, "SELECT count(*) FROM scores WHERE model = 's3ft-seed0'")
    assert tuned[0][0] > 0


@pytest.mark.parametrize(
    ("template", "thinks"), [("qwen3", True), ("qwen3", False), ("deepseek_r1_distill", True)]
)
def test_what_is_trained_of_a_thinking_gold_without_its_thoughts_is_masked(
    folder: Path, template: str, thinks: bool, tmp_path: Path
) -> None:
    golds = [f"User, hello to the world!\n{gold}" for gold in GOLD]
    rows = [
        {"prompt": question, "completion": f"<think>\n{thought}\n</think>\n\n{gold}"}
        for question, thought, gold in zip(QUESTIONS, GOLD_THOUGHTS, golds, strict=True)
    ]
    told = recipe(folder, template, "drop")
    told["model"]["chat_template_kwargs"] = {} if thinks else {"enable_thinking": False}
    told["data"]["path"] = str(tmp_path / "train.jsonl")
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told |= {"methods": ["s3ft", "s3ft-plus", "masked"], "evaluate": {"benchmarks": []}}
    told["ladders"] = {"masked": {"rungs": ["gold"], "mask": {}}}
    given = trained_rows(lambda: run_stages(told, (), tmp_path / "run", "train"))
    assert len(given) == 4, "the first round's too"
    chat = load_chat(Model.model_validate(told["model"]))
    targets = read_mixture(tmp_path / "run" / "mixture" / "masked")
    for row, target, gold, thought, n in zip(
        given[-1], targets, golds, GOLD_THOUGHTS, range(1, 9), strict=True
    ):
        prompt = chat.prompt_ids(target.prompt)
        assert row["input_ids"] == [*prompt, *chat.completion_ids(target.prompt, gold)]
        marked = list(zip(row["input_ids"], row["completion_mask"], strict=True))[len(prompt) :]
        trained = [id for id, kept in marked if kept]
        assert "hello" not in chat.text(trained), "what this model would never say"
        assert chat.text(trained).endswith(f"The answer is {2 * n}."), "the line that is the answer"
        assert trained[-1] == chat.stop_id
        assert target.reasoning == thought
