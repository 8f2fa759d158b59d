"""What a model finds of given answers: log-probabilities, and the distance to another model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel

TOKENS = 4096
"""Tokens that go through a model at once, padding included."""

LIKELIEST = 128
"""Tokens of a distribution that are kept; all others are one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Token ids of a prompt, and of an answer to it; neither is empty."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]


def logprobs(model: PreTrainedModel, rows: Sequence[Answered], pad_id: int) -> list[torch.Tensor]:
    """The distribution of a model at each token of each answer.

    Args:
        model: in evaluation mode; its vocabulary has V tokens.
        pad_id: what rows are filled up with, on the right, where nothing attends to it.

    Returns:
        For each row log-probabilities (answer tokens, V), float32, on the model's device.
    """
    found: list[torch.Tensor] = []
    for batch in _batches(rows):
        width = max(len(row.prompt) + len(row.answer) for row in batch)
        ids = [[*row.prompt, *row.answer] for row in batch]
        padded = torch.tensor([row + [pad_id] * (width - len(row)) for row in ids])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
        with torch.inference_mode():
            hidden = model.base_model(
                input_ids=padded.to(model.device), attention_mask=mask.to(model.device)
            ).last_hidden_state
            for row, states in zip(batch, hidden, strict=True):
                first = len(row.prompt) - 1  # the position that predicts the answer's first token
                logits = model.get_output_embeddings()(states[first : first + len(row.answer)])
                found.append(logits.float().log_softmax(-1))
    return found


def _batches(rows: Sequence[Answered]) -> Iterator[Sequence[Answered]]:
    """Rows in their order, as many as hold `TOKENS` when padded to the longest."""
    start = 0
    while start < len(rows):
        end, width = start, 0
        while end < len(rows):
            width = max(width, len(rows[end].prompt) + len(rows[end].answer))
            if end > start and width * (end + 1 - start) > TOKENS:
                break
            end += 1
        yield rows[start:end]
        start = end


def per_token(model: PreTrainedModel, rows: Sequence[Answered], pad_id: int) -> list[float]:
    """The mean log-probability (nats) of each answer's tokens."""
    found = []
    for start in range(0, len(rows), 64):
        some = rows[start : start + 64]
        for row, table in zip(some, logprobs(model, some, pad_id), strict=True):
            answer = torch.tensor(row.answer, device=table.device)
            found.append(float(table.gather(1, answer[:, None]).mean()))
    return found


def divergence(
    base: PreTrainedModel, tuned: PreTrainedModel, rows: Sequence[Answered], pad_id: int
) -> list[float]:
    """KL(base || tuned) in nats per token, the mean over each answer's tokens.

    Of answers that the base gave it is an estimate of how far the tuned model is from it where the
    base itself goes (Shenfeld et al. 2025, RL's Razor, arXiv 2509.04259).
    """
    found = []
    for start in range(0, len(rows), 16):  # two tables of a vocabulary's width are held at once
        some = rows[start : start + 16]
        pairs = zip(logprobs(base, some, pad_id), logprobs(tuned, some, pad_id), strict=True)
        for ours, theirs in pairs:
            found.append(float((ours.exp() * (ours - theirs)).sum(-1).mean()))
    return found


@dataclass(frozen=True, slots=True)
class Sketch:
    """A model's distributions at the tokens of an answer, as far as they are kept.

    Attributes:
        ids: the likeliest tokens at each, (answer tokens, `LIKELIEST`), int64.
        logprobs: theirs, of the same shape, float32.
    """

    ids: torch.Tensor
    logprobs: torch.Tensor


def sketches(model: PreTrainedModel, rows: Sequence[Answered], pad_id: int) -> Iterator[Sketch]:
    """What is kept of a model's distributions, so that another can be compared without it."""
    for start in range(0, len(rows), 16):
        for table in logprobs(model, rows[start : start + 16], pad_id):
            top = table.topk(min(LIKELIEST, table.shape[-1]))
            yield Sketch(top.indices.cpu(), top.values.cpu())


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
    for start in range(0, len(rows), 16):
        some = slice(start, start + 16)
        for kept, table in zip(base[some], logprobs(tuned, rows[some], pad_id), strict=True):
            ours = kept.logprobs.to(table.device)
            theirs = table.gather(1, kept.ids.to(table.device))
            distance = (ours.exp() * (ours - theirs)).sum(-1)
            rest, its_rest = (_rest(logs) for logs in (ours, theirs))
            yield float((distance + rest * (rest.log() - its_rest.log())).mean())


def _rest(logs: torch.Tensor) -> torch.Tensor:
    """The probability of whatever is not kept; never nothing, as rounding may have it."""
    return (1 - logs.exp().sum(-1)).clamp_min(1e-9)
