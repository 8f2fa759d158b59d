"""A run whose model is a GGUF file, from `s3ft run` to a model that transformers loads alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from architectures import saved
from gguf_files import write_gguf
from s3ft.cli import run_command
from s3ft.models import load_chat, resolve
from s3ft.recipe import Model

pytestmark = pytest.mark.slow

PAIRS = [("France", "Paris"), ("Italy", "Rome"), ("Spain", "Madrid"), ("Japan", "Tokyo")]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def recipe(file: Path, folder: Path) -> Path:
    rows = [
        {"prompt": f"What is the capital of {land}?", "completion": f"{city}."}
        for land, city in PAIRS
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = {
        "model": {"id": str(file), "device": "cpu", "dtype": "float32"},
        "data": {"path": str(folder / "rows.jsonl"), "test": str(folder / "rows.jsonl")},
        "judge": {"name": "match"},
        "generate": {"max_new_tokens": 16},
        "methods": ["sft", "s3ft"],
        "allow": ["length"],
        "train": {"learning_rate": 1e-2, "epochs": 1, "batch_size": 4},
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(text))
    return folder / "recipe.yaml"


def check(file: Path, folder: Path, eos: str) -> None:
    out, path = folder / "run", str(recipe(file, folder))
    assert run_command(["plan", path]) == 0
    assert run_command(["run", path, "--out", str(out)]) == 0
    base = resolve(Model(id=str(file)))
    report = json.loads((out / "report.json").read_text())
    assert list(report["results"]) == ["base", "sft", "s3ft"]
    tuned = out / "models" / "s3ft-seed0"
    model = AutoModelForCausalLM.from_pretrained(tuned)
    tokenizer, before = (AutoTokenizer.from_pretrained(of) for of in (tuned, base.id))
    assert model.dtype == AutoModelForCausalLM.from_pretrained(base.id).dtype
    assert tokenizer.chat_template == before.chat_template is not None
    assert tokenizer.eos_token == eos
    ends, ends_before = (
        GenerationConfig.from_pretrained(of).eos_token_id for of in (tuned, base.id)
    )
    assert ends == ends_before is not None
    assert json.loads((tuned / "training.json").read_text())["model"]["id"] == str(file)
    adapter = tuned / "adapter"
    told = json.loads((adapter / "adapter_config.json").read_text())
    assert told["base_model_name_or_path"] == str(file)
    assert load_chat(Model(id=str(adapter))).tokenizer.chat_template == before.chat_template


def test_a_small_one(tmp_path: Path) -> None:
    check(write_gguf(saved("llama3"), tmp_path / "small.gguf"), tmp_path, "<|eot_id|>")


def test_a_real_one(tmp_path: Path) -> None:
    file = os.environ.get("S3FT_TEST_GGUF")
    if not file:
        pytest.skip("S3FT_TEST_GGUF names no GGUF file of SmolLM2-135M-Instruct")
    check(Path(file), tmp_path, "<|im_end|>")
