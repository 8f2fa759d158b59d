"""Weights packed when they are loaded, and the ways to compute attention."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from architectures import saved
from s3ft.errors import InputError
from s3ft.models import check_model, load_model
from s3ft.recipe import Model, Quantization

IDS = torch.tensor([[5, 9, 13, 21, 7, 30]])

needs_bitsandbytes = pytest.mark.skipif(
    find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)


def small(**changes: Any) -> Model:
    return Model(**{"id": str(saved("llama3")), "dtype": "float32", "device": "cpu", **changes})


def kinds(config: Model) -> dict[str, str]:
    """The class of each linear layer, by the last part of its name."""
    return {
        name.rpartition(".")[2]: type(module).__name__
        for name, module in load_model(config).named_modules()
        if "Linear" in type(module).__name__
    }


@needs_bitsandbytes
@pytest.mark.parametrize(("bits", "kind"), [(4, "Linear4bit"), (8, "Linear8bitLt")])
def test_linear_layers_are_packed_and_the_output_is_not(bits: Any, kind: str) -> None:
    found = kinds(small(quantization=Quantization(bits=bits)))
    assert found.pop("lm_head") == "Linear"
    assert set(found.values()) == {kind}


@needs_bitsandbytes
def test_layers_can_be_left_as_they_are() -> None:
    found = kinds(small(quantization=Quantization(skip_modules=["lm_head", "q_proj"])))
    assert {name for name, kind in found.items() if kind == "Linear"} == {"lm_head", "q_proj"}


@needs_bitsandbytes
def test_more_bits_are_nearer_to_the_model() -> None:
    def logits(**changes: Any) -> torch.Tensor:
        with torch.inference_mode():
            return load_model(small(id="lab", **changes))(IDS).logits

    whole = logits()
    packed = [logits(quantization=Quantization(bits=bits)) for bits in (8, 4)]
    eight, four = ((one - whole).abs().mean() for one in packed)
    assert 0 < eight < four < whole.abs().mean()
    fp4 = logits(quantization=Quantization(type="fp4"))
    assert not torch.equal(fp4, packed[1])


def test_attention_is_computed_as_asked() -> None:
    eager, usual = load_model(small(attn_implementation="eager")), load_model(small())
    assert (eager.config._attn_implementation, usual.config._attn_implementation) == (
        "eager",
        "sdpa",
    )
    with torch.inference_mode():
        assert torch.allclose(eager(IDS).logits, usual(IDS).logits, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"attn_implementation": "nosuch"}, r'attn_implementation="nosuch"` is not supported'),
        ({"attn_implementation": "flash_attention_2"}, "flash_attention_2 needs a GPU"),
        ({"attn_implementation": "flex_attention"}, "flex_attention needs a GPU"),
        (
            {"attn_implementation": "someone/attention"},
            r"code that is downloaded from the Hub\n.*trust_remote_code: true",
        ),
    ],
    ids=str,
)
def test_attention_that_cannot_be(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=r"^model\.attn_implementation: .*" + message):
        check_model(small(**changes), torch.float32)


def test_packing_takes_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3ft.models._form.find_spec", lambda name: None)
    config = small(quantization=Quantization())
    with pytest.raises(InputError, match=r"model\.quantization: bitsandbytes is not installed"):
        check_model(config, torch.float32)


@needs_bitsandbytes
def test_a_packed_model_is_not_packed_again(tmp_path: Path) -> None:
    config = small(quantization=Quantization())
    load_model(config).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((Path(config.id) / name).read_bytes())
    with pytest.raises(InputError, match="is quantised already"):
        check_model(config.model_copy(update={"id": str(tmp_path)}), torch.float32)
