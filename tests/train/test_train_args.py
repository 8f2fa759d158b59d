from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3ft.errors import InputError
from s3ft.recipe import Model, Train
from s3ft.train import RESERVED_ARGS, check_config, max_steps, sft_config


def settings(config: Train, model: Model) -> Any:
    return sft_config(config, model, max_steps=30, seed=5, out=Path("unused"), silent=True)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"warmup_step": 3}, r"train.args.warmup_step: .* Did you mean 'warmup_steps'\?"),
        ({"max_lenght": 3}, "train.args.max_lenght: is not an option"),
        ({"max_length": 64}, "set train.max_length"),
        ({"packing": True}, "same steps of the same batches"),
        ({"seed": 1}, "set `seeds`"),
        ({"assistant_only_loss": True}, "token ids and loss mask"),
        ({"lr_scheduler_type": "no such"}, "SFTConfig refuses them: .*no such"),
        ({"warmup_steps": "many"}, "SFTConfig refuses them"),
        ({"per_device_train_batch_size": 5}, "5 does not divide train.batch_size 16"),
        ({"gradient_accumulation_steps": 0}, "0 does not divide"),
        (
            {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 2},
            "4 times gradient_accumulation_steps 2 is not train.batch_size 16",
        ),
    ],
)
def test_arguments_that_cannot_be(args: dict[str, Any], message: str, llama: Model) -> None:
    with pytest.raises(InputError, match=r"(?s)" + message):
        check_config(Train(args=args), llama)


def test_other_arguments_reach_the_trainer(llama: Model) -> None:
    made = settings(Train(args={"weight_decay": 0.3, "lr_scheduler_type": "cosine"}), llama)
    assert (made.weight_decay, made.lr_scheduler_type) == (0.3, "cosine")


def test_all_owned_arguments_exist(llama: Model) -> None:
    assert [name for name in RESERVED_ARGS if not hasattr(settings(Train(), llama), name)] == []


@pytest.mark.parametrize(
    ("args", "split"),
    [
        ({}, (16, 1)),
        ({"per_device_train_batch_size": 4}, (4, 4)),
        ({"gradient_accumulation_steps": 8}, (2, 8)),
    ],
)
def test_a_batch_can_be_split(args: dict[str, int], split: tuple[int, int], llama: Model) -> None:
    made = settings(Train(args=args), llama)
    assert (made.per_device_train_batch_size, made.gradient_accumulation_steps) == split


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_mixed_precision_follows_the_model_unless_told_otherwise(dtype: str, llama: Model) -> None:
    model = llama.model_copy(update={"dtype": dtype})
    assert settings(Train(), model).bf16 is (dtype == "bfloat16")
    assert settings(Train(args={"bf16": False}), model).bf16 is False


def test_nothing_is_cut_and_nan_is_seen(llama: Model) -> None:
    made = settings(Train(), llama)
    assert made.max_length is None
    assert made.logging_nan_inf_filter is False


@pytest.mark.parametrize(
    ("rows", "epochs", "batch", "steps"),
    [(100, 3, 16, 21), (96, 3, 16, 18), (1, 1, 16, 1), (100, 0.5, 16, 4), (100, 0.001, 16, 1)],
)
def test_budget(rows: int, epochs: float, batch: int, steps: int) -> None:
    assert max_steps(rows, Train(epochs=epochs, batch_size=batch)) == steps


def test_budget_counts_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert max_steps(100, Train(epochs=3, batch_size=16)) == 6
