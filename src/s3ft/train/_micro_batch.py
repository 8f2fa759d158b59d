"""How a batch of one optimiser step is split into the rows that go through the model at once."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import InputError
from ..recipe import Train

PER_DEVICE, ACCUMULATION = "per_device_train_batch_size", "gradient_accumulation_steps"

SPLIT_ARGS = PER_DEVICE, ACCUMULATION
"""Settings by which ``train.args`` itself splits a batch."""


def sets_micro_batch(config: Train) -> bool:
    """Whether the recipe itself says how a batch is split."""
    return any(key in config.args for key in SPLIT_ARGS)


def split_batch(config: Train, micro_batch_size: int | None = None) -> dict[str, int]:
    """The two settings of TRL whose product is ``config.batch_size``.

    Args:
        micro_batch_size: rows at once, where ``config.args`` does not tell; default: the batch.

    Raises:
        InputError: what ``config.args`` says does not divide the batch, or does not multiply to it.
    """
    given = {key: config.args[key] for key in SPLIT_ARGS if key in config.args}
    if micro_batch_size is not None and not given:
        given[PER_DEVICE] = micro_batch_size
    for key, value in given.items():
        if not isinstance(value, int) or value < 1 or config.batch_size % value:
            raise InputError(
                f"train.args.{key}",
                f"{value!r} does not divide train.batch_size {config.batch_size}",
                "Give a divisor; batch_size is the whole batch of a step in one process.",
            )
    rows = given.get(PER_DEVICE, config.batch_size // given.get(ACCUMULATION, 1))
    micro = {PER_DEVICE: rows, ACCUMULATION: given.get(ACCUMULATION, config.batch_size // rows)}
    if micro[PER_DEVICE] * micro[ACCUMULATION] != config.batch_size:
        raise InputError(
            "train.args",
            f"{PER_DEVICE} {micro[PER_DEVICE]} times {ACCUMULATION} {micro[ACCUMULATION]} is not "
            f"train.batch_size {config.batch_size}",
            "Give one of the two, the other follows.",
        )
    return micro


def largest_micro_batch(
    step_bytes: Callable[[int], int], batch_size: int, limit: int
) -> tuple[int, int]:
    """The largest divisor of a batch whose step fits into ``limit`` bytes, 1 if none does.

    Only one row and the whole batch are counted: between the two the memory grows with the rows.

    Args:
        step_bytes: bytes that a step takes, by its rows at once.

    Returns:
        The rows, and the bytes that they take.
    """
    whole = step_bytes(batch_size)
    if whole <= limit or batch_size == 1:
        return batch_size, whole
    one = step_bytes(1)
    row = (whole - one) / (batch_size - 1)
    divisors = (n for n in range(batch_size, 0, -1) if batch_size % n == 0)
    taken = {n: round(one + (n - 1) * row) for n in divisors}
    return next(((rows, size) for rows, size in taken.items() if size <= limit), (1, one))
