"""Proof that a saved model is not the model that it was trained from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RunError
from ..models import load_model
from ..recipe import Model

if TYPE_CHECKING:
    import torch
    from datasets import Dataset

ROWS, TOKENS = 4, 64
"""Training rows looked at, and the most completion tokens of each: logits are large."""
NOISE = 1e-6
"""Relative difference of logits that equal weights may show; one unit of bf16 is above it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How far a tuned model's predictions are from its base's, on completions of training rows.

    ``max_difference`` is the largest absolute difference of a logit, ``kl`` the mean over tokens
    of KL(base || tuned) in nats.
    """

    tokens: int
    max_difference: float
    kl: float


def probe(tuned: Path, base: Model, dataset: Dataset) -> Probe:
    """Load both models as generation and evaluation do, from disk, and compare their logits.

    Raises:
        RunError: a logit of the tuned model is not finite, or all equal the base's: the adapter
            was not applied, or training changed nothing.
    """
    import torch

    first = [dataset[row] for row in range(min(ROWS, len(dataset)))]
    before = _logits(base, first)
    after = _logits(base.model_copy(update={"id": str(tuned), "revision": None}), first)
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
    old, new = torch.log_softmax(before, -1), torch.log_softmax(after, -1)
    kl = torch.nn.functional.kl_div(new, old, reduction="sum", log_target=True) / len(before)
    return Probe(tokens=len(before), max_difference=difference, kl=kl.item())


def _logits(config: Model, rows: list[dict[str, Any]]) -> torch.Tensor:
    """Logits that predict the completions' first tokens, float32 on the CPU: (tokens, words)."""
    import torch

    model = load_model(config)
    found = []
    for row in rows:
        start = row["completion_mask"].index(1)
        ids = row["input_ids"][: start + TOKENS]
        with torch.inference_mode():
            logits = model(torch.tensor([ids], device=model.device)).logits[0]
        found.append(logits[start - 1 : len(ids) - 1].float().cpu())
    return torch.cat(found)
