"""What training would refuse is found before anything is made: exit 2, the place, what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from architectures import saved
from s3ft.cli import run_command

Break = Callable[[Path], None]


def rows(folder: Path) -> Path:
    path = folder / "train.jsonl"
    lines = [
        {"id": str(n), "prompt": f"Anna has {n} apples.", "completion": f"First {n} + 1 = {n + 1}."}
        for n in range(6)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def nothing(model: Path) -> None:
    """Leave the model as it is."""


def pickled(model: Path) -> None:
    (model / "model.safetensors").rename(model / "pytorch_model.bin")


def no_weights(model: Path) -> None:
    (model / "model.safetensors").unlink()


def cut(model: Path) -> None:
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])


def no_weights_but_a_page(model: Path) -> None:
    (model / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")


def shard_missing(model: Path) -> None:
    from transformers import AutoModelForCausalLM

    whole = AutoModelForCausalLM.from_pretrained(model)
    (model / "model.safetensors").unlink()
    whole.save_pretrained(model, max_shard_size="30KB")
    shards = sorted(model.glob("model-*.safetensors"))
    assert len(shards) > 2
    shards[1].unlink()


def more_tokens(model: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.add_tokens([f"<new-{n}>" for n in range(3)])
    tokenizer.save_pretrained(model)


def no_tokenizer(model: Path) -> None:
    for path in model.glob("tokenizer*"):
        path.unlink()


def change(**keys: Any) -> Break:
    def changed(model: Path) -> None:
        path = model / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **keys}))

    return changed


@dataclass(frozen=True)
class Bad:
    name: str
    where: str
    told: list[str]
    settings: list[str] = field(default_factory=list)
    broken: Break = nothing
    model: str = "llama3"


TARGETS = "train.lora.target_modules"

CASES = [
    Bad("near miss", TARGETS, ["'q_prj'", "Did you mean 'q_proj'?"], [f"{TARGETS}=[q_prj]"]),
    Bad("one of two", TARGETS, ["'v_prj'", "'v_proj'"], [f"{TARGETS}=[q_proj, v_prj]"]),
    Bad("other family", TARGETS, ["query_key_value", "q_proj"], [f"{TARGETS}=[query_key_value]"]),
    Bad("a name as a pattern", TARGETS, ["Write [q_proj]."], [f"{TARGETS}=q_proj"]),
    Bad("no pattern", TARGETS, ["is no pattern"], [f"{TARGETS}='*_proj('"]),
    Bad("output layer", TARGETS, ["'lm_head' is the output layer"], [f"{TARGETS}=[lm_head]"]),
    Bad("output layer by pattern", TARGETS, ["output layer"], [f"{TARGETS}='.*(_proj|head)'"]),
    Bad(
        "tied embeddings", TARGETS, ["shares its weights"], [f"{TARGETS}=[embed_tokens, q_proj]"],
        model="gemma3",
    ),
    Bad("a block", TARGETS, ["PEFT has no such LoRA", "up_proj"], [f"{TARGETS}=[mlp]"]),
    Bad("a norm", TARGETS, ["PEFT has no such LoRA"], [f"{TARGETS}=[input_layernorm]"]),
    Bad("wandb", "train.args.report_to", ["wandb", "Install"], ["train.args.report_to=wandb"]),
    Bad("no such tracker", "train.args.report_to", ["wandbb"], ["train.args.report_to=[wandbb]"]),
    Bad(
        "liger", "train.args.use_liger_kernel", ["pip install liger-kernel"],
        ["train.args.use_liger_kernel=true"],
    ),
    Bad(
        "hub", "train.args.push_to_hub", ["HF_TOKEN"], ["train.args.push_to_hub=true"],
    ),
    Bad("token in the recipe", "train.args.hub_token", ["HF_TOKEN"], ["train.args.hub_token=hf_x"]),
    Bad("optimiser", "train.args.optim", ["lomo"], ["train.args.optim=lomo"]),
    Bad(
        "schedule", "train.args", ["min_lr"],
        ["train.args.lr_scheduler_type=cosine_with_min_lr"],
    ),
    Bad("loss", "train.args.loss_type", ["loss_type"], ["train.args.loss_type=none"]),
    Bad("fsdp alone", "train.args.fsdp", ["distributed"], ["train.args.fsdp=full_shard"]),
    Bad("pickled", "model.id", ["pytorch_model.bin", "convert"], broken=pickled),
    Bad("no weights", "model.id", ["no weights"], broken=no_weights),
    Bad("cut short", "model.id", ["model.safetensors", "cut short"], broken=cut),
    Bad("a pointer to weights", "model.id", ["no whole safetensors"], broken=no_weights_but_a_page),
    Bad("shard missing", "model.id", ["model-00002-of-", "missing"], broken=shard_missing),
    Bad("more tokens", "model.id", ["3 tokens more", "resize_token"], broken=more_tokens),
    Bad("no tokenizer", "model.id", ["tokenizer"], broken=no_tokenizer),
    Bad(
        "quantised", "model.id", ["bitsandbytes", "not quantised"],
        broken=change(quantization_config={"quant_method": "bitsandbytes", "load_in_4bit": True}),
    ),
    Bad(
        "quantised otherwise", "model.id", ["gptq"],
        broken=change(quantization_config={"quant_method": "gptq", "bits": 4}),
    ),
    Bad(
        "quantised by nobody", "model.id", ["tesla"],
        broken=change(quantization_config={"quant_method": "tesla"}),
    ),
    Bad("unknown architecture", "model.id", ["nobody"], broken=change(model_type="nobody")),
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "none"))


def s3ft(verb: str, model: Path, data: Path, *more: str) -> int:
    settings = [f"model.id={model}", "model.device=cpu", f"data.path={data}", *more]
    recipe = data.with_name("recipe.yaml")
    recipe.write_text("data: {path: x}\njudge: {name: match}\nmethods: [sft]\n", encoding="utf-8")
    return run_command([verb, str(recipe), *settings])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_training_would_refuse(
    case: Bad, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = saved(case.model)
    if case.broken is not nothing:
        model = Path(shutil.copytree(model, tmp_path / "model"))
        case.broken(model)
    out = tmp_path / "out" / "run"
    capfd.readouterr()
    assert s3ft("run", model, rows(tmp_path), "--out", str(out), *case.settings) == 2
    told = capfd.readouterr().err.split("s3ft: ")[-1]
    assert told.startswith(case.where), told
    for words in case.told:
        assert words in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 2, f"no remedy, or more than one message: {told}"
    assert not out.parent.exists()


def test_what_is_right_is_accepted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for target in ("all-linear", "[q_proj, embed_tokens]", "'.*layers.1.*_proj'"):
        assert s3ft("check", saved("llama3"), rows(tmp_path), f"{TARGETS}={target}") == 0
    assert "training: 16 rows at once, 16 a step" in capfd.readouterr().out


def test_placeholders_of_images_are_no_tokens_of_a_text(tmp_path: Path) -> None:
    """As Gemma 3's smallest has one more token than embeddings, for images that it cannot see."""
    from transformers import AutoTokenizer

    model = Path(shutil.copytree(saved("gemma3"), tmp_path / "model"))
    tokenizer = AutoTokenizer.from_pretrained(
        model, extra_special_tokens={"image_token": "<image_soft_token>"}
    )
    tokenizer.save_pretrained(model)
    assert s3ft("check", model, rows(tmp_path)) == 0


def multimodal(name: str, folder: Path) -> Path:
    """A small model that sees, of a family whose text models are trained often."""
    import transformers as t

    from architectures import tokenizer_of

    text: dict[str, Any] = {
        "vocab_size": 600,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "bos_token_id": 2,
        "eos_token_id": 1,
        "pad_token_id": 0,
    }
    eye: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    eye |= {"num_attention_heads": 4, "image_size": 28, "patch_size": 14}
    tower: dict[str, Any] = {"depth": 1, "hidden_size": 32, "num_heads": 2}
    if name == "gemma3":
        config = t.Gemma3Config(text_config=text, vision_config=eye, mm_tokens_per_image=4)
        model = t.Gemma3ForConditionalGeneration(config)
    elif name == "idefics3":
        config = t.Idefics3Config(text_config={"model_type": "llama", **text}, vision_config=eye)
        model = t.Idefics3ForConditionalGeneration(config)
    elif name == "qwen2-vl":
        text["rope_parameters"] = {"mrope_section": [1, 1, 2], "rope_theta": 1e4}
        text["rope_parameters"]["rope_type"] = "default"
        config = t.Qwen2VLConfig(text_config=text, vision_config={**tower, "embed_dim": 32})
        model = t.Qwen2VLForConditionalGeneration(config)
    else:
        text["layer_types"] = ["full_attention"] * 2
        tower |= {"intermediate_size": 64, "out_hidden_size": 32}
        config = t.Qwen3_5Config(text_config=text, vision_config=tower)
        model = t.Qwen3_5ForConditionalGeneration(config)
    model.save_pretrained(folder)
    tokenizer_of("qwen3" if name == "qwen3.5" else "gemma3").save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", ["gemma3", "idefics3", "qwen2-vl", "qwen3.5"])
def test_a_model_that_sees_is_refused_by_name(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Trained as text models, some would lose their other parts, and some cannot be loaded."""
    model = multimodal(name, tmp_path / "model")
    assert s3ft("check", model, rows(tmp_path)) == 2
    told = capfd.readouterr().err.split("s3ft: ")[-1]
    assert told.startswith("model.id: ")
    assert "ForConditionalGeneration, with vision" in told
    if name == "qwen3.5":  # whose text model transformers takes out of it
        assert "AutoModelForCausalLM.from_pretrained" in told
        from transformers import AutoModelForCausalLM

        text = AutoModelForCausalLM.from_pretrained(model)
        text.save_pretrained(tmp_path / "text")
        for path in model.glob("tokenizer*"):
            shutil.copy(path, tmp_path / "text")
        shutil.copy(model / "chat_template.jinja", tmp_path / "text")
        assert s3ft("check", tmp_path / "text", rows(tmp_path)) == 0
