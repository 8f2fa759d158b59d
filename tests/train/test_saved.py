"""The saved model is the trained model, with all that its base's folder had for a user."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from peft import LoraModel
from safetensors.torch import load_file
from transformers import PreTrainedModel

from architectures import saved
from s3ft.chat import Chat
from s3ft.errors import RunError
from s3ft.models import resolve
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import TrainedModel, tokenize, train

pytestmark = pytest.mark.slow

CONFIG = Train(lora=Lora(r=4, alpha=8), learning_rate=3e-3, epochs=1, batch_size=22)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
MORE = {
    "preprocessor_config.json": '{"size": 384}',
    "processor_config.json": '{"image_seq_len": 64}',
    "video_preprocessor_config.json": "{}",
    "tokenizer.model": "pieces",
    "special_tokens_map.json": '{"eos_token": "<|eot_id|>"}',
    "additional_chat_templates/tool_use.jinja": "{{ messages }}",
    "LICENSE": "ours",
    "configuration_own.py": "x = 1\n",
}
NOT_ITS_OWN = {"README.md": "a card", "training.json": "{}"}


def run(model: Model, chat: Chat, targets: list[Target], out: Path, config: Train) -> TrainedModel:
    dataset = tokenize(targets, chat, None)
    return train(dataset, model=model, config=config, seed=0, out=out, fingerprint="f")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model in a folder of the Hub's cache, with all kinds of files."""
    folder = tmp_path_factory.mktemp("hub") / "models--someone--small" / "snapshots" / COMMIT
    shutil.copytree(saved("llama3"), folder)
    for name, text in {**MORE, **NOT_ITS_OWN}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return Model(id=str(folder), dtype="float32", device="cpu")


@pytest.fixture(scope="module", params=["lora", "full"])
def trained(
    request: pytest.FixtureRequest,
    base: Model,
    chat: Chat,
    targets: list[Target],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TrainedModel]:
    config = CONFIG if request.param == "lora" else CONFIG.model_copy(update={"lora": None})
    before = os.umask(0o027)
    try:
        yield run(base, chat, targets, tmp_path_factory.mktemp("saved") / "out", config)
    finally:
        os.umask(before)


def test_a_user_s_files_are_those_of_the_base(trained: TrainedModel, base: Model) -> None:
    for name in (*MORE, "tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        assert (trained.path / name).read_bytes() == (Path(base.id) / name).read_bytes(), name
    assert not (trained.path / "README.md").exists()
    assert json.loads((trained.path / "training.json").read_text())["steps"] == 1


def test_files_are_read_by_whom_the_umask_lets(trained: TrainedModel) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in trained.path.rglob("*.*")}
    assert {name: oct(mode) for name, mode in modes.items() if mode != 0o640} == {}


def test_the_commit_is_kept(trained: TrainedModel, base: Model) -> None:
    assert json.loads((trained.path / "training.json").read_text())["model"]["revision"] == COMMIT
    assert resolve(Model(id=str(trained.path))).revision is None


def test_the_saved_model_is_what_was_trained(trained: TrainedModel) -> None:
    assert trained.probe.merged_difference < 1e-4
    assert trained.probe.max_difference > 1e-2


def test_a_merge_that_lost_a_layer_is_found(
    llama: Model, chat: Chat, targets: list[Target], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge = LoraModel.merge_and_unload

    def lossy(adapted: LoraModel) -> PreTrainedModel:
        name = "model.layers.1.mlp.down_proj.weight"
        model = merge(adapted)
        if model.device.type == "meta":  # the pre-flight merges without weights
            return model
        model.get_parameter(name).data = load_file(Path(llama.id) / "model.safetensors")[name]
        return model

    monkeypatch.setattr(LoraModel, "merge_and_unload", lossy)
    with pytest.raises(RunError, match="the saved model is not the trained one") as told:
        run(llama, chat, targets, out, CONFIG)
    assert not out.exists()
    [adapter] = out.parent.rglob("trained/adapter_model.safetensors")
    assert str(adapter.parent) in str(told.value)
    monkeypatch.undo()
    assert run(llama, chat, targets, out, CONFIG).steps == 1


def test_an_untied_embedding_is_merged(
    llama: Model, chat: Chat, targets: list[Target], out: Path
) -> None:
    config = CONFIG.model_copy(update={"lora": Lora(target_modules=["embed_tokens", "q_proj"])})
    trained = run(llama, chat, targets, out, config)
    assert trained.probe.merged_difference < 1e-4
    changed = load_file(trained.path / "model.safetensors")["model.embed_tokens.weight"]
    assert not torch.equal(
        changed, load_file(Path(llama.id) / "model.safetensors")["model.embed_tokens.weight"]
    )


def test_the_template_it_was_trained_with_is_kept(
    llama: Model, targets: list[Target], out: Path, tmp_path: Path
) -> None:
    from s3ft.models import load_chat

    own = tmp_path / "own.jinja"
    text = (Path(llama.id) / "chat_template.jinja").read_text() + "{# own #}"
    own.write_text(text)
    model = llama.model_copy(update={"chat_template": str(own)})
    trained = run(model, load_chat(model), targets, out, CONFIG)
    tuned = Model(id=str(trained.path), device="cpu")
    assert load_chat(tuned).tokenizer.chat_template == text
