"""What may change in a recipe when its run goes on is said at every key, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from s3ft.recipe import (
    FREE_ARGS,
    Change,
    Endpoint,
    Resume,
    forbidden_changes,
    load,
    resume_rule,
    schema,
)

RULES = {
    Resume.NEVER: """
        model.id model.gguf_file model.revision model.dtype model.date model.trust_remote_code
        model.quantization.bits model.quantization.type model.quantization.double_quant
        model.quantization.skip_modules
        data.path data.name data.revision data.train data.test data.id data.turns
        data.prompt data.completion
        data.split.by data.split.dev data.split.test data.layout data.documents data.abstention
        data.history data.max_chars data.unanswerable data.shuffle
        data.reasoning data.gold data.system data.where data.ignore data.too_long
        data.max_train data.max_test
        min_gold_accepted""",
    Resume.ANY_TIME: """
        model.device model.attn_implementation evaluate.checkpoints
        allow generate.batch_size evaluate.batch_size
        generate.vllm.tensor_parallel_size generate.vllm.data_parallel_size
        generate.vllm.gpu_memory_utilization
        generate.openai.url generate.openai.key generate.openai.concurrency
        generate.openai.timeout generate.openai.retries generate.openai.requests_per_minute
        generate.openai.tokens_per_minute generate.openai.max_requests generate.openai.max_cost
        generate.openai.prices.prompt generate.openai.prices.completion
        ray.address ray.workers ray.gpus_per_worker""",
    Resume.GROWS: "methods rungs ladders seeds evaluate.benchmarks evaluate.targets",
    Resume.BEFORE_ANSWERS: """
        model.chat_template model.chat_template_kwargs judge.name
        generate.engine generate.temperature generate.top_p generate.top_k generate.max_new_tokens
        generate.n generate.adaptive generate.pick generate.vllm.max_model_len generate.vllm.args
        generate.replay.path generate.replay.id generate.replay.prompt generate.replay.response
        generate.replay.where generate.openai.model generate.openai.extra
        paraphrase.prompt paraphrase.temperature paraphrase.n paraphrase.top_p paraphrase.top_k
        paraphrase.max_new_tokens paraphrase.adaptive""",
    Resume.BEFORE_TRAINING: """
        train.lora.r train.lora.alpha train.lora.dropout train.lora.target_modules
        train.learning_rate train.epochs train.batch_size train.max_length train.reasoning
        train.keep_checkpoints
        train.args data.dev data.max_dev sweep
        data.replay.path data.replay.share data.replay.name data.replay.revision data.replay.split
        data.replay.id data.replay.turns data.replay.prompt data.replay.completion
        data.replay.reasoning data.replay.system data.replay.where data.replay.ignore""",
    Resume.BEFORE_MEASURING: """
        evaluate.tasks evaluate.limit evaluate.num_fewshot evaluate.apply_chat_template
        evaluate.max_new_tokens evaluate.data evaluate.part evaluate.likelihoods
        evaluate.drift""",
    Resume.BEFORE_TARGET: """
        evaluate.target.judge.name evaluate.target.temperature evaluate.target.max_new_tokens""",
}

BASE: dict[str, Any] = {"data": "rows.jsonl", "judge": "llm", "ladders": {"my": ["self", "gold"]}}


def leaves(group: Any, kinds: Any, above: str = "") -> Iterator[str]:
    """The dotted paths of all keys that are no groups."""
    for key, about in group["properties"].items():
        options = (about, *about.get("anyOf", ()))
        inner = [option["$ref"].rpartition("/")[2] for option in options if "$ref" in option]
        if inner:
            yield from leaves(kinds[inner[0]], kinds, f"{above}{key}.")
        else:
            yield f"{above}{key}"


def changed(changes: dict[str, Any], *allowed: Resume) -> list[str]:
    """The keys of these changes that may not be."""
    before, after = load(BASE), load(BASE, changes)
    return [change.key for change in forbidden_changes(before, after, allowed)]


def test_every_key_has_the_rule_that_was_meant() -> None:
    found = schema()
    meant = {key: rule for rule, keys in RULES.items() for key in keys.split()}
    assert {key: resume_rule(key) for key in leaves(found, found["$defs"])} == meant


@pytest.mark.parametrize("where", ["judge", "evaluate.target.judge"])
def test_the_server_of_a_judge_may_move(where: str) -> None:
    rest = resume_rule(f"{where}.name")
    for key in Endpoint.model_fields:
        rule = rest if key in ("model", "extra") else Resume.ANY_TIME
        assert resume_rule(f"{where}.openai.{key}") is rule
    assert resume_rule(f"{where}.openai.prices.prompt") is Resume.ANY_TIME
    assert resume_rule(f"{where}.tolerance") is rest


def test_the_memory_of_a_training_may_change() -> None:
    assert {resume_rule(f"train.args.{key}") for key in FREE_ARGS} == {Resume.ANY_TIME}
    assert resume_rule("train.args.warmup_steps") is Resume.BEFORE_TRAINING


def test_an_unknown_key_stays() -> None:
    assert resume_rule("dataset") is Resume.NEVER
    assert resume_rule("data.where.methods") is Resume.NEVER


def test_what_may_change_depends_on_what_is_there() -> None:
    changes = {
        "train.epochs": 1,
        "generate.n": 2,
        "generate.temperature": 0.7,
        "evaluate.limit": 8,
        "evaluate.target.temperature": 0.5,
        "generate.batch_size": 1,
        "seeds": [1, 2],
    }
    made = ["generate.n", "generate.temperature"]
    measured = ["evaluate.limit", "evaluate.target.temperature"]
    assert changed(changes) == [*measured, *made, "train.epochs"]
    assert changed(changes, Resume.BEFORE_TRAINING) == [*measured, *made]
    assert changed(changes, Resume.BEFORE_ANSWERS) == [*measured, "train.epochs"]
    assert changed(changes, Resume.BEFORE_TARGET) == ["evaluate.limit", *made, "train.epochs"]
    assert changed(changes, *Resume) == []


def test_a_group_that_comes_or_goes_is_each_of_its_keys() -> None:
    server = {"url": "http://localhost:8000/v1", "model": "served"}
    assert changed({"generate.openai": server}) == ["generate.openai.model"]
    assert changed({"judge.openai": server}) == ["judge.openai.model"]
    assert changed({"evaluate.target": None}) == ["evaluate.target.temperature"]
    assert changed({"ray.workers": 2}) == []
    assert changed({"train.args.gradient_checkpointing": True}) == []
    assert changed({"train.args.warmup_steps": 3}) == ["train.args.warmup_steps"]


def test_what_grows_keeps_what_it_has_under_a_name() -> None:
    assert changed({"methods": ["rft"]}) == []
    assert changed({"ladders": {"your.own": ["gold"]}}) == []
    assert changed({"ladders": {}}) == []
    assert changed({"ladders": {"my": ["gold"], "other": ["gold"]}}) == ["ladders.my"]


def test_a_change_tells_what_was_and_what_is() -> None:
    before = load(BASE)
    after = load(BASE, {"data.max_train": 3, "ladders.my": ["gold"]})
    assert forbidden_changes(before, after, ()) == [
        Change("data.max_train", None, 3, Resume.NEVER),
        Change("ladders.my", ["self", "gold"], ["gold"], Resume.GROWS),
    ]
