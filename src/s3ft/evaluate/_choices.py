"""Log-likelihoods of choices, each context read once and kept in the model's cache."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer, LinearAttentionCacheLayerMixin

from ..models import as_many_as_fit
from ._prefixes import Family, Ids, Question, Row, families

_PASS = 64
"""Tokens of padding that take as long as one more pass on a CPU, where that is but the weights read
once more; on an accelerator passes take longer than padding does."""

Answer = tuple[float, bool]
"""The sum of a choice's log-probabilities (nats), and whether greedy decoding would give it."""


def shares_prefixes(model: PreTrainedModel) -> bool:
    """Whether what this kind of model keeps of a text can be given to several continuations.

    Keys and values can, of all tokens or of a window; a recurrent state, which no mask can reach,
    is left alone. So is a model that counts places, padding included, where others are told
    positions: one that takes none (MPT), or looks back through a window of its own (GPT-Neo).
    """
    takes = inspect.signature(model.forward).parameters
    if not {"past_key_values", "position_ids"} <= takes.keys():
        return False
    if "local" in getattr(model.config, "attention_layers", ()):
        return False
    if not model._supports_default_dynamic_cache():
        return False
    return all(
        isinstance(layer, DynamicLayer) and not isinstance(layer, LinearAttentionCacheLayerMixin)
        for layer in _empty_cache(model).layers
    )


@dataclass(frozen=True)
class _Past:
    """What the model has read: the cache, and which of its places are tokens and not padding.

    ``mask`` is (rows, places), int64, on the model's device.
    """

    cache: DynamicCache
    mask: torch.Tensor

    def of(self, rows: Sequence[int]) -> _Past:
        """For rows that go on from these ones, which may be named several times: a copy."""
        indices = torch.tensor(rows, device=self.mask.device)
        cache = copy.copy(self.cache)
        cache.layers = [copy.copy(layer) for layer in self.cache.layers]
        cache.batch_select_indices(indices)
        return _Past(cache, self.mask[indices])


class _Choice(NamedTuple):
    """What a row has of its own: ``ids``, behind the context in that ``place``."""

    place: int
    row: Row
    ids: Ids


class ChoiceScorer:
    """Scores rows in three passes: what many questions share, each question, its choices.

    Logits are made only where a choice is predicted; their softmax is computed in float32.

    Args:
        model: one of those that `shares_prefixes`, in evaluation mode.
        batch_size: the most rows at once; halved, for good, whenever they do not fit.
    """

    def __init__(self, model: PreTrainedModel, batch_size: int) -> None:
        self._model, self._batch_size = model, batch_size
        layers = _empty_cache(model).layers
        self._window: int | None = min(
            (one.sliding_window for one in layers if one.is_sliding), default=None
        )
        self._takes = inspect.signature(model.forward).parameters
        self._stretched_from = _stretched_from(model)

    def reads_alike(self, rows: Sequence[Row]) -> bool:
        """Whether a row's beginning is read in one way, however long the row is."""
        longest = max((len(row.ids) for row in rows), default=0)
        return self._stretched_from is None or longest <= self._stretched_from

    @torch.inference_mode()
    def score(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Answer]]:
        """Each row with its answer, in an order of our own.

        Raises:
            RunError: a single row does not fit into memory.
        """
        for family in families(rows):
            prefix = family.prefix if self._fits_window(family) else ()
            past = self._read(prefix)
            waiting = sorted(family.members, key=lambda one: len(one.prefix), reverse=True)
            while waiting:
                own = [len(question.prefix) - len(prefix) for question in waiting]
                batch = waiting[: self._alike(own, self._batch_size)]
                done, answers = as_many_as_fit(partial(self._score, past), batch, _too_large)
                if done < len(batch):
                    self._batch_size = done
                yield from answers
                del waiting[:done]

    def _fits_window(self, family: Family) -> bool:
        """Whether the padding between a shared prefix and the questions' own tokens does no harm:
        a window counts places, padding included."""
        if self._window is None:
            return True
        question = max(len(question.prefix) for question in family.members)
        choice = max(
            len(row.ids) - len(question.prefix)
            for question in family.members
            for row in question.members
        )
        return question + choice <= self._window

    def _read(self, prefix: Ids) -> _Past:
        device = self._model.device
        past = _Past(
            _empty_cache(self._model), torch.zeros((1, 0), dtype=torch.int64, device=device)
        )
        return self._go_on(past, [prefix], keep=1)[0] if prefix else past

    def _score(self, past: _Past, questions: Sequence[Question]) -> list[tuple[Row, Answer]]:
        """The rows of questions that begin with what is in ``past``, a single row.

        Never are there more rows at once than questions.
        """
        start = past.mask.shape[1]
        contexts = [question.prefix[start:] for question in questions]
        past, logits = self._go_on(past.of([0] * len(questions)), contexts, keep=1, left=True)
        choices = [
            _Choice(place, row, row.ids[len(question.prefix) :])
            for place, question in enumerate(questions)
            for row in question.members
        ]
        choices.sort(key=lambda choice: len(choice.ids), reverse=True)
        answers: list[tuple[Row, Answer]] = []
        while choices:
            count = self._alike([len(choice.ids) for choice in choices], len(questions))
            answers += self._choose(past, logits, choices[:count])
            del choices[:count]
        return answers

    def _alike(self, lengths: Sequence[int], most: int) -> int:
        """How many of the first rows, the longest first, are read together."""
        lengths = lengths[:most]
        if self._model.device.type != "cpu":
            return len(lengths)
        cuts = [(len(lengths) - at) * (lengths[0] - one) for at, one in enumerate(lengths)]
        saved = max(cuts)
        return cuts.index(saved) if saved > _PASS else len(lengths)

    def _choose(
        self, past: _Past, first: torch.Tensor, choices: Sequence[_Choice]
    ) -> list[tuple[Row, Answer]]:
        """Answers for choices, each of a row of ``past``.

        Args:
            first: logits behind the contexts: (rows of ``past``, 1, vocabulary), in the model's
                dtype, on its device.
        """
        asked = [choice.place for choice in choices]
        read = [choice.ids[:-1] for choice in choices]  # what comes after the last is not asked
        longest = max(map(len, read))
        rest = first[asked, :0]
        if longest:
            rest = self._go_on(past.of(asked), read, keep=longest)[1]
        logprobs, greedy = [], []
        for number, (place, row, ids) in enumerate(choices):
            logits = torch.cat([first[place], rest[number, : len(ids) - 1]])[-row.scored :].float()
            targets = torch.tensor(ids[-row.scored :], device=logits.device)
            chosen = logits.gather(1, targets[:, None])[:, 0]
            logprobs.append((chosen - logits.logsumexp(1)).sum())
            greedy.append((logits.argmax(1) == targets).all())
        answers = zip(torch.stack(logprobs).tolist(), torch.stack(greedy).tolist(), strict=True)
        return list(zip([choice.row for choice in choices], answers, strict=True))

    def _go_on(
        self, past: _Past, texts: Sequence[Ids], *, keep: int, left: bool = False
    ) -> tuple[_Past, torch.Tensor]:
        """Read more of each row, padded to the longest.

        Returns:
            What is read now (the cache is the same one, grown), and the logits of the last ``keep``
            places: (rows, keep, vocabulary), in the model's dtype, on its device.
        """
        longest = max(map(len, texts))
        ids = past.mask.new_zeros((len(texts), longest))
        new = torch.zeros_like(ids)
        for row, text in enumerate(texts):
            place = slice(longest - len(text), None) if left else slice(len(text))
            ids[row, place] = ids.new_tensor(text)
            new[row, place] = 1
        mask = torch.cat([past.mask, new], dim=1)
        options = {
            "position_ids": (mask.cumsum(1) - 1).clamp(min=0)[:, -longest:],
            "logits_to_keep": keep,
        }
        logits = self._model(
            input_ids=ids,
            attention_mask=mask,
            past_key_values=past.cache,
            use_cache=True,
            **{name: value for name, value in options.items() if name in self._takes},
        ).logits
        return _Past(past.cache, mask), logits[:, -keep:]


def _empty_cache(model: PreTrainedModel) -> DynamicCache:
    return DynamicCache(config=model.config.get_text_config(decoder=True))


def _too_large(question: Question) -> str:
    longest = max(len(row.ids) for row in question.members)
    return f"a choice with its context, {longest} tokens, does not fit into memory"


def _stretched_from(model: PreTrainedModel) -> int | None:
    """The length from which a model's positions hang on the longest row: LongRoPE, dynamic NTK."""
    config = model.config.get_text_config()
    told = getattr(config, "rope_parameters", None) or {}
    each = [told, *(value for value in told.values() if isinstance(value, dict))]
    lengths = [
        one.get("original_max_position_embeddings") or config.max_position_embeddings
        for one in each
        if one.get("rope_type") in ("longrope", "dynamic")
    ]
    return min(lengths, default=None)
