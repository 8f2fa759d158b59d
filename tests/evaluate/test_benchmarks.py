"""lm-eval in process: every item kept, nothing lost, nothing printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from s3ft.chat import Chat
from s3ft.errors import RunError
from s3ft.evaluate import check_benchmarks, load_benchmarks, run_benchmarks


def aggregate(model: Any, chat: Chat, folder: Path, task: str, **options: Any) -> dict[str, Any]:
    """What lm-eval itself reports for a task."""
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    results = simple_evaluate(
        HFLM(pretrained=model, tokenizer=chat.tokenizer, batch_size=8),
        tasks=[task],
        task_manager=TaskManager(include_path=folder, include_defaults=False),
        bootstrap_iters=0,
        **options,
    )
    found: dict[str, Any] = results["results"][task]
    return found


def test_the_items_mean_is_lm_evals_aggregate(
    model: Any, chat: Chat, tasks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.choice("pick", 30)
    config = tasks.config("pick", num_fewshot=2)

    [(scores, spent, *_)] = list(run_benchmarks(model, chat, config, label="base"))

    monkeypatch.chdir(tasks.folder)  # where lm-eval by itself looks for the data
    reported = aggregate(model, chat, tasks.folder, "pick", num_fewshot=2)
    assert sum(score.value for score in scores) / len(scores) == reported["acc_norm,none"]
    assert 0 < reported["acc_norm,none"] < 1
    assert {score.metric for score in scores} == {"acc_norm"}
    assert [score.item for score in scores] == [f"pick:{n:06d}" for n in range(30)]
    assert {(score.model, score.task) for score in scores} == {("base", "pick")}
    assert all(type(score.value) is float for score in scores)
    assert (spent.stage, spent.source, spent.rows) == ("benchmarks", "base", 30)
    assert spent.seconds > 0


def test_generation_is_scored_by_its_first_filter(model: Any, chat: Chat, tasks: Any) -> None:
    blank = [{"function": "regex", "regex_pattern": "zzz", "fallback": "none"}]
    filters = [
        {"name": "strict-match", "filter": [*blank, {"function": "take_first"}]},
        {"name": "loose", "filter": [{"function": "take_first"}]},
    ]
    tasks.generate("say", ["none", "none", "none", "x", "x"], filter_list=filters)
    config = tasks.config("say")

    [(scores, *_)] = list(run_benchmarks(model, chat, config, label="base"))

    assert [score.value for score in scores] == [1.0, 1.0, 1.0, 0.0, 0.0]
    assert {score.metric for score in scores} == {"exact_match"}


def test_a_group_keeps_the_items_of_all_its_tasks(model: Any, chat: Chat, tasks: Any) -> None:
    tasks.choice("one", 4)
    tasks.choice("two", 2)
    tasks.write("both", group="both", task=["one", "two"])
    config = tasks.config("both")

    assert check_benchmarks(config) == {"both": 6}
    [(scores, *_)] = list(run_benchmarks(model, chat, config, label="base"))

    assert {score.task for score in scores} == {"both"}
    items = [f"one:{n:06d}" for n in range(4)] + [f"two:{n:06d}" for n in range(2)]
    assert [score.item for score in scores] == items


def test_a_limit_is_spread_over_a_group_and_keeps_each_items_score(
    model: Any, chat: Chat, tasks: Any
) -> None:
    sizes = {"one": 40, "two": 2, "three": 40}
    for name, size in sizes.items():
        tasks.choice(name, size)
    tasks.write("all", group="all", task=list(sizes))

    def scored(limit: int | None) -> dict[str, float]:
        config = tasks.config("all", limit=limit)
        [(scores, *_)] = list(run_benchmarks(model, chat, config, label="base"))
        assert check_benchmarks(config) == {"all": len(scores)}
        return {score.item: score.value for score in scores}

    whole, some, few, one = scored(None), scored(22), scored(9), scored(1)
    assert [len(x) for x in (whole, some, few, one)] == [82, 22, 9, 1]
    assert whole.items() > some.items() > few.items() > one.items()
    for items, most in ((some, 10), (few, 4)):
        counts = [sum(item.startswith(f"{name}:") for item in items) for name in sizes]
        assert counts[1] == 2
        assert max(counts) <= most
    assert max(int(item[-6:]) for item in some) > 10  # drawn, not the first


def test_every_model_is_asked_the_same(model: Any, chat: Chat, tasks: Any) -> None:
    """Tasks are loaded once: few-shot examples must not differ from one model to the next."""
    tasks.choice("pick", 12)
    config = tasks.config("pick", num_fewshot=3)

    [(first, *_)] = list(run_benchmarks(model, chat, config, label="m"))
    [(second, *_)] = list(run_benchmarks(model, chat, config, label="m"))

    assert first == second


def test_what_is_scored_already_is_not_run(model: Any, chat: Chat, tasks: Any) -> None:
    tasks.choice("one", 2)
    tasks.choice("two", 2)
    config = tasks.config("one", "two")

    done = list(run_benchmarks(model, chat, config, label="base", skip={"one"}))

    assert [found.scores[0].task for found in done] == ["two"]
    assert list(run_benchmarks(model, chat, config, label="base", skip={"one", "two"})) == []


def test_nothing_is_printed_but_the_progress(
    model: Any, chat: Chat, tasks: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    tasks.choice("pick", 2)
    config = tasks.config("pick")

    list(run_benchmarks(model, chat, config, label="base"))

    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith("base: pick: 6/6")


def test_inputs_cut_by_lm_eval_are_told(
    model: Any, chat: Chat, tasks: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    tasks.choice("long", 1, doc_to_text="{{question * 80}}")
    config = tasks.config("long")

    list(run_benchmarks(model, chat, config, label="base"))

    told = "long: inputs longer than the model's 256 tokens were cut on the left"
    assert told in capfd.readouterr().err


@pytest.mark.parametrize("templated", [False, True])
def test_a_prompt_has_one_bos(
    model: Any, chat: Chat, tasks: Any, templated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The template writes one, and the tokenizer would add another."""
    tasks.choice("pick", 1, target_delimiter=" ")
    tasks.generate("say", ["x"])
    config = tasks.config("pick", "say", apply_chat_template=templated, batch_size=1)
    seen: list[list[int]] = []
    forward = model.forward

    def spy(input_ids: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        seen.append(input_ids[0].tolist())
        return forward(input_ids, *args, **kwargs)

    monkeypatch.setattr(model, "forward", spy)
    list(run_benchmarks(model, chat, config, label="base"))

    for question in ("pick 0?", "say 0?"):
        prompt = chat.tokenizer(question)["input_ids"]
        if templated:
            prompt = list(chat.prompt_ids([{"role": "user", "content": question}]))
        begun = [ids for ids in seen if ids[: len(prompt)] == prompt]
        assert prompt[0] == 0
        assert begun, question
        assert {ids.count(0) for ids in begun} == {1}
    assert {ids.count(0) for ids in seen} <= {0, 1}


def test_the_chat_template_reaches_the_model(model: Any, chat: Chat, tasks: Any) -> None:
    tasks.choice("pick", 6, gen_prefix="Answer:")
    config = tasks.config("pick", apply_chat_template=True)

    [_] = list(run_benchmarks(model, chat, config, label="base"))

    [benchmark] = load_benchmarks(config)
    context, choice = benchmark.tasks["pick"].instances[0].args
    assert context == "<s><|user|>pick 0?</s><|assistant|>Answer:"
    assert choice == " 0"


def test_a_task_that_fails_names_itself(model: Any, chat: Chat, tasks: Any) -> None:
    tasks.generate("say", ["x"], generation_kwargs={"until": ["\n"], "max_gen_toks": 1000})
    config = tasks.config("say")

    with pytest.raises(RunError, match=r"benchmark 'say' failed: .*max tokens to generate"):
        list(run_benchmarks(model, chat, config, label="base"))
