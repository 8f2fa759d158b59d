"""The memory that a step takes, found without computing it.

The step is done on tensors without numbers (`torch._subclasses.FakeTensorMode`): every operation
of forward and backward is gone through, and what it would allocate is counted from when it is made
until it is freed. It errs on the high side (`benchmarks/training.py`).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ..models import hidden_states_at
from ..recipe import Quantization

if TYPE_CHECKING:
    from transformers import PreTrainedModel
    from trl import SFTTrainer

OPTIMIZER_BYTES = 2 * 4
"""Bytes that an optimiser keeps for a trained number: AdamW's two moments in float32."""


SCALES = 1.13
"""What bitsandbytes keeps of packed weights, in shares of them: a scale for each 64."""


def step_memory(
    trainer: SFTTrainer, packed: Quantization | None = None
) -> Callable[[int, int, int], int]:
    """How many bytes a step takes, by the ``length`` in tokens of a row, at how many positions
    ``trained`` of each the output layer is read, and the ``rows`` that go through at once.

    Weights, gradients, the optimiser's states, activations, and what operations need on the way.
    A batch is what the trainer's collator makes: ``input_ids`` and ``labels``, int64 of shape
    (rows, length). Forward and backward are in bfloat16 where the trainer's precision is mixed,
    else in that of the weights.

    Args:
        packed: how the base's linear layers are held.
        trainer: with a model on the meta device, whose parameters and buffers are replaced by fake
            tensors of the same shape and dtype that say to be on the CPU.
    """
    model, args = trainer.model, trainer.args
    base = model.get_base_model() if hasattr(model, "peft_config") else model
    parameters = list(model.parameters())
    fixed: int = sum(p.nbytes + OPTIMIZER_BYTES * p.requires_grad * p.numel() for p in parameters)
    if packed is not None:
        fixed -= _saved_by_packing(base, packed)
    if args.gradient_checkpointing:
        model.gradient_checkpointing_enable(args.gradient_checkpointing_kwargs)
    mode = FakeTensorMode()
    _make_fake(model, mode)

    @cache
    def step_bytes(length: int, trained: int, rows: int) -> int:
        row = {"input_ids": [1] * length, "labels": [1] * length}
        batch = trainer.data_collator([row] * rows)
        memory = _PeakMemory([*model.parameters(), *model.buffers()])
        at_trained = hidden_states_at(base, slice(rows * trained))
        with mode, memory, at_trained:
            inputs = {name: torch.ones(v.shape, dtype=v.dtype) for name, v in batch.items()}
            del inputs["labels"]
            inputs["shift_labels"] = torch.ones(1, rows * trained, dtype=torch.int64)
            with torch.autocast("cpu", enabled=args.bf16 or args.fp16, dtype=torch.bfloat16):
                model(**inputs, fused_lm_head=True, use_cache=False).loss.backward()
            model.zero_grad(set_to_none=True)
        return fixed + memory.peak

    return step_bytes


def _saved_by_packing(base: PreTrainedModel, packed: Quantization) -> int:
    """How many bytes less the linear layers take, but for the largest, which a step unpacks."""
    output = base.get_output_embeddings()
    kept = packed.skip_modules or [name for name, one in base.named_modules() if one is output]
    saved = [
        layer.weight.nbytes - round(layer.weight.numel() * packed.bits / 8 * SCALES)
        for name, layer in base.named_modules()
        if isinstance(layer, nn.Linear)
        and not layer.weight.requires_grad
        and not any(part in name for part in kept)
    ]
    return sum(saved) - max(saved, default=0)


class _PeakMemory(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of all storages that operations make, while they live.

    Args:
        held: tensors that are not to be counted, nor are views of them: each linear layer makes
            one of its weights.

    Attributes:
        peak: the most bytes that lived at one time.
    """

    def __init__(self, held: list[torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.peak = self._live = 0
        self._counted = {tensor.untyped_storage()._cdata for tensor in held}

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
        if key in self._counted:
            return
        self._counted.add(key)
        self._live += size
        self.peak = max(self.peak, self._live)
        weakref.finalize(storage, self._free, key, size)

    def _free(self, key: int, size: int) -> None:
        self._counted.discard(key)
        self._live -= size


def _make_fake(model: nn.Module, mode: FakeTensorMode) -> None:
    """Make tensors of the meta device say that they are on the CPU, as autocast asks for one."""
    made: dict[int, torch.Tensor] = {}  # shared weights stay shared

    def fake(tensor: torch.Tensor) -> torch.Tensor:
        if id(tensor) not in made:
            twin = FakeTensor(mode, tensor.detach(), torch.device("cpu"))
            is_parameter = isinstance(tensor, nn.Parameter)
            made[id(tensor)] = nn.Parameter(twin, tensor.requires_grad) if is_parameter else twin
        return made[id(tensor)]

    for module in model.modules():
        for tensors in (module._parameters, module._buffers):
            named: dict[str, Any] = tensors
            for name, tensor in named.items():
                if tensor is not None:
                    named[name] = fake(tensor)
