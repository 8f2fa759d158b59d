"""One batch through transformers' `generate`, with the rows that are done taken out on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    PreTrainedModel,
    StoppingCriteria,
    StoppingCriteriaList,
)

from ..models import pad_left
from ..records import Sampling
from ._kv_cache import preallocated_cache
from ._sampling import Sampler
from .attention import fast_attention

_LAST_ROWS = 4
"""Rows that are decoded to the end together: so few take hardly longer than one."""


def decode(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    *,
    sampling: Sampling,
    seeds: Sequence[int],
    limits: Sequence[int],
    stop_ids: Sequence[int],
    pad_id: int,
) -> list[tuple[tuple[int, ...], float]]:
    """Answer a batch of prompts, padded on the left.

    Plain `generate` goes on with every row until the last is done. Here it pauses whenever half of
    the rows are, and goes on with the others, their part of the cache kept. So one long answer does
    not cost as much as a batch of them.

    Args:
        prompts: token ids of each row, of any lengths; the tensors made of them, (rows, tokens),
            int64, are on the model's device.
        seeds: of each row.
        limits: the most tokens to produce for each row, at least one.

    Returns:
        For each row the ids produced, the stop token included, and the sum of their
        log-probabilities (nats, untempered, summed in Python's floats from fp32).
    """
    device = model.device
    ids, mask = pad_left(prompts, pad_id, device)
    width = ids.shape[1]
    ends = torch.tensor(limits, device=device) + width
    stops = torch.tensor(stop_ids, device=device)
    rows = torch.arange(len(prompts))  # those that are not finished, on the CPU
    sampler, cache = Sampler(sampling, seeds, device), preallocated_cache(model)
    produced: dict[int, tuple[tuple[int, ...], float]] = {}
    while len(rows):
        pause = cache is not None and len(rows) > _LAST_ROWS
        criterion = _Finished(stops, ends, len(rows) // 2 if pause else len(rows))
        config = GenerationConfig(
            max_new_tokens=int(ends.max()) - ids.shape[1],
            do_sample=False,
            eos_token_id=list(stop_ids),
            pad_token_id=pad_id,
            use_cache=True,
        )
        with torch.inference_mode(), _no_defaults(model), fast_attention(model):
            ids = model.generate(
                input_ids=ids,
                attention_mask=mask,
                generation_config=config,
                logits_processor=LogitsProcessorList([sampler]),
                stopping_criteria=StoppingCriteriaList([criterion]),
                **({} if cache is None else {"past_key_values": cache}),
            )
            finished = criterion.finished
            done = (rows[finished.cpu()], ids[finished], ends[finished], sampler.take(finished))
            for row, tokens, end, logprobs in zip(*(part.tolist() for part in done), strict=True):
                answer = tokens[width:end]
                stop = next((n for n, id in enumerate(answer, 1) if id in stop_ids), len(answer))
                produced[row] = tuple(answer[:stop]), sum(logprobs[:stop])
            left = ~finished
            rows, ids, ends = rows[left.cpu()], ids[left], ends[left]
            mask = torch.nn.functional.pad(mask, (0, ids.shape[1] - mask.shape[1]), value=1)[left]
            if cache is not None and len(rows):
                cache.batch_select_indices(left.nonzero()[:, 0])
    return [produced[row] for row in range(len(prompts))]


class _Finished(StoppingCriteria):  # type: ignore[misc]
    """Ends rows at a stop token or at their own limit, and all once enough rows are finished.

    Args:
        stops: ids of stop tokens, (stop tokens,), int64.
        ends: the length at which each row ends, its prompt included, (rows,), int64.
        enough: so many finished rows end the others too.

    Attributes:
        finished: (rows,), bool. All three tensors are on the model's device.
    """

    def __init__(self, stops: torch.Tensor, ends: torch.Tensor, enough: int) -> None:
        self.finished = torch.zeros_like(ends, dtype=torch.bool)
        self._stops, self._ends, self._enough = stops, ends, enough

    def __call__(
        self, input_ids: torch.Tensor, scores: torch.Tensor, **kwargs: object
    ) -> torch.Tensor:
        """Args: input_ids (rows, tokens so far), int64. Returns: rows that end, (rows,), bool."""
        stopped = torch.isin(input_ids[:, -1], self._stops)
        self.finished = self.finished | stopped | (input_ids.shape[1] >= self._ends)
        return self.finished | (self.finished.sum() >= self._enough)


@contextmanager
def _no_defaults(model: PreTrainedModel) -> Iterator[None]:
    """Without the model's own generation defaults.

    `generate` fills whatever a configuration leaves open from the model's: a repetition penalty,
    suppressed tokens. What was asked for would then not be what is done, nor what the key says.
    """
    own = model.generation_config
    model.generation_config = GenerationConfig()
    try:
        yield
    finally:
        model.generation_config = own
