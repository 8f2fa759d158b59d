"""A model in a GGUF file is the model that the file was written from, wherever it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from architectures import saved
from gguf_files import write_gguf
from s3ft.errors import InputError, RunError
from s3ft.models import check_model, fingerprint, kept_files, load_chat, load_model, resolve
from s3ft.recipe import Model

TEXT = "Anna has 12 apples and buys 3 more.\n\n#### 15"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole file; do not change it."""
    return write_gguf(saved("llama3"), tmp_path_factory.mktemp("gguf") / "small.gguf")


def model_of(path: Path, **more: Any) -> Model:
    return Model(id=str(path), device="cpu", **more)


def logits(folder: str | Path) -> torch.Tensor:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
    ids = AutoTokenizer.from_pretrained(folder)(TEXT, return_tensors="pt").input_ids
    with torch.inference_mode():
        return model(ids).logits[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["llama3", "qwen3", "mistral"])
def test_it_is_the_model_that_the_file_was_written_from(name: str, tmp_path: Path) -> None:
    config = model_of(write_gguf(saved(name), tmp_path / "small.gguf"))
    assert torch.allclose(logits(resolve(config).id), logits(saved(name)), atol=1e-4)
    chat, wanted = load_chat(config), load_chat(model_of(saved(name)))
    assert chat.tokenizer.chat_template == wanted.tokenizer.chat_template
    assert (chat.stop_id, set(chat.stop_ids)) == (wanted.stop_id, set(wanted.stop_ids))
    messages = [{"role": "user", "content": TEXT}, {"role": "assistant", "content": "So 15.  "}]
    for text in (TEXT, wanted.tokenizer.apply_chat_template(messages, tokenize=False)):
        assert chat.tokenizer(text).input_ids == wanted.tokenizer(text).input_ids
    assert len(chat.tokenizer) == len(wanted.tokenizer)


def test_all_that_loads_a_model_sees_an_ordinary_folder(small: Path, cache: Path) -> None:
    config = model_of(small, dtype="float32", chat_template_kwargs={"a": 1})
    made = resolve(config)
    assert Path(made.id).is_relative_to(cache / "s3ft")
    assert made.chat_template_kwargs == {"a": 1}
    assert resolve(made) == made
    check_model(config, torch.float32)
    assert load_model(config).dtype == torch.float32
    names = {str(place) for _, place in kept_files(config)}
    assert {"chat_template.jinja", "tokenizer.json", "generation_config.json"} <= names
    assert "license: apache-2.0" in (Path(made.id) / "README.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "dtype", "near"),
    [("F32", "float32", 1e-6), ("F16", "float16", 1e-3), ("BF16", "bfloat16", 1e-2),
     ("Q8_0", "bfloat16", 3e-2), ("Q4_1", "bfloat16", 0.3)],
)  # fmt: skip
def test_weights_keep_their_precision(kind: str, dtype: str, near: float, tmp_path: Path) -> None:
    folder = resolve(model_of(write_gguf(saved("llama3"), tmp_path / "x.gguf", kind))).id
    assert AutoConfig.from_pretrained(folder).dtype == getattr(torch, dtype)
    got, wanted = (
        AutoModelForCausalLM.from_pretrained(of, dtype="float32").model.layers[1].mlp.up_proj.weight
        for of in (folder, saved("llama3"))
    )
    assert (got - wanted).abs().max() < near * wanted.abs().max()


class TestIdentity:
    def test_is_that_of_the_file_wherever_it_is(self, small: Path, tmp_path: Path) -> None:
        here = fingerprint(model_of(small))
        elsewhere = tmp_path / "renamed.gguf"
        elsewhere.write_bytes(small.read_bytes())
        assert fingerprint(model_of(elsewhere)) == here
        assert resolve(model_of(elsewhere)).id == resolve(model_of(small)).id
        other = write_gguf(saved("llama3"), tmp_path / "other.gguf", state={"general.name": "B"})
        assert fingerprint(model_of(other)) != here

    def test_survives_a_cache_that_was_emptied(
        self, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = fingerprint(model_of(small))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
        assert fingerprint(model_of(small)) == before


class TestWhichFile:
    def test_the_one_in_a_folder(self, small: Path) -> None:
        assert resolve(model_of(small.parent)) == resolve(model_of(small))

    def test_one_of_several_is_named(self, small: Path, tmp_path: Path) -> None:
        for name in ("a.gguf", "b.gguf"):
            (tmp_path / name).write_bytes(small.read_bytes())
        with pytest.raises(InputError, match=r"several GGUF files: a\.gguf, b\.gguf") as told:
            resolve(model_of(tmp_path))
        assert "model.gguf_file" in told.value.remedy
        assert resolve(model_of(tmp_path, gguf_file="b.gguf")) == resolve(model_of(small))
        with pytest.raises(InputError, match=r"model\.gguf_file: there is no file .*c\.gguf"):
            resolve(model_of(tmp_path, gguf_file="c.gguf"))

    def test_that_of_a_repository(
        self, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import huggingface_hub.constants
        import transformers.utils.hub

        commit = "0123456789abcdef0123456789abcdef01234567"
        repository = tmp_path / "models--someone--small-GGUF"
        (repository / "snapshots" / commit).mkdir(parents=True)
        (repository / "snapshots" / commit / "x.gguf").write_bytes(small.read_bytes())
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text(commit)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
        monkeypatch.setattr(transformers.utils.hub.constants, "HF_HUB_CACHE", str(tmp_path))
        made = resolve(Model(id="someone/small-GGUF", gguf_file="x.gguf", device="cpu"))
        assert made.id == resolve(model_of(small)).id
        assert made.revision == commit
        with pytest.raises(InputError, match=r"someone/small-GGUF: cannot load none\.gguf from"):
            resolve(Model(id="someone/small-GGUF", gguf_file="none.gguf"))


class TestRefused:
    def refused(self, file: Path, match: str, cache: Path) -> None:
        with pytest.raises(InputError, match=match) as told:
            resolve(model_of(file))
        assert told.value.remedy
        left = [path.name for path in cache.rglob("*") if not path.name.endswith(".lock")]
        assert {*left} <= {"s3ft", "models", *(name for name in left if "transformers-" in name)}

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999])
    def test_a_file_cut_short(self, small: Path, share: float, tmp_path: Path, cache: Path) -> None:
        content = small.read_bytes()
        (tmp_path / "cut.gguf").write_bytes(content[: int(len(content) * share)])
        self.refused(tmp_path / "cut.gguf", "no whole GGUF file", cache)

    def test_something_else(self, tmp_path: Path, cache: Path) -> None:
        (tmp_path / "page.gguf").write_text("<html>Please log in.</html>" * 99)
        self.refused(tmp_path / "page.gguf", "no whole GGUF file", cache)

    def test_a_part(self, tmp_path: Path, cache: Path) -> None:
        file = write_gguf(saved("llama3"), tmp_path / "x.gguf", state={"split.count": 3})
        self.refused(file, "one of 3 parts", cache)

    def test_an_architecture_that_transformers_does_not_read(
        self, small: Path, tmp_path: Path, cache: Path
    ) -> None:
        content = small.read_bytes().replace(b"llama", b"alpac")
        (tmp_path / "x.gguf").write_bytes(content)
        self.refused(tmp_path / "x.gguf", "(?s)architecture alpac.*'alpac'", cache)

    def test_weights_that_are_missing(self, tmp_path: Path, cache: Path) -> None:
        file = write_gguf(saved("llama3"), tmp_path / "x.gguf", leave_out="blk.1.ffn_up")
        self.refused(file, r"lacks model\.layers\.1\.mlp\.up_proj", cache)

    def test_weights_that_would_be_passed_over(self, tmp_path: Path, cache: Path) -> None:
        bias = {"blk.0.attn_q.bias": np.ones(32, "float32")}
        file = write_gguf(saved("llama3"), tmp_path / "x.gguf", more=bias)
        self.refused(file, "has .* weights, and the llama model that transformers makes", cache)

    def test_positions_stretched_in_an_unknown_way(self, tmp_path: Path, cache: Path) -> None:
        odd = {"rope_freqs.weight": np.array([1, 7, 2, 3], "float32")}
        file = write_gguf(saved("llama3"), tmp_path / "x.gguf", more=odd)
        self.refused(file, "stretches positions.*rope_freqs", cache)

    def test_no_such_file(self, tmp_path: Path) -> None:
        for name in (str(tmp_path / "x.gguf"), "models/x.gguf"):
            with pytest.raises(InputError, match=r"there is no file .*x\.gguf"):
                resolve(Model(id=name))

    def test_a_cache_that_cannot_be_written(self, small: Path, cache: Path) -> None:
        cache.write_text("a file")
        with pytest.raises(RunError, match="XDG_CACHE_HOME"):
            resolve(model_of(small))


@pytest.mark.slow
class TestStretchedPositions:
    """transformers reads none of them from a file by itself."""

    def test_llama_3_s(self, tmp_path: Path) -> None:
        from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

        config = AutoConfig.from_pretrained(saved("llama3"))
        config.rope_parameters |= {
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192, "rope_theta": 500000.0,
        }  # fmt: skip
        wanted = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")[0]
        plain = 500000.0 ** -(torch.arange(4) / 4)
        freqs = {"rope_freqs.weight": (plain / wanted).numpy().astype("float32")}
        file = write_gguf(
            saved("llama3"), tmp_path / "x.gguf", more=freqs, state={"llama.rope.freq_base": 5e5}
        )
        made = AutoConfig.from_pretrained(resolve(model_of(file)).id).rope_parameters
        assert made == config.rope_parameters

    @pytest.mark.parametrize("kind", ["linear", "yarn"])
    def test_those_that_are_stated(self, kind: str, tmp_path: Path) -> None:
        scaling = "llama.rope.scaling"
        state = {f"{scaling}.type": kind, f"{scaling}.factor": 4.0}
        if kind == "yarn":
            state[f"{scaling}.original_context_length"] = 128
        file = write_gguf(saved("llama3"), tmp_path / "x.gguf", state=state)
        made = AutoConfig.from_pretrained(resolve(model_of(file)).id).rope_parameters
        assert (made["rope_type"], made["factor"]) == (kind, 4.0)
        assert made.get("original_max_position_embeddings") == (128 if kind == "yarn" else None)


RESOLVE = """
import sys
from s3ft.models import resolve
from s3ft.recipe import Model
print(resolve(Model(id=sys.argv[1])).id)
"""


@pytest.mark.slow
def test_processes_that_start_together_make_it_once(small: Path) -> None:
    command = [sys.executable, "-c", RESOLVE, str(small)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    said = [process.communicate() for process in [subprocess.Popen(command, **pipes)
                                                  for _ in range(2)]]  # fmt: skip
    assert len({out for out, _ in said}) == 1, said
    assert sum("being made" in notes for _, notes in said) == 1, said


@pytest.mark.slow
def test_a_real_file(tmp_path: Path) -> None:
    file = os.environ.get("S3FT_TEST_GGUF")
    if not file:
        pytest.skip("S3FT_TEST_GGUF names no GGUF file of SmolLM2-135M-Instruct")
    config = model_of(Path(file), dtype="float32")
    chat, model = load_chat(config), load_model(config)
    question = [{"role": "user", "content": "What is the capital of France?"}]
    ids = torch.tensor([chat.prompt_ids(question)])
    made = model.generate(ids, max_new_tokens=12, do_sample=False)[0, ids.shape[1] :]
    assert "Paris" in chat.tokenizer.decode(made)
    assert int(made[-1]) == chat.stop_id
    assert chat.tokenizer.convert_ids_to_tokens(chat.stop_id) == "<|im_end|>"
