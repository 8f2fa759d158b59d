"""The rows of a step, sorted by length before they are split: less padding, the same step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.nn.functional import pad
from trl import SFTTrainer

from ._tokenize import IGNORED


class LengthSortedTrainer(SFTTrainer):  # type: ignore[misc]
    """TRL's trainer, whose gradient accumulation goes from a step's longest rows to its shortest.

    Which rows a step has is drawn as ever. Only how they are dealt out to its micro-batches
    changes, so that each is padded to a longest row of its own; the loss is the mean over the
    tokens of the whole step, which does not ask for their order. (Grouping by length over many
    steps, as ``train_sampling_strategy=group_by_length`` does, would decide what is learned
    together.)
    """

    def get_batch_samples(
        self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device
    ) -> tuple[list[Any], torch.Tensor | int | None]:
        """The micro-batches of one step, and how many tokens they train."""
        batches, items = super().get_batch_samples(epoch_iterator, num_batches, device)
        fill = {"input_ids": self.data_collator.pad_token_id, "labels": IGNORED}
        fill["attention_mask"] = 0
        if len(batches) > 1 and all(batch.keys() == fill.keys() for batch in batches):
            batches = sort_by_length(batches, fill, self.data_collator.pad_to_multiple_of or 1)
        return batches, items


def sort_by_length(
    batches: list[dict[str, torch.Tensor]], fill: dict[str, int], multiple: int = 1
) -> list[dict[str, torch.Tensor]]:
    """Deal the rows of all batches out anew, the longest first, into batches of the same sizes.

    Args:
        batches: tensors by name, each of shape (rows, longest), int64, padded on the right.
            ``attention_mask`` is 1 where a row is not padding.
        fill: what each is padded with, by its name.
        multiple: lengths of batches are rounded up to a multiple of it.
    """
    longest = max(batch["attention_mask"].shape[1] for batch in batches)
    rows = {
        name: torch.cat(
            [pad(b[name], (0, longest - b[name].shape[1]), value=value) for b in batches]
        )
        for name, value in fill.items()
    }
    order = rows["attention_mask"].sum(1).argsort(descending=True, stable=True)
    parts = torch.split(order, [len(batch["input_ids"]) for batch in batches])
    firsts = torch.stack([part[0] for part in parts])
    dealt = []
    for part, length in zip(parts, rows["attention_mask"][firsts].sum(1).tolist(), strict=True):
        end = -(-length // multiple) * multiple
        dealt.append({name: tensor[part, :end] for name, tensor in rows.items()})
    return dealt
