"""An adapter on a packed base, merged into the base as it is stored."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import s3ft
from s3ft.errors import InputError
from s3ft.models import load_chat
from s3ft.recipe import Lora, Model, Quantization, Train
from s3ft.records import Target
from s3ft.store import Store
from s3ft.train import dry_run, tokenize, train

pytestmark = pytest.mark.skipif(
    find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)

CONFIG = Train(lora=Lora(r=4, alpha=8), learning_rate=3e-3, epochs=1, batch_size=11)


def lab(bits: Any = 4, dtype: Any = "float32") -> Model:
    return Model(id="lab", dtype=dtype, device="cpu", quantization=Quantization(bits=bits))


@pytest.mark.slow
@pytest.mark.parametrize(("bits", "dtype"), [(4, "float32"), (4, "bfloat16"), (8, "float32")])
def test_the_saved_model_is_an_ordinary_one(
    bits: int, dtype: str, targets: list[Target], out: Path
) -> None:
    model = lab(bits, dtype)
    rows = tokenize(targets, load_chat(model), None)
    tuned = train(rows, model=model, config=CONFIG, seed=0, out=out, fingerprint="f")
    assert "quantization_config" not in json.loads((out / "config.json").read_text())
    assert {one.dtype for one in load_file(out / "model.safetensors").values()} == {torch.bfloat16}
    adapter = load_file(out / "adapter" / "adapter_model.safetensors").values()
    assert {one.dtype for one in adapter} == {torch.float32}
    assert tuned.losses[-1][1] < tuned.losses[0][1]
    assert tuned.probe.kl > 0.01


def test_packing_saves_memory_in_a_step() -> None:
    plain = lab().model_copy(update={"quantization": None})
    needed = [dry_run(model, CONFIG, 64).needed_bytes or 0 for model in (lab(), plain)]
    assert 0 < needed[0] < needed[1]


def test_all_weights_cannot_be_trained_packed() -> None:
    config = CONFIG.model_copy(update={"lora": None})
    with pytest.raises(InputError, match=r"model\.quantization: packed weights cannot be trained"):
        dry_run(lab(), config, 64)


@pytest.mark.slow
def test_a_run_is_packed_from_answers_to_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import AutoModelForCausalLM

    recipe = {
        "model": {"id": "lab", "quantization": {"bits": 4}},
        "data": {"path": "lab", "name": "math", "test": "test", "max_train": 8, "max_test": 4},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 32},
        "allow": ["length"],  # it is not looked at what is answered
        "methods": ["s3ft"],
        "train": {"learning_rate": 1e-3, "epochs": 1, "batch_size": 8},
        "evaluate": {
            "tasks": "lab",
            "benchmarks": ["lab_facts"],
            "limit": 4,
            "apply_chat_template": True,
        },
    }
    loaded: list[tuple[str, bool]] = []
    real = AutoModelForCausalLM.from_pretrained

    def noted(folder: str, **options: Any) -> Any:
        loaded.append((Path(folder).name, "quantization_config" in options))
        return real(folder, **options)

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", noted)
    out = tmp_path / "run"
    report = s3ft.run(recipe, out=out)
    assert report["results"]["s3ft"]["target"] is not None
    tuned = [packed for name, packed in loaded if name == "s3ft-seed0"]
    assert tuned, "the tuned model was measured"
    assert all(tuned), "packed, as the base was"
    with Store(out / "run.sqlite") as store:
        assert {score.model for score in store.scores()} == {"base", "s3ft-seed0"}
