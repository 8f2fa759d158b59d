"""How many rows go through the model at once: by what a step takes, and without other results."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from s3ft.chat import Chat
from s3ft.errors import InputError, RunError
from s3ft.pipeline.rundir import reporting_full_disk
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import Trained, _memory, rehearse, rows, train
from s3ft.train._failure import failure
from s3ft.train._memory import rows_within

GIB = 2**30
CONFIG = Train(lora=Lora(r=4, alpha=8, dropout=0), learning_rate=3e-3, epochs=1, batch_size=8)


def free(monkeypatch: pytest.MonkeyPatch, here: float, total: float = 1e15) -> None:
    monkeypatch.setattr(_memory, "free_and_total", lambda device: (int(here), int(total)))


@pytest.mark.parametrize(
    ("batch", "gib", "rows"),
    [(16, 99, 16), (16, 17, 16), (16, 16.9, 8), (16, 5, 4), (16, 3, 2), (16, 0.1, 1), (12, 8, 6)],
)
def test_the_most_rows_that_fit(batch: int, gib: float, rows: int) -> None:
    found, taken = rows_within(lambda n: (1 + n) * GIB, batch, int(gib * GIB))
    assert (found, taken) == (rows, (1 + rows) * GIB)
    assert batch % found == 0


def test_the_lab_s_model_takes_its_batch_at_once_in_little_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it learns must not depend on the machine, not even by rounding."""
    free(monkeypatch, 4 * GIB)
    for config in (Train(), Train(lora=None)):
        assert rehearse(Model(id="lab", device="cpu"), config, 256).at_once == 16


@pytest.mark.parametrize("args", [{}, {"gradient_checkpointing": True}])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("lora", [Lora(), None])
def test_longer_rows_take_more(
    llama: Model, lora: Lora | None, dtype: str, args: dict[str, Any]
) -> None:
    model, config = llama.model_copy(update={"dtype": dtype}), Train(lora=lora, args=args)
    needs = [rehearse(model, config, length).needed for length in (64, 128)]
    assert needs[0] is not None
    assert needs[1] is not None
    assert 1.5 < needs[1] / needs[0] < 4


def trained(
    model: Model, chat: Chat, targets: list[Target], out: Path, config: Train = CONFIG
) -> Trained:
    dataset = rows(targets[:16], chat, None)
    return train(dataset, model=model, config=config, seed=0, out=out, fingerprint="f")


def test_a_split_batch_learns_the_same(
    llama: Model,
    chat: Chat,
    targets: list[Target],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = trained(llama, chat, targets, out.with_name("whole"))
    longest = max(map(len, rows(targets[:16], chat, None)["input_ids"]))
    needed = rehearse(llama, CONFIG, longest).needed
    assert needed is not None
    free(monkeypatch, needed)  # of which a half may be taken
    step = rehearse(llama, CONFIG, longest)
    assert 1 < step.at_once < 8
    assert f"{step.at_once} rows at once, 8 a step" in str(step)
    split = trained(llama, chat, targets, out)
    assert [loss for _, loss in split.losses] == pytest.approx(
        [loss for _, loss in whole.losses], rel=1e-4
    )
    own = CONFIG.model_copy(update={"args": {"per_device_train_batch_size": 8}})
    assert rehearse(llama, own, longest).at_once == 8


def test_a_model_that_cannot_fit_is_refused(llama: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, 1e5, 2e5)
    with pytest.raises(InputError, match=r"model\.id: training .* takes about .* GiB"):
        rehearse(llama, CONFIG, 100)


CPU = "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you tried"


@pytest.mark.parametrize(
    ("error", "at_once", "told"),
    [
        (RuntimeError(CPU), 8, "does not fit into memory at step 3 of 9.*size below 8"),
        (MemoryError(), 8, "does not fit into memory"),
        (RuntimeError("CUDA out of memory. Tried"), 1, "One row at a time.*gradient_checkpointing"),
        (RuntimeError("CUDA error: device-side assert triggered"), 8, "the device failed.*goes on"),
        (ValueError("no such thing"), 8, r"ValueError: no such thing.*Change train.args.optim"),
    ],
)
def test_what_libraries_raise_is_one_message(error: Exception, at_once: int, told: str) -> None:
    trainer: Any = SimpleNamespace(
        state=SimpleNamespace(global_step=3, max_steps=9),
        args=SimpleNamespace(per_device_train_batch_size=at_once),
    )
    text = str(failure(error, trainer, Train(args={"optim": "sgd"})))
    assert len(text.splitlines()) == 2
    assert re.search(told, text, re.DOTALL), text


def test_an_error_in_the_middle_keeps_the_checkpoints(
    llama: Model, chat: Chat, targets: list[Target], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trl import SFTTrainer

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


def test_a_disk_that_fills_while_a_checkpoint_is_saved(
    llama: Model, chat: Chat, targets: list[Target], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trl import SFTTrainer

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SFTTrainer, "_save_checkpoint", full)
    out.parent.mkdir()
    with (
        pytest.raises(RunError, match="no room is left on its disk"),
        reporting_full_disk(out.parent),
    ):
        trained(llama, chat, targets, out)
