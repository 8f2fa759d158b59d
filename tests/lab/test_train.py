import itertools
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from answers import answers
from transformers import AutoModelForCausalLM, AutoTokenizer

from s3ft.lab import MODEL
from s3ft.lab.training import stage
from s3ft.lab.training.packing import IGNORED, batches
from s3ft.lab.training.regime import QUICK
from s3ft.lab.training.train import first_texts, texts_hash, train

LENGTHS = [5, 9, 3, 7, 12, 4, 4, 8, 11, 2]


def test_packing_loses_nothing_and_learns_only_what_is_not_given() -> None:
    sequences = (
        ([i + 1] * length, [0] * min(i, length) + [1] * max(0, length - i))
        for i, length in enumerate(LENGTHS * 20)
    )
    seen, learned = Counter[int](), Counter[int]()
    for batch in itertools.islice(batches(sequences, rows=3, length=16, pad=0), 4):
        for token in batch["input_ids"].flatten().tolist():
            seen[token] += 1
        for label in batch["labels"].flatten().tolist():
            learned[label] += label != IGNORED
    for i in range(8):
        length = LENGTHS[i % len(LENGTHS)]
        assert seen[i + 1] == length
        assert learned[i + 1] == length - max(1, min(i, length))


def test_a_packed_row_reads_like_its_parts(tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=50, num_attention_heads=2, **shape)).eval()
    parts = [list(range(1, 8)), list(range(10, 22))]
    batch = next(batches(iter([(p, [1] * len(p)) for p in parts] * 9), rows=1, length=19, pad=0))
    with torch.no_grad():
        packed = model(
            input_ids=batch["input_ids"], position_ids=batch["position_ids"], use_cache=False
        ).logits[0]
        alone = [model(input_ids=torch.tensor([part])).logits[0] for part in parts]
    assert torch.allclose(packed, torch.cat(alone), atol=1e-5)


TINY = replace(
    QUICK, rows=4, length=192, stage_one=10_000, stage_two=10_000, lessons=20, tokenizer_texts=200
)
"""Thirteen steps a stage."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nothing stopped."""
    out = tmp_path_factory.mktemp("whole")
    train(0, out, TINY)
    return out


@pytest.mark.slow
def test_a_training_that_is_stopped_in_either_stage_goes_on_to_the_same_model(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which shows as well that one that is begun anew makes the same."""
    stopped = tmp_path / "stopped"
    monkeypatch.setattr(stage, "KEEP", 5)
    clip, calls = torch.nn.utils.clip_grad_norm_, itertools.count(1)

    def stop(*arguments: Any) -> Any:
        if next(calls) in (8, 16, 27):  # steps 8 and 13 of stage one, step 8 of stage two
            raise KeyboardInterrupt
        return clip(*arguments)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", stop)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            train(0, stopped, TINY)
    train(0, stopped, TINY)
    one, two = (json.loads((out / "training.json").read_text()) for out in (whole, stopped))
    assert {**one["stage_one"], "minutes": 0} == {**two["stage_one"], "minutes": 0}
    assert {**one["stage_two"], "minutes": 0} == {**two["stage_two"], "minutes": 0}
    for name in ("model.safetensors", "tokenizer.json"):
        assert (whole / name).read_bytes() == (stopped / name).read_bytes(), name
    assert not list(stopped.rglob("*.pt"))


@pytest.mark.slow
def test_a_short_training_makes_a_model_that_loads(whole: Path) -> None:
    record = json.loads((whole / "training.json").read_text())
    assert record["seed"] == 0
    assert record["regime"]["hidden"] == TINY.hidden
    model = AutoModelForCausalLM.from_pretrained(whole)
    tokenizer = AutoTokenizer.from_pretrained(whole)
    assert len(answers(model, tokenizer, ["How many?"])) == 1


@pytest.mark.slow
def test_the_committed_model_was_made_from_the_texts_of_today() -> None:
    record = json.loads((MODEL / "training.json").read_text())
    texts = first_texts(record["seed"], record["regime"]["tokenizer_texts"])
    assert texts_hash(texts) == record["texts_sha256"]
