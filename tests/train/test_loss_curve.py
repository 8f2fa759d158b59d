"""Our training of gold rows is plain SFTTrainer's, step by step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

from architectures import saved
from s3ft.chat import Chat
from s3ft.models import load_chat
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import tokenize, train


def plain(model: Model, chat: Chat, targets: list[Target], out: Path, **options: Any) -> SFTTrainer:
    """What a user of TRL would write."""
    lora = options.pop("lora", None)
    dataset = [
        {
            "prompt": list(target.prompt),
            "completion": [{"role": "assistant", "content": target.completion}],
        }
        for target in targets
    ]
    return SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(model.id, dtype="float32"),
        args=SFTConfig(
            output_dir=str(out.with_name("plain")),
            bf16=False,
            use_cpu=True,
            logging_steps=1,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
            **options,
        ),
        train_dataset=Dataset.from_list(dataset),
        processing_class=chat.tokenizer,
        peft_config=lora,
    )


def losses(trainer: SFTTrainer) -> list[tuple[int, float]]:
    trainer.train()
    return [
        (entry["step"], entry["loss"]) for entry in trainer.state.log_history if "loss" in entry
    ]


@pytest.mark.slow
@pytest.mark.parametrize("lora", [None, Lora(r=4, alpha=8, dropout=0.1)], ids=["full", "lora"])
def test_same_losses_as_trl(
    lora: Lora | None, llama: Model, chat: Chat, targets: list[Target], out: Path
) -> None:
    peft = lora and LoraConfig(
        r=4, lora_alpha=8, lora_dropout=0.1, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    expected = losses(
        plain(
            llama,
            chat,
            targets,
            out,
            lora=peft,
            learning_rate=3e-3,
            num_train_epochs=2,
            per_device_train_batch_size=4,
            seed=7,
        )
    )
    config = Train(lora=lora, learning_rate=3e-3, epochs=2, batch_size=4)
    dataset = tokenize(targets, chat, None)
    ours = train(dataset, model=llama, config=config, seed=7, out=out, fingerprint="f")
    assert len(expected) == ours.steps == 12
    assert [step for step, _ in ours.losses] == [step for step, _ in expected]
    assert [loss for _, loss in ours.losses] == pytest.approx([x for _, x in expected], rel=1e-5)
    assert ours.losses[-1][1] < ours.losses[0][1] - 0.1  # it learned, so the curve says something


def test_what_follows_the_stop_token_is_all_that_differs(targets: list[Target], out: Path) -> None:
    """TRL also trains on the newline that Qwen's template writes after the end of the turn."""
    model = Model(id=str(saved("qwen3")), dtype="float32", device="cpu")
    chat = load_chat(model)
    newline = chat.tokenizer("\n", add_special_tokens=False)["input_ids"]
    for theirs, ours in zip(
        plain(model, chat, targets, out).train_dataset, tokenize(targets, chat, None), strict=True
    ):
        assert theirs["input_ids"] == ours["input_ids"] + newline
        labels = [i if on else -100 for i, on in zip(*ours.values(), strict=True)]
        assert theirs["labels"] == labels + newline


@pytest.mark.slow
def test_splitting_a_batch_changes_nothing(
    llama: Model, chat: Chat, targets: list[Target], tmp_path: Path
) -> None:
    dataset = tokenize(targets, chat, None)
    whole, split = (
        train(
            dataset,
            model=llama,
            config=Train(lora=None, learning_rate=3e-3, epochs=1, batch_size=4, args=args),
            seed=0,
            out=tmp_path / str(number),
            fingerprint="f",
        )
        for number, args in enumerate([{}, {"per_device_train_batch_size": 2}])
    )
    assert [x for _, x in split.losses] == pytest.approx([x for _, x in whole.losses], rel=1e-5)
    assert json.loads((split.path / "training.json").read_text())["steps"] == whole.steps
