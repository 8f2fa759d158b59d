"""One stage of the base model's training, which can be stopped at any moment."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from ...atomic import atomic_file
from ...errors import RunError
from . import packing
from .regime import Regime

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM

KEEP = 200
"""Steps after which the state is kept, over and over."""


def run_stage(
    name: str,
    model: LlamaForCausalLM,
    sequences: Iterator[packing.Sequence],
    regime: Regime,
    tokens: int,
    kept: Path,
    pad: int,
    *,
    decay: bool,
) -> dict[str, Any]:
    """Trains on about `tokens` tokens; the mean loss of the last tenth and the data's hash.

    The weights are float32 on the CPU, and the forward pass runs in bfloat16.

    Its state is kept in a file, from which a training with the same data goes on.
    """
    import torch

    steps = tokens // (regime.rows * regime.length)
    short = (sequence for sequence in sequences if len(sequence[0]) <= regime.length)
    data = packing.batches(short, rows=regime.rows, length=regime.length, pad=pad)
    model.set_attn_implementation("eager")  # the CPU's fused one is slower with heads this small
    optimizers, read = _optimizers(model, regime), hashlib.sha256()
    state = _State(model, optimizers, kept)
    if regime.compiled:
        model.compile()
    started = time.monotonic()
    for done, batch in enumerate(itertools.islice(data, steps), start=1):
        read.update(batch["input_ids"].numpy().tobytes())
        if done <= state.before:
            if done == state.before and read.hexdigest() != state.data:
                raise RunError(f"{kept} was made from other data: remove it, or take another --out")
            continue
        rate = regime.learning_rate * min(1, done / regime.warmup_steps)
        if decay:
            rate *= 1 - (done - 1) / steps
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(**batch, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
        state.losses.append(loss.item())
        minutes = (time.monotonic() - started) / 60
        if done % 50 == 0 or done == steps:
            speed = (done - state.before) * regime.rows * regime.length / minutes / 60
            left = minutes / (done - state.before) * (steps - done)
            print(
                f"{name} {done}/{steps} loss {mean(state.losses[-50:]):.3f} "
                f"{speed:,.0f} tokens/s, {left:.1f} min left",
                flush=True,
            )
        if done % KEEP == 0:
            state.keep(read.hexdigest(), minutes)
    kept.unlink(missing_ok=True)
    return {
        "loss": mean(state.losses[-max(1, steps // 10) :]),
        "data_sha256": read.hexdigest(),
        "minutes": round(state.minutes + (time.monotonic() - started) / 60, 1),
    }


def _optimizers(model: torch.nn.Module, regime: Regime) -> list[torch.optim.Optimizer]:
    """Muon for the matrices between the layers, AdamW for embeddings and norms."""
    import torch

    named = list(model.named_parameters())
    matrices = [p for name, p in named if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in named if p.ndim != 2 or "embed" in name]
    decay = regime.weight_decay
    return [
        torch.optim.Muon(matrices, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, betas=(0.9, 0.95), weight_decay=decay, fused=True),
    ]


class _State:
    """What a stage has reached, and the file that it is kept in."""

    def __init__(
        self, model: LlamaForCausalLM, optimizers: list[torch.optim.Optimizer], file: Path
    ) -> None:
        import torch

        self._model, self._optimizers, self._file = model, optimizers, file
        self.losses: list[float] = []
        self.before, self.minutes, self.data = 0, 0.0, ""
        """Steps, minutes and the data's hash of the trainings that were stopped."""
        if file.exists():
            state = torch.load(file, weights_only=True)
            model.load_state_dict(state["model"])
            for optimizer, its_state in zip(optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(its_state)
            self.losses, self.before = state["losses"], len(state["losses"])
            self.minutes, self.data = state["minutes"], state["data"]

    def keep(self, data: str, minutes: float) -> None:
        import torch

        state = {
            "model": self._model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
            "losses": self.losses,
            "data": data,
            "minutes": self.minutes + minutes,
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(self._file) as partial:
            torch.save(state, partial)
