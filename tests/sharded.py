"""``s3ft`` under `accelerate launch` with FSDP or DeepSpeed, on a machine without accelerators.

accelerate shards on GPUs and their like only, though torch and DeepSpeed can on CPUs, by gloo. What
it looks at to decide is changed here, and nothing else. Started with s3ft's own arguments.
"""

from __future__ import annotations

import os
from typing import Any

import torch
import torch.distributed
from accelerate import state
from accelerate.utils import DistributedType

from s3ft.cli import main

_partial, _whole = state.PartialState.__init__, state.AcceleratorState.__init__


def _fsdp(self: state.AcceleratorState, *args: Any, **kwargs: Any) -> None:
    """As if the processes had GPUs; only then is FSDP looked at."""
    shared = state.PartialState._shared_state
    if kwargs.get("_from_accelerator"):
        own, shared["distributed_type"] = shared["distributed_type"], DistributedType.MULTI_GPU
        _whole(self, *args, **{**kwargs, "cpu": False})
        shared["distributed_type"] = own
    else:
        _whole(self, *args, **kwargs)
    if "fsdp_plugin" in state.AcceleratorState._shared_state:
        self.distributed_type = DistributedType.FSDP


def _deepspeed(self: state.AcceleratorState, *args: Any, **kwargs: Any) -> None:
    _whole(self, *args, **{**kwargs, "cpu": False})


def _processes(self: state.PartialState, cpu: bool = False, **kwargs: Any) -> None:
    """Not as on CPUs, where DeepSpeed is not looked at; the processes are those of gloo."""
    _partial(self, False, **kwargs)
    if torch.distributed.is_initialized():
        self.num_processes = torch.distributed.get_world_size()
        self.process_index = torch.distributed.get_rank()
        self.local_process_index = int(os.environ["LOCAL_RANK"])


if __name__ == "__main__":
    if os.environ.get("ACCELERATE_USE_DEEPSPEED") == "true":
        os.environ["DS_ACCELERATOR"] = "cpu"
        state.PartialState.__init__ = _processes
        state.PartialState.set_device = lambda self: setattr(self, "device", torch.device("cpu"))
        state.AcceleratorState.__init__ = _deepspeed
    else:
        state.AcceleratorState.__init__ = _fsdp
    main()
