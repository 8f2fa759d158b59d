"""An adapter's folder stands for its base with the adapter merged in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import huggingface_hub
import pytest
import torch
import transformers
from peft import LoraConfig, get_peft_model

from architectures import saved
from gguf_files import write_gguf
from s3ft.errors import InputError
from s3ft.models import fingerprint, load_chat, load_model, resolve
from s3ft.recipe import Model

IDS = torch.tensor([[7, 8, 9, 40, 41, 42]])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def model_of(path: Path) -> Model:
    return Model(id=str(path), device="cpu", dtype="float32")


Adapt = Callable[[Path], tuple[Path, torch.Tensor]]


@pytest.fixture
def adapt(tmp_path: Path) -> Adapt:
    def adapted(base: Path) -> tuple[Path, torch.Tensor]:
        """An adapter over a base, which is not empty, and its logits as PEFT has them."""
        torch.manual_seed(1)
        settings = LoraConfig(r=4, init_lora_weights=False, target_modules=["q_proj", "up_proj"])
        model = get_peft_model(load_model(model_of(base)), settings).eval()
        model.save_pretrained(tmp_path / "adapter")
        path = tmp_path / "adapter" / "adapter_config.json"
        told = {**json.loads(path.read_text()), "base_model_name_or_path": str(base)}
        path.write_text(json.dumps(told))
        with torch.inference_mode():
            return path.parent, model(IDS).logits

    return adapted


def test_it_is_merged_over_its_base(adapt: Adapt) -> None:
    adapter, wanted = adapt(saved("llama3"))
    config = model_of(adapter)
    with torch.inference_mode():
        made = load_model(config)(IDS).logits
        base = load_model(model_of(saved("llama3")))(IDS).logits
    assert torch.allclose(made, wanted, atol=1e-4)
    assert not torch.allclose(made, base, atol=1e-1)
    assert load_chat(config).stop_ids == load_chat(model_of(saved("llama3"))).stop_ids


def test_its_base_may_be_a_gguf_file(adapt: Adapt, tmp_path: Path) -> None:
    adapter, wanted = adapt(write_gguf(saved("llama3"), tmp_path / "x.gguf"))
    with torch.inference_mode():
        assert torch.allclose(load_model(model_of(adapter))(IDS).logits, wanted, atol=1e-4)


def test_it_may_be_on_the_hub(
    adapt: Adapt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a repository in the Hub's cache, without a connection."""
    adapter, wanted = adapt(saved("llama3"))
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "hub" / "models--someone--tuned"
    shutil.copytree(adapter, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    for library in (huggingface_hub, transformers.utils.hub):
        monkeypatch.setattr(library.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    config = model_of(Path("someone/tuned"))
    assert resolve(config).revision == commit
    with torch.inference_mode():
        assert torch.allclose(load_model(config)(IDS).logits, wanted, atol=1e-4)
    assert fingerprint(config) == fingerprint(model_of(adapter))


def test_its_own_template_goes_before_the_base_s(adapt: Adapt) -> None:
    adapter, _ = adapt(saved("llama3"))
    (adapter / "chat_template.jinja").write_text("{{ messages[0].content }}")
    (adapter / "README.md").write_text("A card.")
    assert load_chat(model_of(adapter)).tokenizer.chat_template == "{{ messages[0].content }}"
    made = Path(resolve(model_of(adapter)).id)
    assert not {"README.md", "adapter_config.json"} & {path.name for path in made.iterdir()}


def test_its_identity_is_of_both(adapt: Adapt, tmp_path: Path) -> None:
    base = Path(shutil.copytree(saved("llama3"), tmp_path / "base"))
    adapter, _ = adapt(base)
    before = fingerprint(model_of(adapter))
    assert before not in (fingerprint(model_of(base)), fingerprint(model_of(saved("llama3"))))
    (base / "chat_template.jinja").write_text("{{ messages }}")
    assert fingerprint(model_of(adapter)) != before, "the base is another"
    shutil.copy(saved("llama3") / "chat_template.jinja", base)
    assert fingerprint(model_of(adapter)) == before
    weights = adapter / "adapter_model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert fingerprint(model_of(adapter)) != before, "the adapter is another"


class TestRefused:
    def refused(self, adapter: Path, match: str) -> None:
        with pytest.raises(InputError, match=match) as told:
            resolve(model_of(adapter))
        assert told.value.remedy

    def test_no_base(self, adapt: Adapt) -> None:
        adapter, _ = adapt(saved("llama3"))
        path = adapter / "adapter_config.json"
        for text in ("{", "[]", "{}", '{"base_model_name_or_path": null}'):
            path.write_text(text)
            self.refused(adapter, r"adapter_config\.json does not tell")
        path.write_text('{"base_model_name_or_path": "/none/there"}')
        self.refused(adapter, "no folder /none/there")

    def test_no_weights(self, adapt: Adapt) -> None:
        adapter, _ = adapt(saved("llama3"))
        (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
        self.refused(adapter, r"without adapter_model\.safetensors")

    def test_another_base(self, adapt: Adapt) -> None:
        adapter, _ = adapt(saved("llama3"))
        path = adapter / "adapter_config.json"
        path.write_text(path.read_text().replace(str(saved("llama3")), str(saved("gpt2"))))
        self.refused(adapter, "cannot load the adapter over .*gpt2")

    def test_a_quantised_base(self, adapt: Adapt, tmp_path: Path) -> None:
        base = Path(shutil.copytree(saved("llama3"), tmp_path / "base"))
        adapter, _ = adapt(base)
        config = json.loads((base / "config.json").read_text())
        quantised = {"quant_method": "gptq", "bits": 4}
        (base / "config.json").write_text(json.dumps({**config, "quantization_config": quantised}))
        self.refused(adapter, "quantised")
