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

from ..records import Sampling
from ._attention import fast_attention
from ._cache import roomy_cache
from ._sampling import Chooser

_FEW = 4
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
        limits: the most tokens to produce for each row, at least one.

    Returns:
        For each row the ids produced, the stop token included, and the sum of their
        log-probabilities (nats, untempered).
    """
    device, width = model.device, max(map(len, prompts))
    padded = [[pad_id] * (width - len(prompt)) + list(prompt) for prompt in prompts]
    attended = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    ids = torch.tensor(padded, device=device)
    mask = torch.tensor(attended, device=device)
    ends = torch.tensor(limits, device=device) + width
    stops = torch.tensor(stop_ids, device=device)
    places = torch.arange(len(prompts))
    chooser, cache = Chooser(sampling, seeds, device), roomy_cache(model)
    found: dict[int, tuple[tuple[int, ...], float]] = {}
    while len(places):
        pause = cache is not None and len(places) > _FEW
        criterion = _Finished(stops, ends, len(places) // 2 if pause else len(places))
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
                logits_processor=LogitsProcessorList([chooser]),
                stopping_criteria=StoppingCriteriaList([criterion]),
                **({} if cache is None else {"past_key_values": cache}),
            )
            finished = criterion.finished
            rows = (places[finished.cpu()], ids[finished], ends[finished], chooser.take(finished))
            for place, row, end, logprobs in zip(*(part.tolist() for part in rows), strict=True):
                answer = row[width:end]
                stop = next((n for n, id in enumerate(answer, 1) if id in stop_ids), len(answer))
                found[place] = tuple(answer[:stop]), sum(logprobs[:stop])
            left = ~finished
            places, ids, ends = places[left.cpu()], ids[left], ends[left]
            mask = torch.nn.functional.pad(mask, (0, ids.shape[1] - mask.shape[1]), value=1)[left]
            if cache is not None and len(places):
                cache.batch_select_indices(left.nonzero()[:, 0])
    return [found[place] for place in range(len(prompts))]


class _Finished(StoppingCriteria):  # type: ignore[misc]
    """Ends rows at a stop token or at their own limit, and all once enough rows are finished."""

    def __init__(self, stops: torch.Tensor, ends: torch.Tensor, enough: int) -> None:
        self.finished = torch.zeros_like(ends, dtype=torch.bool)
        self._stops, self._ends, self._enough = stops, ends, enough

    def __call__(
        self, input_ids: torch.Tensor, scores: torch.Tensor, **kwargs: object
    ) -> torch.Tensor:
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
