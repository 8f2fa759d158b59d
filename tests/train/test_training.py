from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from architectures import build
from s3ft.chat import Chat
from s3ft.errors import InputError, RunError
from s3ft.models import load_chat
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import TrainedModel, tokenize, train

LORA = Train(lora=Lora(r=4, alpha=8, dropout=0.1), learning_rate=3e-3, epochs=1, batch_size=8)
FULL = LORA.model_copy(update={"lora": None})


def run(model: Model, chat: Chat, targets: list[Target], out: Path, config: Train) -> TrainedModel:
    dataset = tokenize(targets, chat, None)
    return train(dataset, model=model, config=config, seed=0, out=out, fingerprint="f")


@pytest.fixture(scope="module")
def lora_run(
    llama: Model, chat: Chat, targets: list[Target], tmp_path_factory: pytest.TempPathFactory
) -> TrainedModel:
    """One LoRA run for the tests that look at what came of it."""
    return run(llama, chat, targets, tmp_path_factory.mktemp("lora") / "out", LORA)


def logits(model: torch.nn.Module, chat: Chat, targets: list[Target]) -> torch.Tensor:
    ids = torch.tensor([chat.prompt_ids(targets[0].prompt)])
    with torch.inference_mode():
        found: torch.Tensor = model.eval()(ids).logits
    return found


def test_merged_model_equals_base_with_adapter(
    lora_run: TrainedModel, llama: Model, chat: Chat, targets: list[Target]
) -> None:
    base = AutoModelForCausalLM.from_pretrained(llama.id)
    before = logits(base, chat, targets)
    adapted = logits(PeftModel.from_pretrained(base, lora_run.path / "adapter"), chat, targets)
    merged = logits(AutoModelForCausalLM.from_pretrained(lora_run.path), chat, targets)
    assert torch.allclose(merged, adapted, atol=1e-4)
    assert not torch.allclose(merged, before, atol=1e-2)


def test_the_saved_folder_is_a_model_like_its_base(lora_run: TrainedModel, llama: Model) -> None:
    saved = AutoTokenizer.from_pretrained(lora_run.path)
    assert saved.chat_template == AutoTokenizer.from_pretrained(llama.id).chat_template
    ours, theirs = (
        json.loads((folder / "generation_config.json").read_text())
        for folder in (lora_run.path, Path(llama.id))
    )
    assert {**ours, "transformers_version": None} == {**theirs, "transformers_version": None}
    assert list(lora_run.path.rglob("*.bin")) == list(lora_run.path.rglob("*.pt")) == []
    assert list(lora_run.path.parent.iterdir()) == [lora_run.path]


def test_facts(lora_run: TrainedModel, chat: Chat, targets: list[Target]) -> None:
    facts = json.loads((lora_run.path / "training.json").read_text())
    assert facts["losses"] == [list(pair) for pair in lora_run.losses]
    assert [step for step, _ in lora_run.losses] == [1, 2, 3]
    assert facts["versions"]["trl"]
    assert lora_run.tokens == sum(map(len, tokenize(targets, chat, None)["input_ids"]))
    assert lora_run.parameters < 10_000
    assert lora_run.probe.max_difference > 0.01
    assert lora_run.probe.kl > 0
    assert lora_run.seconds > 0


def test_a_complete_model_is_not_trained_again(
    lora_run: TrainedModel, llama: Model, chat: Chat, targets: list[Target]
) -> None:
    changed = (lora_run.path / "model.safetensors").stat().st_mtime_ns
    assert run(llama, chat, targets, lora_run.path, LORA) == lora_run
    assert (lora_run.path / "model.safetensors").stat().st_mtime_ns == changed
    dataset = tokenize(targets, chat, None)
    with pytest.raises(InputError, match="holds a model of another training"):
        train(dataset, model=llama, config=LORA, seed=0, out=lora_run.path, fingerprint="g")


def test_a_folder_in_the_way_is_left_alone(
    llama: Model, chat: Chat, targets: list[Target], out: Path
) -> None:
    out.mkdir(parents=True)
    (out / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is in the way"):
        run(llama, chat, targets, out, LORA)
    assert (out / "mine.txt").read_text() == "mine"


@pytest.mark.slow
@pytest.mark.parametrize("config", [LORA, FULL], ids=["lora", "full"])
def test_bf16_model_learns_in_float32_and_is_saved_in_bf16(
    config: Train, chat: Chat, targets: list[Target], tmp_path: Path
) -> None:
    folder = build("llama3", tmp_path)
    AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).save_pretrained(folder)
    model = Model(id=str(folder), dtype="bfloat16", device="cpu")
    trained = run(model, load_chat(model), targets, tmp_path / "out", config)
    weights = load_file(trained.path / "model.safetensors")
    assert {weight.dtype for weight in weights.values()} == {torch.bfloat16}
    if config.lora:
        adapter = load_file(trained.path / "adapter" / "adapter_model.safetensors")
        assert {weight.dtype for weight in adapter.values()} == {torch.float32}
    assert trained.losses[-1][1] < trained.losses[0][1]


@pytest.mark.slow
def test_small_updates_of_full_training_are_not_lost(
    llama: Model, chat: Chat, targets: list[Target], out: Path
) -> None:
    """At 1e-5 a step, weights of bf16 would stay as they are."""
    model = llama.model_copy(update={"dtype": "bfloat16"})
    config = FULL.model_copy(update={"learning_rate": 1e-5})
    before = load_file(Path(llama.id) / "model.safetensors")
    after = load_file(run(model, chat, targets, out, config).path / "model.safetensors")
    moved = torch.cat([(after[name] != before[name]).flatten() for name in before])
    assert moved.float().mean() > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("config", [LORA, FULL], ids=["lora", "full"])
def test_probe_finds_a_model_that_did_not_change(
    config: Train, llama: Model, chat: Chat, targets: list[Target], out: Path
) -> None:
    config = config.model_copy(update={"learning_rate": 1e-15})
    with pytest.raises(RunError, match="logits equal the base's"):
        run(llama, chat, targets, out, config)
    assert not out.exists()


def test_a_loss_that_is_not_a_number_stops_the_run(
    llama: Model, chat: Chat, targets: list[Target], out: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(llama.id, folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    model.lm_head.weight.data[3] = float("nan")
    model.save_pretrained(folder)
    broken = llama.model_copy(update={"id": str(folder)})
    with pytest.raises(RunError, match="the loss is nan at step 1 of 3"):
        run(broken, chat, targets, out, LORA)
    assert not out.exists()


def test_fewer_rows_take_as_many_steps(
    llama: Model, chat: Chat, targets: list[Target], out: Path
) -> None:
    """As with rft, which drops prompts: steps and schedule are those of all rows."""
    dataset = tokenize(targets[:9], chat, None)
    seen = []
    trained = train(
        dataset,
        model=llama,
        config=FULL,
        seed=0,
        out=out,
        fingerprint="f",
        steps=5,
        on_step=lambda *step: seen.append(step),
    )
    assert trained.steps == 5
    assert trained.rows == 9
    assert trained.epochs == 2.5
    assert [(step, steps) for step, steps, _ in seen] == [(n, 5) for n in range(1, 6)]


@pytest.mark.slow
def test_silent_when_someone_else_shows_the_progress(
    llama: Model, chat: Chat, targets: list[Target], out: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dataset = tokenize(targets, chat, None)
    train(dataset, model=llama, config=FULL, seed=0, out=out, fingerprint="f", on_step=print)
    printed = capfd.readouterr()
    assert printed.err == ""
    assert [line.split()[0] for line in printed.out.splitlines()] == ["1", "2", "3"]


@pytest.mark.parametrize("modules", ["no_such_layer", ["lm_head"]])
def test_lora_on_layers_that_cannot_be(
    modules: str | list[str], llama: Model, chat: Chat, targets: list[Target], out: Path
) -> None:
    config = LORA.model_copy(update={"lora": Lora(target_modules=modules)})
    with pytest.raises(InputError, match=r"no_such_layer|lm_head"):
        run(llama, chat, targets, out, config)
    assert not out.parent.exists()
