"""A model in a GGUF file is the model that the file was written from, wherever it is loaded."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from architectures import saved
from gguf_files import write_gguf
from s3ft.errors import InputError
from s3ft.models import check_model, fingerprint, load_chat, load_model, resolve
from s3ft.recipe import Model

TEXT = "Anna has 12 apples and buys 3 more.\n\n#### 15"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def logits(folder: str | Path) -> torch.Tensor:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
    ids = AutoTokenizer.from_pretrained(folder)(TEXT, return_tensors="pt").input_ids
    with torch.inference_mode():
        return model(ids).logits[0]


@pytest.mark.parametrize("name", ["llama3", "qwen3", "mistral"])
def test_it_is_the_model_that_the_file_was_written_from(name: str, tmp_path: Path) -> None:
    config = Model(id=str(write_gguf(saved(name), tmp_path / "small.gguf")), device="cpu")
    made = resolve(config)
    assert made.gguf_file is None
    assert torch.allclose(logits(made.id), logits(saved(name)), atol=1e-4)
    chat, wanted = load_chat(config), load_chat(Model(id=str(saved(name))))
    assert chat.tokenizer.chat_template == wanted.tokenizer.chat_template
    assert (chat.stop_id, set(chat.stop_ids)) == (wanted.stop_id, set(wanted.stop_ids))
    messages = [{"role": "user", "content": TEXT}, {"role": "assistant", "content": "So 15.  "}]
    for text in (TEXT, wanted.tokenizer.apply_chat_template(messages, tokenize=False)):
        assert chat.tokenizer(text).input_ids == wanted.tokenizer(text).input_ids
    assert len(check_model(config, torch.float32).state_dict()) > 10
