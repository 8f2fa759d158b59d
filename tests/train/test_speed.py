"""What makes a step faster leaves it the same step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from trl import SFTTrainer

from architectures import saved
from s3ft.chat import Chat
from s3ft.models import load_chat
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import TrainedModel, dry_run, tokenize, train

LORA = Lora(r=4, alpha=8, dropout=0)


def trained(
    model: Model, chat: Chat, targets: list[Target], out: Path, lora: Lora | None, **args: Any
) -> TrainedModel:
    """Two epochs of 22 rows, in steps of 8, 8 and 6."""
    dataset = tokenize(targets, chat, None)
    config = Train(lora=lora, learning_rate=3e-3, epochs=2, batch_size=8, args=args)
    return train(dataset, model=model, config=config, seed=3, out=out, fingerprint="f")


class Seen:
    """What goes through the model.

    Attributes:
        batches: ``input_ids``, ``labels`` and ``attention_mask`` of each.
        scored: the positions of each that the output layer was read at.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[dict[str, torch.Tensor]] = []
        self.scored: list[int] = []
        step, seen = SFTTrainer.training_step, self

        def noted(self: Any, model: nn.Module, inputs: dict[str, Any], *rest: Any) -> Any:
            seen.batches.append({name: tensor.clone() for name, tensor in inputs.items()})
            hook = model.register_forward_hook(
                lambda *made: seen.scored.append(made[-1].label_mask.numel())
            )
            try:
                return step(self, model, inputs, *rest)
            finally:
                hook.remove()

        monkeypatch.setattr(SFTTrainer, "training_step", noted)

    def steps(self, micro_batches: int) -> Iterator[list[list[int]]]:
        """The rows of each step without their padding, in the order that they came in."""
        for start in range(0, len(self.batches), micro_batches):
            parts = self.batches[start : start + micro_batches]
            yield [
                ids[mask == 1].tolist()
                for part in parts
                for ids, mask in zip(part["input_ids"], part["attention_mask"], strict=True)
            ]


@pytest.mark.slow
@pytest.mark.parametrize("lora", [None, LORA], ids=["full", "lora"])
def test_a_split_batch_goes_from_long_rows_to_short_ones(
    lora: Lora | None,
    llama: Model,
    chat: Chat,
    targets: list[Target],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        unsorted = Seen(patch)
        whole = trained(llama, chat, targets, tmp_path / "whole", lora)
    seen = Seen(monkeypatch)
    split = trained(llama, chat, targets, tmp_path / "split", lora, per_device_train_batch_size=4)

    for wanted, found in zip(unsorted.steps(1), seen.steps(2), strict=True):
        assert sorted(found) == sorted(wanted)  # the rows of a step are drawn as ever
        assert [len(row) for row in found] == sorted(map(len, wanted), reverse=True)
    assert [len(batch["labels"]) for batch in seen.batches] == [4, 4, 4, 4, 4, 2] * 2
    assert all(batch["attention_mask"][0].all() for batch in seen.batches)
    padding = [
        sum(int((batch["attention_mask"] == 0).sum()) for batch in run.batches)
        for run in (unsorted, seen)
    ]
    assert padding[1] < padding[0] / 2

    assert whole.tokens == split.tokens
    assert [x for _, x in split.losses] == pytest.approx([x for _, x in whole.losses], rel=1e-5)
    file = "adapter/adapter_model.safetensors" if lora else "model.safetensors"
    first, second = (load_file(model.path / file) for model in (whole, split))
    for name, weight in first.items():
        torch.testing.assert_close(second[name], weight, rtol=1e-3, atol=1e-4)


def test_the_output_layer_is_read_where_a_token_is_trained(
    llama: Model, chat: Chat, targets: list[Target], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the loss is TRL's own is seen in test_loss_curve."""
    seen = Seen(monkeypatch)
    trained(llama, chat, targets[:8], out, LORA)
    assert seen.scored == [int((batch["labels"][:, 1:] != -100).sum()) for batch in seen.batches]
    assert seen.scored[0] < seen.batches[0]["input_ids"].numel() / 2


@pytest.mark.slow
def test_short_completions_take_less_memory(llama: Model) -> None:
    config = Train(args={"per_device_train_batch_size": 8})
    whole, short = (dry_run(llama, config, 256, most).needed_bytes for most in (None, 64))
    assert whole is not None
    assert short is not None
    assert short < 0.9 * whole


@pytest.mark.slow
@pytest.mark.parametrize("name", ["llama3", "gemma3"])
def test_rows_without_padding_between_them_are_the_same_step(
    name: str, targets: list[Target], tmp_path: Path
) -> None:
    """Rows one after the other in one long one: attention stays inside each."""
    model = Model(id=str(saved(name)), dtype="float32", device="cpu")
    chat = load_chat(model)
    padded, free = (
        trained(model, chat, targets, tmp_path / str(flag), LORA, padding_free=flag)
        for flag in (False, True)
    )
    losses = [[loss for _, loss in one.losses] for one in (padded, free)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    assert free.tokens == padded.tokens
