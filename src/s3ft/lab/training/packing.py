"""Token sequences packed into rows of equal length, each with positions of its own.

transformers reads from positions that start again where one sequence ends and the next begins,
and lets no token attend across that border. So nothing is cut, and every conversation is read
exactly as it will be at inference: from position 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

Sequence = tuple[list[int], list[int]]
"""Token ids, and for each 1 where it is learned, 0 where it is given."""

IGNORED = -100


def _first_fit(
    sequences: Iterator[Sequence], rows: int, length: int
) -> Iterator[list[list[Sequence]]]:
    """Rows of sequences; what finds no place waits for the next batch, in order."""
    waiting: list[Sequence] = []
    while True:
        batch: list[list[Sequence]] = [[] for _ in range(rows)]
        free = [length] * rows
        retry, waiting = waiting, []
        while len(waiting) < 4:
            sequence = retry.pop(0) if retry else next(sequences)
            size = len(sequence[0])
            row = next((i for i, left in enumerate(free) if size <= left), None)
            if row is None:
                waiting.append(sequence)
            else:
                batch[row].append(sequence)
                free[row] -= size
        yield batch


def batches(
    sequences: Iterator[Sequence], *, rows: int, length: int, pad: int
) -> Iterator[dict[str, torch.Tensor]]:
    """Endless batches of `input_ids`, `labels` and `position_ids`, each (rows, length), int64, on
    the CPU.

    Every sequence must have at most `length` tokens. Labels are `IGNORED` where nothing is learned.
    """
    import torch

    for packed in _first_fit(sequences, rows, length):
        ids = torch.full((rows, length), pad)
        labels = torch.full((rows, length), IGNORED)
        positions = torch.zeros((rows, length), dtype=torch.long)
        for row, members in enumerate(packed):
            at = 0
            for tokens, learned in members:
                end = at + len(tokens)
                ids[row, at:end] = torch.tensor(tokens)
                # The first token of a sequence would be predicted from its neighbour's last.
                told = torch.tensor([0, *learned[1:]], dtype=torch.bool)
                labels[row, at:end][told] = ids[row, at:end][told]
                positions[row, at:end] = torch.arange(len(tokens))
                at = end
        yield {"input_ids": ids, "labels": labels, "position_ids": positions}
