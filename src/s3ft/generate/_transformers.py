"""The engine on transformers' own `generate`, which knows every architecture and its cache.

Batches are sorted by prompt length, longest first: padding is little, and a batch that does not
fit into memory shows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..chat import Chat
from ..models import as_many_as_fit
from ..records import Request, Response
from ._batches import Batching
from ._respond import respond

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class TransformersEngine:
    """Answers requests with a loaded model.

    Requests are sorted by sampling parameters, prompt length and key, and cut into batches from
    the front; each list that `generate` yields is one batch. A run that stored whole batches and
    hands over the rest gets the same remaining batches, hence the same tokens even in bf16, where
    the width of a batch's padding can tip a near tie. Only a batch that had to be halved for want
    of memory can be cut otherwise on resumption.

    Sampling takes one uniform number for each token from a generator seeded with the request's
    seed, and inverts the cumulative distribution with it: exact, and independent of the batch.

    A prompt that leaves the model no position to answer in is answered by an empty response with
    finish reason ``length``; one that leaves fewer than asked is cut at the model's last position.

    Args:
        model: a causal language model in evaluation mode, on its device.
        batch_size: the most rows at once; halved, for good, whenever a batch does not fit. On a
            CPU long prompts make it less, since there nothing tells that a batch does not fit.
    """

    name = "transformers"

    def __init__(self, model: PreTrainedModel, chat: Chat, *, batch_size: int = 256) -> None:
        self._model, self._chat = model, chat
        self._batch_size = batch_size
        self._batching = Batching.of(model.config, model.device)

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        """Answer all requests; every list is one batch.

        Raises:
            RunError: a single row does not fit into memory.
        """
        waiting = self._batching.sort(requests)
        while waiting:
            batch = self._batching.first(waiting, self._batch_size)
            done, responses = as_many_as_fit(self._answer, batch, _too_large)
            if done < len(batch):
                self._batch_size = done
            yield responses
            del waiting[:done]

    def _answer(self, batch: Sequence[Request]) -> list[Response]:
        from ._decode import decode

        limits = [self._batching.limit(request) for request in batch]
        if not any(limits):
            return [Response(r.key, "", (), "length", 0.0, self.name) for r in batch]
        produced = decode(
            self._model,
            [request.prompt_ids for request in batch],
            sampling=batch[0].sampling,
            seeds=[request.seed for request in batch],
            limits=limits,
            stop_ids=self._chat.stop_ids,
            pad_id=self._chat.pad_id,
        )
        return [
            respond(request, self._chat, ids, logprob, self.name)
            for request, (ids, logprob) in zip(batch, produced, strict=True)
        ]


def _too_large(request: Request) -> str:
    return (
        f"out of memory with a single row of {len(request.prompt_ids)} prompt tokens: lower "
        f"generate.max_new_tokens (generate.batch_size is at 1 already), or use a smaller model "
        f"or model.dtype"
    )
