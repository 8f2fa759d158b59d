"""What a model finds of given answers: log-probabilities, and the distance to another model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from ..models import hidden_states_at

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

TOKENS = 4096
"""Tokens that go through a model at once, padding included."""

ANSWERS = 1024
"""Tokens of answers at which distributions are held at once: of a large vocabulary 1.5 GB."""

LIKELIEST = 128
"""Tokens of a distribution that are kept; all others are one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Token ids of a prompt, and of an answer to it; neither is empty."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]


def logprobs(
    model: PreTrainedModel, rows: Iterable[Answered], pad_id: int
) -> Iterator[torch.Tensor]:
    """The distribution of a model at each token of each answer, as its own forward gives it.

    Args:
        model: in evaluation mode; its vocabulary has V tokens.
        pad_id: what rows are filled up with, on the right, where nothing attends to it.

    Yields:
        Row by row log-probabilities (answer tokens, V), float32, on the model's device. Take one
        before the next: a table of a long answer is large.
    """
    for table in _logits(model, rows, pad_id):
        yield table.float().log_softmax(-1)


def _logits(
    model: PreTrainedModel, rows: Iterable[Answered], pad_id: int
) -> Iterator[torch.Tensor]:
    import torch

    for batch in _batches(rows):
        width = max(len(row.prompt) + len(row.answer) for row in batch)
        ids = [[*row.prompt, *row.answer] for row in batch]
        padded = torch.tensor([row + [pad_id] * (width - len(row)) for row in ids])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
        # The position before each token of an answer is the one that predicts it.
        starts = [n * width + len(row.prompt) - 1 for n, row in enumerate(batch)]
        at = [s + k for s, row in zip(starts, batch, strict=True) for k in range(len(row.answer))]
        positions = torch.tensor(at, device=model.device)
        with torch.inference_mode(), hidden_states_at(model, positions):
            logits = model(
                input_ids=padded.to(model.device),
                attention_mask=mask.to(model.device),
                use_cache=False,
            ).logits[0]
        yield from logits.split([len(row.answer) for row in batch])


def _batches(rows: Iterable[Answered]) -> Iterator[list[Answered]]:
    """Rows in their order, as many as hold `TOKENS` when padded to the longest, and `ANSWERS`."""
    batch: list[Answered] = []
    width = answers = 0
    for row in rows:
        length, more = len(row.prompt) + len(row.answer), len(row.answer)
        full = max(width, length) * (len(batch) + 1) > TOKENS or answers + more > ANSWERS
        if batch and full:
            yield batch
            batch, width, answers = [], 0, 0
        batch.append(row)
        width, answers = max(width, length), answers + more
    if batch:
        yield batch


def logprobs_of(
    model: PreTrainedModel, rows: Sequence[Answered], pad_id: int
) -> Iterator[list[float]]:
    """The log-probability (nats) of each token of each answer."""
    import torch

    for row, table in zip(rows, _logits(model, rows, pad_id), strict=True):
        answer = torch.tensor(row.answer, device=table.device)[:, None]
        parts = zip(*(torch.split(whole, ANSWERS) for whole in (table, answer)), strict=True)
        found = [part.float().log_softmax(-1).gather(1, ids) for part, ids in parts]
        yield torch.cat(found)[:, 0].tolist()


def per_token(model: PreTrainedModel, rows: Sequence[Answered], pad_id: int) -> list[float]:
    """The mean log-probability (nats) of each answer's tokens."""
    return [fmean(values) for values in logprobs_of(model, rows, pad_id)]


def divergence(
    base: PreTrainedModel, tuned: PreTrainedModel, rows: Sequence[Answered], pad_id: int
) -> list[float]:
    """KL(base || tuned) in nats per token, the mean over each answer's tokens.

    Of answers that the base gave it is an estimate of how far the tuned model is from it where the
    base itself goes (Shenfeld et al. 2025, RL's Razor, arXiv 2509.04259).
    """
    pairs = zip(logprobs(base, rows, pad_id), logprobs(tuned, rows, pad_id), strict=True)
    return [float((ours.exp() * (ours - theirs)).sum(-1).mean()) for ours, theirs in pairs]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A model's distributions at the tokens of an answer, as far as they are kept.

    Attributes:
        ids: the likeliest tokens at each, (answer tokens, `LIKELIEST`), int32.
        logprobs: theirs, of the same shape, float32.
    """

    ids: torch.Tensor
    logprobs: torch.Tensor


def sketches(model: PreTrainedModel, rows: Sequence[Answered], pad_id: int) -> Iterator[Sketch]:
    """What is kept of a model's distributions, so that another can be compared without it."""
    for table in logprobs(model, rows, pad_id):
        top = table.topk(min(LIKELIEST, table.shape[-1]))
        yield Sketch(top.indices.int().cpu(), top.values.cpu())


def drift(
    base: Sequence[Sketch], tuned: PreTrainedModel, rows: Sequence[Answered], pad_id: int
) -> Iterator[float]:
    """KL(base || tuned) in nats per token, the mean over each answer's tokens.

    The tokens beside the likeliest count as one, so it is at most the whole distance, and short of
    it by a few percent: that of what the base hardly ever says. Of answers that the base gave it
    estimates how far the tuned model is from it where the base itself goes, which predicts what is
    forgotten (Shenfeld et al. 2025, RL's Razor, arXiv 2509.04259).

    Args:
        base: `sketches` of the rows.
    """
    import torch

    for kept, table in zip(base, logprobs(tuned, rows, pad_id), strict=True):
        ours = kept.logprobs.to(table.device)
        theirs = table.gather(1, kept.ids.to(table.device, torch.int64))
        distance = (ours.exp() * (ours - theirs)).sum(-1)
        rest, its_rest = (_rest(logs) for logs in (ours, theirs))
        yield float((distance + rest * (rest.log() - its_rest.log())).mean())


def _rest(logs: torch.Tensor) -> torch.Tensor:
    """The probability of whatever is not kept; never nothing, as rounding may have it."""
    return (1 - logs.exp().sum(-1)).clamp_min(1e-9)
