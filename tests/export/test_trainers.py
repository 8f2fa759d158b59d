"""The configurations for other trainers: TRL trains from its own what s3ft trains, token for token;
of the others each key has the value that its tool's own parser was seen to take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from exporting import DIALOGUES, PLAIN, Select, configuration, exported
from transformers.utils.chat_template_utils import render_jinja_template

from architectures import NAMES, saved, tokenizer_of, trl_template
from s3ft.chat import Chat
from s3ft.errors import InputError
from s3ft.export import Training, chat_facts, count_rows, write_export
from s3ft.models import load_chat
from s3ft.pipeline import export_mixture, read_mixture
from s3ft.recipe import Lora, Model, Train
from s3ft.train import tokenize

TINY = {"dtype": "float32", "device": "cpu"}


def of(name: str, **more: Any) -> dict[str, Any]:
    return {"id": str(saved(name)), **TINY, **more}


def trainer(folder: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> Any:
    """What `trl sft --config trl.yaml` makes of an export before it trains."""
    from trl import (
        DatasetMixtureConfig,
        ModelConfig,
        ScriptArguments,
        SFTConfig,
        SFTTrainer,
        TrlParser,
        get_dataset,
        get_peft_config,
    )

    monkeypatch.chdir(folder)
    parser = TrlParser((ScriptArguments, SFTConfig, ModelConfig, DatasetMixtureConfig))
    _, args, model, data = parser.parse_args_and_config(
        ["--config", "trl.yaml", "--use_cpu", "true", "--output_dir", str(scratch)]
    )
    return SFTTrainer(
        model=model.model_name_or_path,
        args=args,
        train_dataset=get_dataset(data)["train"],
        peft_config=get_peft_config(model),
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_trl_trains_the_tokens_that_s3ft_trains(
    name: str, select: Select, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = select([*PLAIN, *DIALOGUES], model=of(name))
    folder = export_mixture(run, "sft", "trl").folder
    there = trainer(folder, monkeypatch, tmp_path / "out").train_dataset
    here = tokenize(read_mixture(run / "mixture" / "sft"), load_chat(Model(**of(name))), None)
    assert len(there) == len(here) == 6
    for one, other in zip(there, here, strict=True):
        assert one["input_ids"] == other["input_ids"]
        trained = zip(other["input_ids"], other["completion_mask"], strict=True)
        assert one["labels"] == [id if counts else -100 for id, counts in trained]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["qwen3", "mistral"])
def test_trl_trains_ids_with_their_masks_as_s3ft_does(
    name: str, select: Select, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ladders = {"masked": {"rungs": ["gold"], "mask": {"perplexity": 2.5}}}
    run = select([*PLAIN, *DIALOGUES], model=of(name), ladders=ladders, methods=["masked"])
    with pytest.raises(InputError, match="has a loss mask") as refused:
        export_mixture(run, "masked", "trl")
    assert "--format ids" in str(refused.value)
    folder = export_mixture(run, "masked", "ids").folder
    there = trainer(folder, monkeypatch, tmp_path / "out").train_dataset
    chat = load_chat(Model(**of(name)))
    here = tokenize(read_mixture(run / "mixture" / "masked"), chat, None)
    assert len(there) == len(here) == 6
    for one, other in zip(there, here, strict=True):
        assert one["input_ids"] == other["input_ids"]
        trained = zip(other["input_ids"], other["completion_mask"], strict=True)
        assert one["labels"] == [id if counts else -100 for id, counts in trained]
    masks = [target.loss_mask for target in read_mixture(run / "mixture" / "masked")]
    assert sum(mask.count(0) for mask in masks if mask) > 0, "random weights find much unlikely"


def test_ids_need_a_model(select: Select) -> None:
    run = select(PLAIN)
    with pytest.raises(InputError, match="model: is required: its tokenizer makes the ids"):
        export_mixture(run, "sft", "ids")
    assert not (run / "export").exists()


@pytest.mark.slow
def test_trl_is_told_how_the_template_is_filled(
    select: Select, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = of("qwen3", chat_template_kwargs={"enable_thinking": False})
    run = select(PLAIN, model=model)
    folder = export_mixture(run, "sft", "trl").folder
    there = trainer(folder, monkeypatch, tmp_path / "out").train_dataset
    here = tokenize(read_mixture(run / "mixture" / "sft"), load_chat(Model(**model)), None)
    assert [one["input_ids"] for one in there] == [one["input_ids"] for one in here]
    assert "</think>" not in load_chat(Model(**model)).tokenizer.decode(
        [id for id in there[0]["labels"] if id != -100]
    )


@pytest.mark.slow
def test_trl_trains_by_its_command_line(select: Select) -> None:
    train = {"epochs": 1, "batch_size": 3, "learning_rate": 0.01}
    run = select([*PLAIN, *DIALOGUES], model=of("qwen3"), train=train)
    folder = export_mixture(run, "sft", "trl").folder
    command = [str(Path(sys.executable).with_name("trl")), "sft", "--config", "trl.yaml"]
    done = subprocess.run(
        [*command, "--use_cpu", "true", "--logging_steps", "1"],
        cwd=folder,
        env={**os.environ, "ACCELERATE_USE_CPU": "true", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (folder / "model" / "adapter_model.safetensors").is_file()
    state = configuration(folder / "model" / "checkpoint-2" / "trainer_state.json")
    assert (state["global_step"], state["train_batch_size"]) == (2, 3)


TEMPLATES = ("qwen2_5", "gemma3", "phi3", "gptoss", "deepseekv3")
"""Of those that TRL ships, some with other ends and macros of their own."""


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_ended_and_otherwise_the_same(name: str) -> None:
    text = trl_template(name)
    chat = Chat(tokenizer_of("qwen3"), template=text)
    ended = chat_facts(chat).template or text
    dialogue = [*DIALOGUES[0]["messages"][1:4]]
    for turns in (dialogue[:1], dialogue):
        assert rendered(ended, turns, True) == rendered(text, turns, True)
        answered = [*turns, {"role": "assistant", "content": "Zq7x."}]
        whole, stopped = rendered(text, answered, False), rendered(ended, answered, False)
        before = whole.rpartition("Zq7x.")[0]
        assert stopped.startswith(f"{before}Zq7x.")
        assert stopped.endswith(chat.tokenizer.convert_ids_to_tokens(chat.stop_id))


def rendered(template: str, turns: list[dict[str, Any]], asks: bool) -> str:
    tokens = {"bos_token": "", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    [text], _ = render_jinja_template(
        [turns], chat_template=template, add_generation_prompt=asks, **tokens
    )
    return str(text)


def test_settings_are_those_of_the_recipe(select: Select) -> None:
    train = {
        "epochs": 3,
        "batch_size": 4,
        "max_length": 256,
        "lora": {"r": 4, "alpha": 12, "dropout": 0.05, "target_modules": ["q_proj"]},
        "args": {
            "lr_scheduler_type": "cosine",
            "weight_decay": 0.01,
            "per_device_train_batch_size": 2,
            "loss_type": "dft",
        },
    }
    run = select([*PLAIN, *DIALOGUES], model=of("qwen3"), train=train, seeds=[7])
    trl = configuration(export_mixture(run, "sft", "trl").folder / "trl.yaml")
    assert trl["model_name_or_path"] == str(saved("qwen3"))
    assert (trl["max_steps"], trl["learning_rate"], trl["seed"]) == (6, 1e-4, 7)
    split = trl["per_device_train_batch_size"], trl["gradient_accumulation_steps"]
    assert (split, trl["max_length"]) == ((2, 2), 256)
    assert (trl["use_peft"], trl["lora_r"], trl["lora_alpha"]) == (True, 4, 12)
    assert trl["lora_target_modules"] == [r"(.*\.)?q_proj"]  # PEFT takes one name as a pattern
    assert (trl["loss_type"], trl["lr_scheduler_type"]) == ("dft", "cosine")
    assert (trl["dtype"], trl["bf16"], trl["completion_only_loss"]) == ("float32", False, True)

    folder = export_mixture(run, "sft", "messages").folder
    axolotl = configuration(folder / "axolotl.yaml")
    assert (axolotl["micro_batch_size"], axolotl["gradient_accumulation_steps"]) == (2, 2)
    assert (axolotl["sequence_len"], axolotl["excess_length_strategy"]) == (256, "raise")
    assert (axolotl["lora_target_modules"], axolotl["lr_scheduler"]) == (["q_proj"], "cosine")
    assert axolotl["eot_tokens"] == ["<|im_end|>"]
    [data] = axolotl["datasets"]
    assert (data["message_field_training"], data["roles_to_train"]) == ("train", ["assistant"])
    assert "train.args.loss_type" in (folder / "axolotl.yaml").read_text()
    factory = configuration(folder / "llamafactory.yaml")
    assert (factory["lora_target"], factory["lora_rank"], factory["cutoff_len"]) == (
        "q_proj", 4, 256,
    )  # fmt: skip
    assert factory["mask_history"] is True
    assert "loss_type" not in factory
    told = configuration(folder / "dataset_info.json")[factory["dataset"]]
    assert (told["formatting"], told["columns"]) == ("sharegpt", {"messages": "messages"})
    assert told["tags"]["role_tag"] == "role"


def test_all_weights_are_trained_in_float32(select: Select) -> None:
    run = select(PLAIN, model=of("llama3", dtype="auto"), train={"lora": None})
    trl = configuration(export_mixture(run, "sft", "trl").folder / "trl.yaml")
    assert (trl["dtype"], trl["bf16"], trl.get("use_peft")) == ("float32", True, None)
    folder = export_mixture(run, "sft", "sharegpt").folder
    assert configuration(folder / "llamafactory.yaml")["finetuning_type"] == "full"
    assert "adapter" not in configuration(folder / "axolotl.yaml")
    assert "keeps them in float32" in (folder / "axolotl.yaml").read_text()


class Packed(Model):
    """A model whose recipe says how it is loaded for an adapter."""

    attn_implementation: str | None = "sdpa"
    quantization: dict[str, Any] | None = None


class Richer(Lora):
    """An adapter with more of PEFT's options."""

    use_dora: bool = True
    modules_to_save: list[str] | None = None


def test_a_packed_base_is_packed_there_too(tmp_path: Path) -> None:
    lora = Richer(modules_to_save=["lm_head"])
    packed = {"bits": 4, "type": "fp4", "double_quant": False}
    training = Training(
        name="s3ft",
        model="some/base",
        revision=None,
        settings=Packed(id="some/base", quantization=packed),
        train=Train(lora=lora),
        steps=3,
        seed=0,
        chat=None,
    )
    (tmp_path / "train.jsonl").write_text(
        '{"prompt": [], "completion": [{"role": "assistant", "content": "Hi"}]}\n'
    )
    found = {}
    for format in ("trl", "messages"):
        counted = count_rows(tmp_path, "keep", format)
        out = tmp_path / format
        write_export(tmp_path, format, out, counted=counted, reasoning="keep", training=training)
        found |= {path.stem: configuration(path) for path in out.glob("*.yaml")}
    trl, axolotl, factory = found["trl"], found["axolotl"], found["llamafactory"]
    assert (trl["load_in_4bit"], trl["bnb_4bit_quant_type"]) == (True, "fp4")
    assert (trl["use_dora"], trl["attn_implementation"]) == (True, "sdpa")
    assert (axolotl["adapter"], axolotl["load_in_4bit"]) == ("qlora", True)
    assert axolotl["bnb_config_kwargs"]["bnb_4bit_use_double_quant"] is False
    assert axolotl["peft_use_dora"] is True
    assert (factory["quantization_bit"], factory["quantization_type"]) == (4, "fp4")
    assert (factory["additional_target"], factory["flash_attn"]) == ("lm_head", "sdpa")


def test_a_model_that_is_not_at_hand_is_named_all_the_same(select: Select, tmp_path: Path) -> None:
    run = select(PLAIN)
    recipe = (run / "recipe.yaml").read_text().replace("model: null", "model: {id: some/where}")
    (run / "recipe.yaml").write_text(recipe)
    (run / "environment.json").write_text('{"model": {"id": "some/where", "revision": "abc"}}')
    folder = export_mixture(run, "sft", "trl").folder
    trl = configuration(folder / "trl.yaml")
    assert (trl["model_name_or_path"], trl["model_revision"]) == ("some/where", "abc")
    assert "could not be looked at" in (folder / "trl.yaml").read_text()
    assert len(exported(folder)) == 4


def test_without_a_model_there_are_rows_alone(select: Select) -> None:
    written = export_mixture(select(PLAIN), "sft", "trl")
    assert [path.name for path in written.folder.iterdir()] == ["train.jsonl"]
