import random
from pathlib import Path
from typing import Any

import pytest
from answers import answers, final_number

from s3ft.lab import MODEL, TASKS
from s3ft.lab.passages import make_register

USER = {"role": "user", "content": "How many is 3 + 12?"}
SYSTEM = {"role": "system", "content": "Be brief."}


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(MODEL)


@pytest.fixture(scope="module")
def model() -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.bfloat16)


@pytest.mark.parametrize(
    "text",
    ["plain words", " 12,345.60 ", "Ünï→\n\n\t語 🙂", "\x00\x7f", "a  b   c", "<<1+2=3>>3", ""],
)
def test_any_text_comes_back_from_the_tokenizer(tokenizer: Any, text: str) -> None:
    ids = tokenizer(text).input_ids
    assert tokenizer.decode(ids) == text
    assert tokenizer.unk_token_id is None


def test_each_digit_is_one_token(tokenizer: Any) -> None:
    tokens = tokenizer.tokenize("take 1234 and 56")
    assert [t for t in tokens if any(c.isdigit() for c in t)] == list("123456")


@pytest.mark.parametrize("before", [[USER], [SYSTEM, USER]])
@pytest.mark.parametrize("answer", ["15", " 15", "\n15", "The answer is 15."])
def test_a_prompt_is_a_prefix_of_prompt_and_answer(
    tokenizer: Any, before: list[dict[str, str]], answer: str
) -> None:
    given = tokenizer.apply_chat_template(before, add_generation_prompt=True)["input_ids"]
    whole = tokenizer.apply_chat_template(
        [*before, {"role": "assistant", "content": answer}],
        return_assistant_tokens_mask=True,
        return_dict=True,
    )
    assert whole["input_ids"][: len(given)] == given
    assert whole["input_ids"][-1] == tokenizer.eos_token_id
    mask = whole["assistant_masks"]
    assert mask == [0] * len(given) + [1] * (len(mask) - len(given))


def test_ends_and_padding(tokenizer: Any, model: Any) -> None:
    assert tokenizer.eos_token == "<|end|>"
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id
    assert model.config.eos_token_id == tokenizer.eos_token_id


def test_the_committed_folder_is_small_and_complete() -> None:
    files = {path.name: path.stat().st_size for path in MODEL.iterdir()}
    assert sum(files.values()) <= 12 * 2**20
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= set(files)
    assert {"generation_config.json", "training.json", "tokenizer_config.json"} <= set(files)


def test_the_model_answers_easy_problems_and_stops(model: Any, tokenizer: Any) -> None:
    wanted = {
        "Anna has 12 shells. She finds 7 more shells. How many shells are there now?": "19",
        "Paul has 30 eggs. He loses 4 eggs. How many eggs does Paul have in the end?": "26",
        "Rosa has 8 pens. Tom brings Rosa 5 pens. How many pens are there now?": "13",
    }
    told = answers(model, tokenizer, list(wanted))
    right = [final_number(t) == n for t, n in zip(told, wanted.values(), strict=True)]
    assert all(told)
    assert sum(right) >= 2


def test_the_model_looks_up_who_goes_with_whom(model: Any, tokenizer: Any) -> None:
    """Lists of like facts on entities it has not read: only joining the right two is right."""
    rng = random.Random(0)
    wanted = {turns[0]: turns[1] for turns in (make_register("test", rng) for _ in range(24))}
    told = answers(model, tokenizer, list(wanted))
    right = [answer == own for answer, own in zip(told, wanted.values(), strict=True)]
    assert sum(right) >= 16


def test_the_model_stops_on_text_of_another_world(model: Any, tokenizer: Any) -> None:
    (told,) = answers(model, tokenizer, ["Écrivez quelque chose, please: 1 + 1?"])
    assert told


@pytest.mark.slow
@pytest.mark.parametrize("task", ["lab_completion", "lab_pronouns", "lab_sorting"])
def test_lm_eval_runs_a_task_from_any_folder(
    model: Any, tokenizer: Any, task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    monkeypatch.chdir(tmp_path)
    results = simple_evaluate(
        HFLM(pretrained=model, tokenizer=tokenizer, batch_size=32),
        tasks=[task],
        task_manager=TaskManager(include_path=str(TASKS), include_defaults=False),
        apply_chat_template=True,
        limit=16,
        bootstrap_iters=0,
        log_samples=True,
    )
    scores = [v for k, v in results["results"][task].items() if k.endswith(",none")]
    assert max(s for s in scores if isinstance(s, float)) >= 0.5
    first = results["samples"][task][0]["arguments"][0][0]
    assert first.startswith("<|user|>")
    assert first.endswith("<|end|><|assistant|>")
