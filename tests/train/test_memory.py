"""How many rows go through the model at once: by what a step takes, and without other results."""

from __future__ import annotations

import errno
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from transformers import LlamaConfig, LlamaForCausalLM
from trl import SFTTrainer

from s3ft.chat import Chat
from s3ft.errors import InputError, RunError
from s3ft.lab import MODEL
from s3ft.pipeline.rundir import reporting_full_disk
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import TrainedModel, dry_run, largest_micro_batch, tokenize, train

GIB = 2**30
CONFIG = Train(lora=Lora(r=4, alpha=8, dropout=0), learning_rate=3e-3, epochs=1, batch_size=8)


def free(monkeypatch: pytest.MonkeyPatch, here: float, total: float = 1e15) -> None:
    for name, figures in (
        ("virtual_memory", {"available": int(here), "total": int(total)}),
        ("swap_memory", {"total": 0}),
    ):
        monkeypatch.setattr(psutil, name, lambda figures=figures: SimpleNamespace(**figures))


@pytest.mark.parametrize(
    ("batch", "gib", "rows"),
    [(16, 99, 16), (16, 17, 16), (16, 16.9, 8), (16, 5, 4), (16, 3, 2), (16, 0.1, 1), (12, 8, 6)],
)
def test_the_most_rows_that_fit(batch: int, gib: float, rows: int) -> None:
    found, taken = largest_micro_batch(lambda n: (1 + n) * GIB, batch, int(gib * GIB))
    assert (found, taken) == (rows, (1 + rows) * GIB)
    assert batch % found == 0


@pytest.mark.slow
def test_the_lab_s_model_takes_its_batch_at_once_in_little_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it learns must not depend on the machine, not even by rounding."""
    free(monkeypatch, 4 * GIB)
    for config in (Train(), Train(lora=None)):
        assert dry_run(Model(id="lab", device="cpu"), config, 256).micro_batch_size == 16


@pytest.mark.slow
def test_weights_are_counted_once(tmp_path: Path) -> None:
    config = LlamaConfig(
        vocab_size=3000,
        hidden_size=256,
        intermediate_size=2048,
        num_hidden_layers=6,
        num_attention_heads=4,
    )
    model = LlamaForCausalLM(config)
    model.save_pretrained(tmp_path)
    for path in (*MODEL.glob("tokenizer*"), MODEL / "chat_template.jinja"):
        shutil.copy(path, tmp_path)
    weights = sum(parameter.nbytes for parameter in model.parameters())
    one = CONFIG.model_copy(update={"batch_size": 1})
    needed = dry_run(Model(id=str(tmp_path), device="cpu", dtype="float32"), one, 16).needed_bytes
    assert needed is not None
    assert weights < needed < 1.9 * weights


@pytest.mark.slow
@pytest.mark.parametrize("args", [{}, {"gradient_checkpointing": True}])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("lora", [Lora(), None])
def test_longer_rows_take_more(
    llama: Model, lora: Lora | None, dtype: str, args: dict[str, Any]
) -> None:
    model, config = llama.model_copy(update={"dtype": dtype}), Train(lora=lora, args=args)
    needs = [dry_run(model, config, length).needed_bytes for length in (64, 128)]
    assert needs[0] is not None
    assert needs[1] is not None
    assert 1.5 < needs[1] / needs[0] < 4


def trained(
    model: Model, chat: Chat, targets: list[Target], out: Path, config: Train = CONFIG
) -> TrainedModel:
    dataset = tokenize(targets[:16], chat, None)
    return train(dataset, model=model, config=config, seed=0, out=out, fingerprint="f")


@pytest.mark.slow
def test_a_split_batch_learns_the_same(
    llama: Model,
    chat: Chat,
    targets: list[Target],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = trained(llama, chat, targets, out.with_name("whole"))
    longest = max(map(len, tokenize(targets[:16], chat, None)["input_ids"]))
    needed = dry_run(llama, CONFIG, longest).needed_bytes
    assert needed is not None
    free(monkeypatch, needed)  # of which a half may be taken
    step = dry_run(llama, CONFIG, longest)
    assert 1 < step.micro_batch_size < 8
    assert f"{step.micro_batch_size} rows at once, 8 a step" in str(step)
    split = trained(llama, chat, targets, out)
    assert [loss for _, loss in split.losses] == pytest.approx(
        [loss for _, loss in whole.losses], rel=1e-4
    )
    own = CONFIG.model_copy(update={"args": {"per_device_train_batch_size": 8}})
    assert dry_run(llama, own, longest).micro_batch_size == 8


def test_a_model_that_cannot_fit_is_refused(llama: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, 1e5, 2e5)
    with pytest.raises(InputError, match=r"model\.id: training .* takes about .* GiB"):
        dry_run(llama, CONFIG, 100)


CPU = "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you tried"


@pytest.mark.parametrize(
    ("error", "batch_size", "message"),
    [
        (RuntimeError(CPU), 8, "does not fit into memory at step 0 of 2.*size below 8"),
        pytest.param(MemoryError(), 8, "does not fit into memory", marks=pytest.mark.slow),
        pytest.param(
            RuntimeError("CUDA out of memory. Tried"),
            1,
            "One row at a time.*gradient_checkpointing",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            RuntimeError("CUDA error: device-side assert triggered"),
            8,
            "the device failed.*goes on",
            marks=pytest.mark.slow,
        ),
        (ValueError("no such thing"), 8, r"ValueError: no such thing.*Change train.args.optim"),
    ],
)
def test_what_libraries_raise_is_one_message(
    error: Exception,
    batch_size: int,
    message: str,
    llama: Model,
    chat: Chat,
    targets: list[Target],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(SFTTrainer, "training_step", fails)
    config = CONFIG.model_copy(update={"batch_size": batch_size, "args": {"optim": "sgd"}})
    with pytest.raises(RunError) as caught:
        trained(llama, chat, targets, out, config)
    text = str(caught.value)
    assert len(text.splitlines()) == 2
    assert re.search(message, text, re.DOTALL), text


@pytest.mark.slow
def test_an_error_in_the_middle_keeps_the_checkpoints(
    llama: Model, chat: Chat, targets: list[Target], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, done = SFTTrainer.training_step, iter([1, 2])

    def fails(self: Any, *args: Any, **kwargs: Any) -> Any:
        if next(done, None) == 2:
            raise RuntimeError(CPU)
        return step(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(SFTTrainer, "training_step", fails)
        with pytest.raises(RunError, match=r"at step 1 of 2\n  Set train\.args\.per_device"):
            trained(llama, chat, targets, out)
    assert trained(llama, chat, targets, out).steps == 2


@pytest.mark.slow
def test_a_disk_that_fills_while_a_checkpoint_is_saved(
    llama: Model, chat: Chat, targets: list[Target], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SFTTrainer, "_save_checkpoint", full)
    out.parent.mkdir()
    with (
        pytest.raises(RunError, match="no room is left on its disk"),
        reporting_full_disk(out.parent),
    ):
        trained(llama, chat, targets, out)
