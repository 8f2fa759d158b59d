"""The rivals that are no mixtures: weights between models, and TRL's self-distillation."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import interpolate
import pytest
import self_distillation
from transformers import AutoModelForCausalLM, AutoTokenizer

from s3ft import lab
from s3ft.recipe import Model, load
from s3ft.store import Store


@pytest.fixture
def tied(speck: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A base whose output layer is its embedding, and a tuned model, one kept on the way."""
    import torch

    model = AutoModelForCausalLM.from_pretrained(speck)
    model.config.tie_word_embeddings = True
    model.tie_weights()
    base, tuned = tmp_path / "base", tmp_path / "tuned"
    for add, place in ((0.0, base), (0.5, tuned / "checkpoints" / "step-1"), (0.5, tuned)):
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(add)
        model.save_pretrained(place)
        AutoTokenizer.from_pretrained(speck).save_pretrained(place)
    return base, tuned


class TestInterpolation:
    @pytest.mark.parametrize(("mix", "moved"), [("0.25", 0.25), ("0.5", 0.5), ("average", 0.75)])
    def test_every_weight_is_so_far_on_the_way(
        self, tied: tuple[Path, Path], mix: str, moved: float
    ) -> None:
        base, tuned = tied
        begin = AutoModelForCausalLM.from_pretrained(base).state_dict()
        shares = list(interpolate._shares(Model(id=str(base)), tuned, mix))
        assert sum(share for _, share in shares) == pytest.approx(1)
        mixed = interpolate._mixed(shares).state_dict()
        assert mixed.keys() == begin.keys()
        for name, weight in mixed.items():
            assert (weight - begin[name]).mean().item() == pytest.approx(moved, abs=1e-5), name


@pytest.mark.slow
@pytest.mark.parametrize("lora", ["{r: 2}", "null"])
def test_self_distillation_gives_what_a_variant_of_the_headline_needs(
    speck: Path, tmp_path: Path, lora: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for split in ("train", "test"):
        rows = lab.rows("math", split, size=4)
        (tmp_path / f"{split}.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        f"model: {{id: {speck}}}\n"
        f"data: {{path: {tmp_path}/train.jsonl, test: {tmp_path}/test.jsonl}}\n"
        "judge: {name: math}\n"
        "generate: {max_new_tokens: 6}\n"
        "methods: [sft]\n"
        "seeds: [0, 1]\n"
        f"train: {{lora: {lora}, epochs: 1, batch_size: 2, learning_rate: 1.0e-2}}\n"
        "evaluate: {tasks: lab, benchmarks: [lab_facts], limit: 2, apply_chat_template: true}\n"
    )
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["x", "run", str(recipe), "--out", str(out)])
    assert self_distillation.main() == 0
    labels = ["base", "sft-seed0", "sft-seed1"]
    with Store(out / "run.sqlite") as store:
        found = {(score.model, score.task) for score in store.scores()}
    assert found == {(label, task) for label in labels for task in ("target", "lab_facts")}
    assert load(out / "recipe.yaml") == load(recipe)
    base = AutoModelForCausalLM.from_pretrained(speck)
    weights = []
    for label in labels[1:]:
        model = AutoModelForCausalLM.from_pretrained(out / "models" / label)
        assert model.dtype == base.dtype
        weights.append(model.model.layers[0].self_attn.q_proj.weight)
    assert not weights[0].equal(weights[1])
    assert not weights[0].equal(base.model.layers[0].self_attn.q_proj.weight)
    monkeypatch.setattr(self_distillation, "train", lambda *_: pytest.fail("trained again"))
    assert self_distillation.main() == 0
