"""How the engine on transformers orders requests and cuts them into batches.

It takes the model's configuration and device alone, so that batches can be cut where no weights
are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..records import Request

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig

CPU_TOKENS = 32_768
"""The most prompt tokens of a batch on a CPU, padding included. A batch that does not fit there is
not refused, as on a GPU: the system ends the process. What one of this size takes is about 65 KB a
token for a model of 135 million parameters, and larger ones are hardly faster."""


@dataclass(frozen=True, slots=True)
class Batching:
    """The order of requests, and which of them may share a batch.

    Args:
        positions: how many tokens the model has positions for; None: no limit.
        mixes_limits: whether rows that may have answers of different lengths can share a batch.
            Finished rows go on being fed beside longer ones. Past its last position a rotary model
            computes something that nobody reads, but a table of positions has no entry.
        tokens: the most prompt tokens of a batch, padding included; None: no limit. A single row
            may have more.
    """

    positions: int | None
    mixes_limits: bool
    tokens: int | None = None

    @classmethod
    def of(cls, config: PretrainedConfig, device: torch.device) -> Batching:
        """That of a model on a device."""
        from ..models import max_positions

        return cls(
            max_positions(config),
            getattr(config, "rope_parameters", None) is not None,
            CPU_TOKENS if device.type == "cpu" else None,
        )

    def sort(self, requests: Iterable[Request]) -> list[Request]:
        """By sampling parameters, prompt length and key; the longest first."""
        return sorted(requests, key=self._order, reverse=True)

    def first(self, waiting: Sequence[Request], size: int) -> list[Request]:
        """The next batch of sorted requests."""
        group = self._group(waiting[0])
        if self.tokens is not None:  # the first is the longest
            size = min(size, max(1, self.tokens // max(1, len(waiting[0].prompt_ids))))
        return [request for request in waiting[:size] if self._group(request) == group]

    def cut(self, requests: Iterable[Request], size: int) -> Iterator[list[Request]]:
        """All batches."""
        waiting = self.sort(requests)
        while waiting:
            batch = self.first(waiting, size)
            yield batch
            del waiting[: len(batch)]

    def limit(self, request: Request) -> int:
        """The most tokens that there is room for in an answer."""
        wanted = request.sampling.max_new_tokens
        if self.positions is None:
            return wanted
        return max(0, min(wanted, self.positions - len(request.prompt_ids)))

    def _order(self, request: Request) -> tuple[Any, ...]:
        return (*self._group(request), len(request.prompt_ids), request.key)

    def _group(self, request: Request) -> tuple[Any, ...]:
        """What the rows of one batch must have in common."""
        s, limit = request.sampling, self.limit(request)
        shared = limit if limit == 0 or not self.mixes_limits else s.max_new_tokens
        return (shared, s.max_new_tokens, s.temperature, s.top_p, s.top_k)
