"""Prints what the lab's model can do: `python -m s3ft.lab.score [--model DIR]`.

Target accuracy (greedy, the number after "The answer is"), also by the number of steps; how many
of the golds that it fails it restates with the right answer; and the general suite by lm-eval.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from . import MODEL, TASKS, rows
from .corpus import restating_prompt

TRAIN_ROWS = 400
"""How many train problems are tried in search of failed ones."""


def final_number(text: str) -> str | None:
    """The number after the last "The answer is"."""
    found = re.findall(r"The answer is (-?\d+)", text)
    return found[-1] if found else None


def answers(model: Any, tokenizer: Any, prompts: list[str], batch: int = 150) -> list[str]:
    """The model's greedy answers, in order; an answer that did not end is an empty string."""
    import torch

    texts: list[str] = []
    for start in range(0, len(prompts), batch):
        chats = [[{"role": "user", "content": p}] for p in prompts[start : start + batch]]
        inputs = tokenizer.apply_chat_template(
            chats,
            add_generation_prompt=True,
            padding=True,
            tokenizer_kwargs={"padding_side": "left"},
            return_tensors="pt",
            return_dict=True,
        )
        with torch.no_grad():
            output = model.generate(**inputs, do_sample=False, max_new_tokens=200)
        for ids in output[:, inputs["input_ids"].shape[1] :].tolist():
            ended = tokenizer.eos_token_id in ids
            texts.append(tokenizer.decode(ids, skip_special_tokens=True) if ended else "")
    return texts


def _right(row: dict[str, Any], text: str) -> bool:
    return final_number(text) == str(row["answer"])


def _share(verdicts: list[bool]) -> str:
    return f"{sum(verdicts) / max(1, len(verdicts)):6.1%}  of {len(verdicts)}"


def target_figures(model: Any, tokenizer: Any) -> dict[str, str]:
    """Accuracy on the test split, in all and by number of steps, and success in restating."""
    test, train = rows("math", "test"), rows("math", "train", size=TRAIN_ROWS)
    texts = answers(model, tokenizer, [row["prompt"] for row in test])
    right = [_right(row, text) for row, text in zip(test, texts, strict=True)]
    figures = {"math, test": _share(right), "math, answers that end": _share([*map(bool, texts)])}
    steps = [row["completion"].count("<<") for row in test]
    for wanted in sorted(set(steps)):
        chosen = [ok for ok, count in zip(right, steps, strict=True) if count == wanted]
        figures[f"math, test, {wanted} steps"] = _share(chosen)
    texts = answers(model, tokenizer, [row["prompt"] for row in train])
    failed = [row for row, text in zip(train, texts, strict=True) if not _right(row, text)]
    prompts = [restating_prompt(row["prompt"], row["completion"]) for row in failed]
    restated = answers(model, tokenizer, prompts)
    verdicts = [_right(row, text) for row, text in zip(failed, restated, strict=True)]
    figures["failed train golds restated"] = _share(verdicts)
    return figures


def suite_figures(model: Any, tokenizer: Any) -> dict[str, str]:
    """Each general task's score."""
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    results = simple_evaluate(
        HFLM(pretrained=model, tokenizer=tokenizer, batch_size=64),
        tasks=["lab"],
        task_manager=TaskManager(include_path=str(TASKS), include_defaults=False),
        apply_chat_template=True,
        bootstrap_iters=0,
        verbosity="ERROR",
    )
    figures = {}
    for task, result in results["results"].items():
        for metric in ("acc,none", "exact_match,none"):
            if metric in result:
                figures[task] = f"{result[metric]:6.1%}"
    return figures


def main() -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    parser = argparse.ArgumentParser(description="Print what a model of the lab can do.")
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of the model")
    path = parser.parse_args().model
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.bfloat16)
    for figures in (target_figures(model, tokenizer), suite_figures(model, tokenizer)):
        for name, figure in figures.items():
            print(f"{name:30} {figure}", flush=True)


if __name__ == "__main__":
    main()
