from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from architectures import NAMES, saved
from s3ft.errors import InputError
from s3ft.models import (
    check_model,
    fingerprint,
    load_chat,
    load_model,
    load_tokenizer,
    max_positions,
    pick_device,
    pick_dtype,
    resolve,
)
from s3ft.recipe import Model


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A model of one's own to break."""
    return Path(shutil.copytree(saved("llama3"), tmp_path / "model"))


@pytest.mark.parametrize("name", NAMES)
def test_every_architecture_loads_ready_to_answer(name: str) -> None:
    config = Model(id=str(saved(name)), device="cpu", dtype="float32")
    model = load_model(config)
    assert not model.training
    assert model.dtype == torch.float32
    assert model.device.type == "cpu"
    assert max_positions(model.config) == 512
    assert load_tokenizer(config).padding_side == "left"


def test_precision_and_device() -> None:
    cpu = torch.device("cpu")
    assert pick_dtype("float16", cpu) is torch.float16
    fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    assert pick_dtype("auto", cpu) is (torch.bfloat16 if fast else torch.float32)
    assert pick_device("cpu") == cpu
    assert pick_device("auto").type in ("cpu", "cuda", "mps")
    for name in ("gpu", "cuda:99"):
        with pytest.raises(InputError, match=r"model\.device"):
            pick_device(name)


class TestFingerprint:
    def test_is_of_the_content_not_of_the_place(self, copy: Path) -> None:
        here = fingerprint(Model(id=str(copy)))
        assert here == fingerprint(Model(id=str(saved("llama3")), dtype="float32"))
        assert here != fingerprint(Model(id=str(saved("qwen3"))))
        (copy / "README.md").write_text("A card.")
        assert here == fingerprint(Model(id=str(copy)))

    @pytest.mark.parametrize(
        "name", ["config.json", "tokenizer.json", "chat_template.jinja", "model.safetensors"]
    )
    def test_changes_with_every_file_that_matters(self, copy: Path, name: str) -> None:
        before = fingerprint(Model(id=str(copy)))
        path = copy / name
        content = path.read_bytes()
        path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
        if name == "config.json":
            path.write_bytes(content + b"\n")
        assert fingerprint(Model(id=str(copy))) != before

    def test_samples_large_weights(self, copy: Path) -> None:
        path, size, block = copy / "model.safetensors", 80 * 2**20, 64 * 2**10

        def of_zeros_but(place: int | None, size: int = size) -> str:
            with path.open("wb") as file:
                file.truncate(size)
                if place is not None:
                    file.seek(place)
                    file.write(b"1")
            return fingerprint(Model(id=str(copy)))

        before = of_zeros_but(None)
        for place in (5, size - 5, (size - block) * 3 // 255 + 20):
            assert of_zeros_but(place) != before
        assert of_zeros_but(2 * block) == before, "between the samples"
        assert of_zeros_but(None, size - 1) != before

    def test_of_a_hub_model_is_its_commit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = "0123456789abcdef0123456789abcdef01234567"
        repository = tmp_path / "models--someone--small"
        shutil.copytree(saved("llama3"), repository / "snapshots" / commit)
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text(commit)
        import huggingface_hub.constants
        import transformers.utils.hub

        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
        monkeypatch.setattr(transformers.utils.hub.constants, "HF_HUB_CACHE", str(tmp_path))
        config = Model(id="someone/small", device="cpu")
        assert fingerprint(config) == commit
        (repository / "refs" / "main").write_text(commit[::-1])
        assert resolve(config).revision == commit, "the branch moved while the run went on"
        assert load_model(config).config.hidden_size == 32
        assert load_chat(config).read([10, 11]).answer
        with pytest.raises(InputError, match=r"someone/small.*revision gone"):
            fingerprint(Model(id="someone/small", revision="gone"))


def test_a_folder_of_the_hub_s_cache_is_at_its_commit(tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    folder = tmp_path / "models--someone--small" / "snapshots" / commit
    shutil.copytree(saved("llama3"), folder)
    assert resolve(Model(id=str(folder), revision="main")).revision == commit
    assert resolve(Model(id=str(saved("llama3")), revision="main")).revision is None


class TestBadModels:
    def refused(self, match: str, **fields: object) -> str:
        config = Model.model_validate({"device": "cpu", **fields})
        with pytest.raises(InputError, match=match) as caught:
            load_chat(config), load_model(config)
        assert caught.value.remedy
        return str(caught.value)

    def test_no_such_folder(self, tmp_path: Path) -> None:
        for path in (str(tmp_path / "none"), "./none", "~/none/of/it", "a/b/c"):
            assert path in self.refused("no folder", id=path)

    def test_a_file(self, copy: Path) -> None:
        self.refused("is a file", id=str(copy / "config.json"))

    def test_not_on_the_hub(self) -> None:
        assert "HF_TOKEN" in self.refused("nobody/nothing", id="nobody/nothing")
        self.refused("nothing", id="nothing")

    def test_no_configuration(self, copy: Path) -> None:
        (copy / "config.json").unlink()
        self.refused("has no config.json", id=str(copy))

    def test_broken_configuration(self, copy: Path) -> None:
        for text in ("{", "[]", '{"model_type": "no-such-model"}', "{}"):
            (copy / "config.json").write_text(text)
            self.refused(r"model\.id", id=str(copy))

    def test_no_weights(self, copy: Path) -> None:
        (copy / "model.safetensors").unlink()
        self.refused("safetensors", id=str(copy))

    def test_pickled_weights_are_refused(self, copy: Path) -> None:
        state = load_model(Model(id=str(copy), device="cpu")).state_dict()
        torch.save(state, copy / "pytorch_model.bin")
        (copy / "model.safetensors").unlink()
        assert "save_pretrained" in self.refused("safetensors", id=str(copy))

    def test_broken_weights(self, copy: Path) -> None:
        (copy / "model.safetensors").write_bytes(b"nothing")
        self.refused("safetensors", id=str(copy))

    def test_missing_weights_are_not_made_up(self, copy: Path) -> None:
        state = load_file(copy / "model.safetensors")
        del state["model.layers.1.mlp.up_proj.weight"]
        save_file(state, copy / "model.safetensors", {"format": "pt"})
        assert "layers.1.mlp.up_proj" in self.refused("lacks 1 of its weights", id=str(copy))

    def test_weights_of_another_shape(self, copy: Path) -> None:
        path = copy / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "intermediate_size": 32}))
        self.refused("safetensors", id=str(copy))

    def test_no_tokenizer(self, copy: Path) -> None:
        for path in copy.glob("tokenizer*"):
            path.unlink()
        self.refused("tokenizer", id=str(copy))

    def test_no_such_template(self, copy: Path, tmp_path: Path) -> None:
        self.refused("chat_template", id=str(copy), chat_template=str(tmp_path / "none.jinja"))

    def test_quantised_without_its_library(self, copy: Path) -> None:
        path = copy / "config.json"
        settings = {"quant_method": "gptq", "bits": 4}
        config = {**json.loads(path.read_text()), "quantization_config": settings}
        path.write_text(json.dumps(config))
        with pytest.raises(InputError, match="quantised with gptq, which cannot be used here"):
            check_model(Model(id=str(copy)), torch.float32)

    def test_code_of_its_own_is_run_only_when_trusted(self, copy: Path) -> None:
        path = copy / "config.json"
        own = {
            "AutoConfig": "own.OwnConfig",
            "AutoModelForCausalLM": "own.OwnModel",
        }
        text = {**json.loads(path.read_text()), "model_type": "own", "auto_map": own}
        path.write_text(json.dumps(text))
        (copy / "own.py").write_text(
            "from transformers import LlamaConfig, LlamaForCausalLM\n"
            "class OwnConfig(LlamaConfig):\n    model_type = 'own'\n"
            "class OwnModel(LlamaForCausalLM):\n    config_class = OwnConfig\n"
        )
        message = self.refused("needs code", id=str(copy))
        assert "model.trust_remote_code" in message
        model = load_model(Model(id=str(copy), trust_remote_code=True, device="cpu"))
        assert type(model).__name__ == "OwnModel"


def test_lab_is_the_embedded_model() -> None:
    lab = pytest.importorskip("s3ft.lab")
    if not (lab.MODEL / "config.json").exists():
        pytest.skip("the embedded model is not built")
    assert resolve(Model(id="lab")).id == str(lab.MODEL)


def test_template_from_a_file(copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.jinja"
    file.write_text(
        "{% for m in messages %}{{ '<' + m.role + '>' + m.content }}"
        "{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<assistant>' + mood }}{% endif %}"
    )
    kwargs = {"mood": ":"}
    config = Model(id=str(copy), chat_template=str(file), chat_template_kwargs=kwargs)
    text = load_chat(config).prompt_text([{"role": "user", "content": "Hi"}])
    assert text == "<user>Hi<assistant>:"


STARVED = """
import resource, sys
from pathlib import Path

from s3ft.errors import RunError
from s3ft.models import load_model
from s3ft.recipe import Model

load_model(Model(id="lab", dtype="float32"))  # what loading takes besides the weights
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    load_model(Model(id=sys.argv[1], dtype="float32"))
except RunError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.parametrize("left", [8, 120, 200])
def test_a_model_that_does_not_fit_is_not_blamed_on_its_id(left: int, tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(vocab_size=25_000, hidden_size=1_024, num_hidden_layers=0)
    LlamaForCausalLM(config).save_pretrained(tmp_path)  # of 200 MB
    command = [sys.executable, "-c", STARVED, str(tmp_path), str(left)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"{tmp_path} does not fit into memory ("), said
    assert "model.id" not in said
