"""Models on the way: kept at even steps, whole, also of a training that was killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

import s3ft
from s3ft.chat import Chat
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import CHECKPOINTS, kept_models, kept_steps, tokenize, train

CONFIG = Train(
    lora=Lora(r=4, alpha=8, dropout=0.0),
    learning_rate=3e-3,
    epochs=2,
    batch_size=6,
    keep_checkpoints=3,
)


class Stopped(BaseException):
    """A kill, as far as a training can see it."""


def run(model: Model, chat: Chat, targets: list[Target], out: Path, **options: Any) -> Path:
    config = options.pop("config", CONFIG)
    rows = tokenize(targets, chat, None)
    return train(rows, model=model, config=config, seed=0, out=out, fingerprint="f", **options).path


def weights(folder: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = load_file(folder / "model.safetensors")
    return found


@pytest.mark.parametrize(
    ("total", "wanted", "steps"),
    [(8, 3, [2, 4, 6]), (8, 1, [4]), (3, 5, [1, 2]), (1, 2, []), (10, 0, []), (10, 2, [3, 7])],
)
def test_steps_are_even(total: int, wanted: int, steps: list[int]) -> None:
    assert kept_steps(total, wanted) == steps


@pytest.mark.slow
@pytest.mark.parametrize("lora", [True, False])
def test_each_is_an_ordinary_model(
    lora: bool, llama: Model, chat: Chat, targets: list[Target], out: Path
) -> None:
    config = CONFIG if lora else CONFIG.model_copy(update={"lora": None, "learning_rate": 1e-3})
    folder = run(llama, chat, targets, out, config=config)
    kept = kept_models(folder / CHECKPOINTS)
    assert list(kept) == [2, 4, 6]
    base, last = weights(Path(llama.id)), weights(folder)
    name = "model.layers.1.mlp.up_proj.weight"
    seen = [weights(path)[name] for path in kept.values()]
    distances = [(one - base[name]).abs().mean().item() for one in (*seen, last[name])]
    assert distances == sorted(distances), "each is further on its way"
    assert distances[0] > 0
    for path in kept.values():
        AutoModelForCausalLM.from_pretrained(path)
        assert (path / "tokenizer.json").exists()
        assert (path / "adapter").exists() is lora


@pytest.mark.slow
@pytest.mark.parametrize("at", [2, 3])
def test_killed_it_keeps_the_same(
    at: int,
    llama: Model,
    chat: Chat,
    targets: list[Target],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At step 2 between the checkpoint and its copy, at 3 after it."""
    whole = run(llama, chat, targets, tmp_path / "whole")
    if at == 2:
        monkeypatch.setattr("s3ft.train._callback.KeepCallback.on_save", _stop)

    def stop(step: int, *_: Any) -> None:
        if step == 3:
            raise Stopped

    with pytest.raises(Stopped):
        run(llama, chat, targets, tmp_path / "killed", on_step=stop)
    monkeypatch.undo()
    killed = run(llama, chat, targets, tmp_path / "killed")
    pairs = zip(
        kept_models(whole / CHECKPOINTS).values(),
        kept_models(killed / CHECKPOINTS).values(),
        strict=True,
    )
    for one, other in (*pairs, (whole, killed)):
        assert all(torch.equal(a, weights(other)[name]) for name, a in weights(one).items())


def _stop(*_: Any, **__: Any) -> None:
    raise Stopped


@pytest.mark.slow
def test_they_are_measured_where_asked(tmp_path: Path) -> None:
    recipe: dict[str, Any] = {
        "model": {"id": "lab"},
        "data": {"path": "lab", "name": "math", "test": "test", "max_train": 8, "max_test": 4},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 16},
        "allow": ["length"],  # it is not looked at what is answered
        "methods": ["sft"],
        "train": {"learning_rate": 1e-3, "epochs": 2, "batch_size": 4, "keep_checkpoints": 1},
        "evaluate": {
            "tasks": "lab",
            "benchmarks": ["lab_facts"],
            "limit": 4,
            "apply_chat_template": True,
        },
    }
    out = tmp_path / "run"
    assert s3ft.run(recipe, out=out)["steps"] == {}
    report = s3ft.run(recipe, {"evaluate.checkpoints": True}, out)
    first, last = report["steps"]["sft"]
    assert (first["step"], last["step"]) == (2, 4)
    assert last["target"] == report["results"]["sft"]["target"]["score"]
    assert last["mean_drop"] == report["results"]["sft"]["mean_drop"]
    assert first["mean_drop"] is not None
    assert "## On the way" in (out / "report.md").read_text()
    plan = {
        s["stage"]: s["count"]
        for s in s3ft.plan(recipe, {"evaluate.checkpoints": True}, 0)["stages"]
    }
    assert plan["target"] == 3 * 4, "the base, one on the way, and the last"
