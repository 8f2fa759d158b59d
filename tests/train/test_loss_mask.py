"""Tokens that a target's mask leaves out are read, and not trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from trl import SFTTrainer

from s3ft.chat import Chat
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import tokenize, train


def masked(target: Target, chat: Chat) -> Target:
    """Every other token left out, but for the last."""
    ids = chat.completion_ids(target.prompt, target.completion)
    mask = tuple(int(n % 2 == 0 or n == len(ids) - 1) for n in range(len(ids)))
    return replace(target, token_ids=ids, loss_mask=mask)


def test_masked_tokens_are_in_the_input_and_in_no_loss(
    llama: Model, chat: Chat, targets: list[Target], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [masked(target, chat) for target in targets[:7]]
    seen: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    step = SFTTrainer.training_step

    def noted(self: Any, model: Any, inputs: dict[str, Any], *rest: Any) -> Any:
        for ids, labels in zip(
            inputs["input_ids"].tolist(), inputs["labels"].tolist(), strict=True
        ):
            seen.append((tuple(ids), tuple(labels)))
        return step(self, model, inputs, *rest)

    monkeypatch.setattr(SFTTrainer, "training_step", noted)
    config = Train(lora=Lora(r=4), epochs=1, batch_size=7)
    train(tokenize(rows, chat, None), model=llama, config=config, seed=0, out=out, fingerprint="f")
    wanted = set()
    for target in rows:
        assert target.token_ids is not None
        assert target.loss_mask is not None
        prompt = chat.prompt_ids(target.prompt)
        labels = [t if m else -100 for t, m in zip(target.token_ids, target.loss_mask, strict=True)]
        wanted.add(((*prompt, *target.token_ids), (*[-100] * len(prompt), *labels)))
    width = {ids: len(ids) for ids, _ in wanted}
    found = set()
    for ids, labels in seen:
        own = next(one for one in width if ids[: len(one)] == one)
        assert set(labels[len(own) :]) <= {-100}
        found.add((own, labels[: len(own)]))
    assert found == wanted
