"""All that PEFT's LoraConfig takes, on real architectures: trained, merged, proved, or refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from architectures import saved
from s3ft.errors import InputError
from s3ft.models import empty_model, load_chat
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import TrainedModel, tokenize, train
from s3ft.train._lora import check_targets
from s3ft.train._lora_config import RESERVED_LORA, lora_config

EXPERTS = ["mlp.experts.gate_up_proj", "mlp.experts.down_proj"]


def small(name: str) -> Model:
    return Model(id=str(saved(name)), dtype="float32", device="cpu")


@pytest.fixture(scope="module")
def experts(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A mixture of experts whose weights are one tensor a layer, as transformers keeps them."""
    from transformers import AutoTokenizer, Qwen3MoeConfig, Qwen3MoeForCausalLM

    folder = tmp_path_factory.mktemp("models") / "experts"
    shutil.copytree(saved("qwen3"), folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    shape = {"hidden_size": 32, "intermediate_size": 64, "moe_intermediate_size": 16}
    config = Qwen3MoeConfig(
        vocab_size=len(tokenizer),
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        num_experts=4,
        num_experts_per_tok=2,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **shape,
    )
    torch.manual_seed(0)
    Qwen3MoeForCausalLM(config).save_pretrained(folder)
    return Model(id=str(folder), dtype="float32", device="cpu")


def trained(model: Model, targets: list[Target], out: Path, **lora: Any) -> TrainedModel:
    """A training of one step, whose saved model was proved to be the trained one."""
    settings = Lora(**{"r": 4, "alpha": 8, "dropout": 0.0, **lora})
    config = Train(lora=settings, learning_rate=3e-3, epochs=1, batch_size=22)
    rows = tokenize(targets, load_chat(model), None)
    return train(rows, model=model, config=config, seed=0, out=out, fingerprint="f")


def changed(model: Model, tuned: TrainedModel) -> set[str]:
    """The weights that are not the base's."""
    before = load_file(Path(model.id) / "model.safetensors")
    after = load_file(tuned.path / "model.safetensors")
    assert before.keys() == after.keys()
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "lora"),
    [
        ("llama3", {"use_dora": True}),
        ("llama3", {"use_rslora": True}),
        ("llama3", {"rank_pattern": {"q_proj": 2}, "alpha_pattern": {"q_proj": 3}}),
        ("llama3", {"init_lora_weights": "gaussian"}),
        ("gpt2", {"use_dora": True, "bias": "all"}),
        ("gemma3", {"modules_to_save": ["embed_tokens"], "ensure_weight_tying": True}),
        ("llama3", {"trainable_token_indices": [40, 41, 42]}),
    ],
    ids=str,
)
def test_what_was_trained_is_what_is_saved(
    name: str, lora: dict[str, Any], targets: list[Target], out: Path
) -> None:
    tuned = trained(small(name), targets, out, **lora)
    assert tuned.probe.merged_difference < 1e-4
    kept = json.loads((out / "adapter" / "adapter_config.json").read_text())
    for key, value in lora.items():
        if key != "modules_to_save":  # PEFT adds the other end of shared weights
            assert kept[key] == value, key
    record = json.loads((out / "training.json").read_text())
    assert record["train"]["lora"] == {"target_modules": "all-linear", "r": 4, "alpha": 8,
                                       "dropout": 0.0, **lora}  # fmt: skip


@pytest.mark.slow
def test_modules_are_trained_whole(targets: list[Target], out: Path) -> None:
    model = small("llama3")
    tuned = trained(model, targets, out, target_modules=["q_proj"], modules_to_save=["lm_head"])
    assert {name.split(".")[-2] for name in changed(model, tuned)} == {"q_proj", "lm_head"}


@pytest.mark.slow
def test_only_some_layers_are_adapted(targets: list[Target], out: Path) -> None:
    model = small("llama3")
    tuned = trained(model, targets, out, target_modules=["q_proj"], layers_to_transform=[1])
    assert changed(model, tuned) == {"model.layers.1.self_attn.q_proj.weight"}


@pytest.mark.slow
def test_fused_experts(experts: Model, targets: list[Target], out: Path) -> None:
    tuned = trained(experts, targets, out, target_modules=["q_proj"], target_parameters=EXPERTS)
    kinds = {name.split(".")[-2] for name in changed(experts, tuned)}
    # On disk each expert has its own weights, whichever rows it was given.
    assert kinds == {"q_proj", "gate_proj", "up_proj", "down_proj"}


@pytest.mark.parametrize(
    ("lora", "message"),
    [
        ({"use_dor": True}, r"use_dor: is not an option of PEFT's .*\n.*Did you mean 'use_dora'\?"),
        ({"task_type": "SEQ_CLS"}, "task_type: cannot be set here"),
        (
            {"init_lora_weights": "pissa_niter_4"},
            "pissa_niter_4 cannot be had: it changes the base",
        ),
        ({"init_lora_weights": "eva"}, "it needs a look at the data"),
        ({"bias": "some"}, "bias: PEFT has no such LoRA for this model"),
        ({"lora_bias": True}, "lora_bias: PEFT cannot merge .* base layer has no bias"),
        ({"use_dora": True, "lora_bias": True}, "use_dora: PEFT's LoraConfig refuses it"),
        ({"modules_to_save": ["lm_haed"]}, r"no module 'lm_haed'\n.*Did you mean 'lm_head'\?"),
        ({"target_parameters": ["q_proj.bias"]}, "no parameter 'q_proj.bias'"),
        ({"layers_to_transform": [9]}, "layers_to_transform: PEFT has no such LoRA"),
    ],
    ids=str,
)
def test_what_cannot_be(lora: dict[str, Any], message: str) -> None:
    settings = Lora(**lora)
    if "layers_to_transform" in lora:
        settings = Lora(target_modules=["q_proj"], **lora)
    with pytest.raises(InputError, match=r"(?s)^train\.lora\..*" + message):
        check_targets(settings, empty_model(small("llama3"), torch.float32))


@pytest.mark.parametrize(
    ("lora", "message"),
    [
        (
            {"modules_to_save": ["embed_tokens"]},
            r"shares its weights .*\n.*ensure_weight_tying: true",
        ),
        ({"trainable_token_indices": [4]}, "and this model's is its embedding"),
    ],
    ids=str,
)
def test_half_of_shared_weights_is_not_trained(lora: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_targets(Lora(**lora), empty_model(small("gemma3"), torch.float32))


def test_experts_that_share_a_tensor_have_no_dropout(experts: Model) -> None:
    with pytest.raises(InputError, match=r"(?s)train\.lora\.dropout: .*Set it to 0"):
        check_targets(Lora(), empty_model(experts, torch.float32))


def test_all_owned_options_exist() -> None:
    known = set(lora_config(Lora()).to_dict())
    assert set(RESERVED_LORA) <= known | {"peft_version", "runtime_config"}


def test_a_recipe_s_options_stay_as_they_are(target: Callable[..., Target]) -> None:
    lora = Lora(modules_to_save=["embed_tokens"], ensure_weight_tying=True)
    check_targets(lora, empty_model(small("gemma3"), torch.float32))
    assert lora.options["modules_to_save"] == ["embed_tokens"]
