"""Proof that a saved model is the one that was trained, and not the one it was trained from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RunError
from ..models import load_config, load_model, pick_device, pick_dtype
from ..recipe import Model

if TYPE_CHECKING:
    import torch
    from datasets import Dataset
    from transformers import PreTrainedModel

ROWS, TOKENS = 4, 64
"""Training rows looked at, and the most completion tokens of each: logits are large."""

NOISE = 1e-6
"""Relative difference of logits that equal weights may show; one unit of bf16 is above it."""

TOLERANCE = {"float32": 1e-3, "float16": 0.02, "bfloat16": 0.1}
"""The largest difference of a logit between the saved and the trained model, as a share of the
largest logit, by the coarser of the precisions that they are kept and compared in. A merged weight
is rounded once; a layer that was not merged, or into the wrong weights, changes logits by more."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How far a tuned model's predictions are from its base's, on completions of training rows.

    ``max_difference`` is the largest absolute difference of a logit, ``kl`` the mean over tokens
    of KL(base || tuned) in nats. ``merged_difference`` is the largest absolute difference of a
    logit between the saved model and what was trained: the base with its adapter, or the weights.
    """

    tokens: int
    max_difference: float
    kl: float
    merged_difference: float = 0.0


def probe(tuned: Path, trained: Path, base: Model, dataset: Dataset, *, lora: bool) -> Probe:
    """Load the models as generation and evaluation do, from disk, and compare their logits.

    Each model computes on the recipe's device in the recipe's dtype, on the CPU where the recipe
    packs it: what packing changes is then in none of them. Logits are compared in float32
    on the CPU, of shape (tokens, vocabulary), at up to `TOKENS` completion tokens of each of the
    first `ROWS` rows.

    Args:
        tuned: the saved model.
        trained: what the trainer left: an adapter, or the weights.
        dataset: what `tokenize` made.

    Raises:
        RunError: a logit of the tuned model is not finite; all equal the base's: the adapter was
            not applied, or training changed nothing; or they are not those of what was trained.
    """
    import torch

    first = [dataset[row] for row in range(min(ROWS, len(dataset)))]
    if base.quantization is not None:
        dtype = str(pick_dtype(base.dtype, pick_device(base.device))).removeprefix("torch.")
        plain = {"quantization": None, "device": "cpu", "dtype": dtype}
        base = base.model_copy(update=plain | {"attn_implementation": None})
    before, wanted = _base_and_trained_logits(base, trained, first, lora)
    saved = base.model_copy(update={"id": str(tuned), "revision": None})
    after = _logits(load_model(saved), first)
    if not after.isfinite().all():
        raise RunError(
            f"{tuned}: the trained model's logits are not finite: try a lower "
            "train.learning_rate, or model.dtype=float32"
        )
    difference = (after - before).abs().max().item()
    if difference <= NOISE * before.abs().max().item():
        raise RunError(
            f"{tuned}: the trained model's logits equal the base's: the adapter was not applied, "
            "or train.learning_rate and the number of steps are too small to change its weights"
        )
    merged = (after - wanted).abs().max().item()
    allowed = _tolerance(saved) * wanted.abs().max().item()
    if not merged <= allowed:
        raise RunError(
            f"{tuned}: the saved model is not the trained one: a logit differs by {merged:.3g}, "
            f"and rounding explains {allowed:.2g}\n  What was trained is kept in {trained}."
        )
    old, new = torch.log_softmax(before, -1), torch.log_softmax(after, -1)
    kl = torch.nn.functional.kl_div(new, old, reduction="sum", log_target=True) / len(before)
    return Probe(len(before), difference, kl.item(), merged)


def _base_and_trained_logits(
    base: Model, trained: Path, rows: list[dict[str, Any]], lora: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits of the base and of what was trained, as `_logits` has them, without a third model."""
    model = load_model(base)
    before = _logits(model, rows)
    if not lora:
        del model
        weights = base.model_copy(update={"id": str(trained), "revision": None})
        return before, _logits(load_model(weights), rows)
    from peft import PeftModel

    return before, _logits(PeftModel.from_pretrained(model, trained).eval(), rows)


def _tolerance(saved: Model) -> float:
    import torch

    used = pick_dtype(saved.dtype, pick_device(saved.device))
    kept = load_config(saved).dtype or torch.float32
    return max(TOLERANCE[str(dtype).removeprefix("torch.")] for dtype in (used, kept))


def _logits(model: PreTrainedModel, rows: list[dict[str, Any]]) -> torch.Tensor:
    """Logits that predict the completions' first tokens.

    Args:
        rows: ``input_ids`` and ``completion_mask``, lists of ints; each goes through the model by
            itself, as int64 of shape (1, tokens) on the model's device.

    Returns:
        (tokens of all rows, vocabulary), float32 on the CPU.
    """
    import torch

    found = []
    for row in rows:
        start = row["completion_mask"].index(1)
        ids = row["input_ids"][: start + TOKENS]
        with torch.inference_mode():
            logits = model(torch.tensor([ids], device=model.device)).logits[0]
        found.append(logits[start - 1 : len(ids) - 1].float().cpu())
    return torch.cat(found)
