"""General rows to mix in: read as the data are, a fixed choice of them, none that is measured."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ..errors import InputError
from ..recipe import Data, ReplayRows
from ..records import Example, content_hash
from ._read import Note, read

_KEY = re.compile(rf"\bdata\.({'|'.join((*ReplayRows.model_fields, 'train'))})\b")


def replay_data(replay: ReplayRows) -> Data:
    """The group as that of data which are trained on."""
    settings = replay.model_dump(exclude={"share", "split"})
    return Data(**settings, train=replay.split)


def read_replay(
    replay: ReplayRows,
    others: int,
    measured: Collection[str],
    fits: Callable[[Example], bool] = lambda example: True,
    note: Note = lambda line: None,
) -> list[Example]:
    """General rows, as many as have the recipe's share beside so many others.

    They are those with the lowest hashes of their ids: always the same, and with a greater share
    the same and more. What is measured is none of them. Of all rows only those chosen so far are
    held in memory, beside the ids.

    Args:
        others: rows to mix them with.
        measured: `asked` of the rows that models are measured on.
        fits: whether a row is short enough.

    Raises:
        InputError: as `read`, with the keys of ``data.replay``; or there are not so many.
    """
    wanted = max(1, round(others * replay.share / (1 - replay.share)))
    chosen: list[tuple[int, int, Example]] = []  # a heap, that with the greatest hash on top
    left_out = {"are asked where models are measured": 0, "are too long": 0}
    with _keys_of_replay():
        for number, example in enumerate(read(replay_data(replay), "train", note)):
            rank = -int(content_hash(example.id), 16)
            if len(chosen) == wanted and rank < chosen[0][0]:
                continue
            if asked(example) in measured:
                left_out["are asked where models are measured"] += 1
            elif not fits(example):
                left_out["are too long"] += 1
            elif len(chosen) < wanted:
                heapq.heappush(chosen, (rank, -number, example))
            else:
                heapq.heapreplace(chosen, (rank, -number, example))
    for why, rows in left_out.items():
        if rows:
            note(f"{replay.path}: {rows:,} rows {why}, and others are replayed")
    if len(chosen) < wanted:
        problem = f"{replay.share:g} of the mixture are {wanted:,} rows, and {replay.path} has"
        most = int(1000 * len(chosen) / (len(chosen) + others)) / 1000
        remedy = f"Lower it to {most:g}, or name more rows." if most else "Name other rows."
        raise InputError("data.replay.share", f"{problem} {len(chosen):,} to take", remedy)
    return [example for _, _, example in sorted(chosen, reverse=True)]


def asked(example: Example) -> str:
    """What tells rows apart that ask the same: their turns but for system messages, whatever the
    spaces and capitals."""
    turns = (turn for turn in example.prompt if turn["role"] != "system")
    return content_hash([(t["role"], " ".join(t["content"].casefold().split())) for t in turns])


@contextmanager
def _keys_of_replay() -> Iterator[None]:
    """Name the keys of ``data`` in messages as those of ``data.replay`` that they come from."""
    try:
        yield
    except InputError as error:
        raise InputError(*map(_renamed, (error.where, error.problem, error.remedy))) from None


def _renamed(text: str) -> str:
    return _KEY.sub(
        lambda found: f"data.replay.{'split' if found[1] == 'train' else found[1]}", text
    )
