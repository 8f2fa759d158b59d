"""Sampling tokens inside transformers' `generate`: row by row, with log-probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from ..records import Sampling


class Sampler(LogitsProcessor):  # type: ignore[misc]
    """Chooses each row's next token and remembers its log-probability.

    At temperature 0 the most likely token. Else transformers' own temperature, top-k and top-p,
    in that order, then the inverse of the cumulative distribution at a uniform number that depends
    on the row's seed and the step alone. `generate` itself is left to take the maximum.

    Args:
        seeds: of the rows of the batch.
        device: where the scores are.
    """

    def __init__(self, sampling: Sampling, seeds: Sequence[int], device: torch.device) -> None:
        self._step = 0
        self._logprobs: list[torch.Tensor] = []
        self._warpers = LogitsProcessorList()
        self._uniform: torch.Tensor | None = None
        if sampling.temperature == 0:
            return
        self._warpers.append(TemperatureLogitsWarper(sampling.temperature))
        if sampling.top_k > 0:
            self._warpers.append(TopKLogitsWarper(sampling.top_k))
        if sampling.top_p < 1:
            self._warpers.append(TopPLogitsWarper(sampling.top_p))
        self._uniform = torch.stack([_uniform(seed, sampling.max_new_tokens) for seed in seeds]).to(
            device
        )

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Choose a token for every row.

        Args:
            input_ids: (rows, tokens so far), int64.
            scores: raw logits (rows, vocabulary), fp32, on the model's device.

        Returns:
            Scores whose maximum is the token chosen: (rows, vocabulary), fp32.
        """
        if self._uniform is None:
            choice = scores.argmax(-1, keepdim=True)
            result = scores
        else:
            uniform = self._uniform[:, self._step : self._step + 1]
            choice = self._sample(input_ids, scores, uniform)
            result = torch.full_like(scores, -torch.inf).scatter_(1, choice, 0.0)
        logprob = scores.gather(1, choice) - scores.logsumexp(-1, keepdim=True)
        self._logprobs.append(logprob)
        self._step += 1
        return result

    def take(self, rows: torch.Tensor) -> torch.Tensor:
        """Take out the rows of a mask.

        Args:
            rows: (rows,), bool, on the scores' device.

        Returns:
            The log-probability (nats, untempered) of each token chosen: (rows taken, steps so far),
            fp32.
        """
        logprobs = torch.cat(self._logprobs, 1)
        self._logprobs = [logprobs[~rows]]
        if self._uniform is not None:
            self._uniform = self._uniform[~rows]
        return logprobs[rows]

    def _sample(
        self, input_ids: torch.Tensor, scores: torch.Tensor, uniform: torch.Tensor
    ) -> torch.Tensor:
        """The tokens that the uniform numbers (rows, 1), fp64, fall on: (rows, 1), int64."""
        cumulative = self._warpers(input_ids, scores).softmax(-1).cumsum(-1, dtype=torch.float64)
        # The first token whose cumulative mass exceeds the number: never one without mass.
        return torch.searchsorted(cumulative, uniform * cumulative[:, -1:], right=True)


def _uniform(seed: int, steps: int) -> torch.Tensor:
    """Numbers in [0, 1) for the steps of one row, on the CPU so that every device has the same.

    24 bits in double precision: times a total mass, never rounded up to that total.

    Returns:
        (steps,), fp64, on the CPU.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(steps, generator=generator, dtype=torch.float32).double()
