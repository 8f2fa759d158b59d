"""The memory that a step takes, found without computing it, and the memory that is there.

The step is done on tensors without numbers (`torch._subclasses.FakeTensorMode`): every operation
of forward and backward is gone through, and what it would allocate is counted from when it is made
until it is freed. It errs on the high side (`benchmarks/microbatch.py`).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

if TYPE_CHECKING:
    from trl import SFTTrainer

SHARE = {"cuda": 0.8}
"""The share of what is free that a step may take by this count. A GPU is ours alone; what a CPU
has is for all programs, and a process that takes too much there is killed without a word."""

STATES = 2 * 4
"""Bytes that an optimiser keeps for a trained number: AdamW's two moments in float32."""

CGROUP = Path("/sys/fs/cgroup")


def step_memory(trainer: SFTTrainer, length: int) -> Callable[[int], int]:
    """How many bytes a step takes, by the rows of so many tokens that go through at once.

    Weights, gradients, the optimiser's states, activations, and what operations need on the way.

    Args:
        trainer: with a model on the meta device, whose parameters are replaced.
    """
    model, args = trainer.model, trainer.args
    parameters = list(model.parameters())
    fixed: int = sum(p.nbytes + STATES * p.requires_grad * p.numel() for p in parameters)
    if args.gradient_checkpointing:
        model.gradient_checkpointing_enable(args.gradient_checkpointing_kwargs)
    mode = FakeTensorMode()
    _without_numbers(model, mode)
    row = {"input_ids": [1] * length, "labels": [1] * length}

    @cache
    def needed(rows: int) -> int:
        batch = trainer.data_collator([row] * rows)
        peak = _Peak()
        with mode, peak:
            inputs = {name: torch.ones(v.shape, dtype=v.dtype) for name, v in batch.items()}
            with torch.autocast("cpu", enabled=args.bf16 or args.fp16, dtype=torch.bfloat16):
                model(**inputs, fused_lm_head=True, use_cache=False).loss.backward()
            model.zero_grad(set_to_none=True)
        return fixed + peak.most

    return needed


def rows_within(needed: Callable[[int], int], batch_size: int, room: int) -> tuple[int, int]:
    """The largest divisor of a batch that fits into ``room`` bytes, 1 if none does.

    With what it takes. Between one row and all of them it grows with the rows.
    """
    whole = needed(batch_size)
    if whole <= room or batch_size == 1:
        return batch_size, whole
    one = needed(1)
    row = (whole - one) / (batch_size - 1)
    found = {n: round(one + (n - 1) * row) for n in range(batch_size, 0, -1) if batch_size % n == 0}
    return next(((rows, most) for rows, most in found.items() if most <= room), (1, one))


def free_and_total(device: torch.device) -> tuple[int, int]:
    """The bytes of memory that are free on a device, and all that it has."""
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return free, total
    if device.type == "mps":
        total = torch.mps.recommended_max_memory()
        return total - torch.mps.driver_allocated_memory(), total
    memory = psutil.virtual_memory()
    free, total = memory.available, memory.total + psutil.swap_memory().total
    try:  # in a container, whose limit the machine's own figures do not know
        limit = int((CGROUP / "memory.max").read_text())
        told = (line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
        cached = next(int(value) for name, value in told if name == "inactive_file")
        used = int((CGROUP / "memory.current").read_text()) - cached
    except (OSError, ValueError, StopIteration):
        return free, total
    return min(free, max(limit - used, 0)), min(total, limit)


def room(device: torch.device) -> int:
    """The bytes that a step on a device may take by our count."""
    return int(SHARE.get(device.type, 0.5) * free_and_total(device)[0])


class _Peak(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of all storages that operations make, while they live."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most = self._live = 0
        self._seen: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is torch.ops.aten._local_scalar_dense.default:
            # A number is asked of a tensor that has none: is the mask all ones, how many are there.
            return args[0].dtype.is_floating_point and 1.0
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor):
                self._count(tensor.untyped_storage())
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._seen:
            return
        self._seen.add(key)
        self._live += size
        self.most = max(self.most, self._live)
        weakref.finalize(storage, self._free, key, size)

    def _free(self, key: int, size: int) -> None:
        self._seen.discard(key)
        self._live -= size


def _without_numbers(model: nn.Module, mode: FakeTensorMode) -> None:
    """Make tensors of the meta device say that they are on the CPU, as autocast asks for one."""
    made: dict[int, torch.Tensor] = {}  # shared weights stay shared

    def fake(tensor: torch.Tensor) -> torch.Tensor:
        if id(tensor) not in made:
            twin = FakeTensor(mode, tensor.detach(), torch.device("cpu"))
            is_parameter = isinstance(tensor, nn.Parameter)
            made[id(tensor)] = nn.Parameter(twin, tensor.requires_grad) if is_parameter else twin
        return made[id(tensor)]

    for module in model.modules():
        for held in (module._parameters, module._buffers):
            places: dict[str, Any] = held
            for name, tensor in places.items():
                if tensor is not None:
                    places[name] = fake(tensor)
