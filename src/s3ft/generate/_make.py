"""Which engine answers, and how it is made: the one place that decides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from ..ladder import Rung
from ..models import load_chat, load_model
from ..recipe import Generate, Model, Ray
from ._base import Engine
from ._openai import OpenAIEngine
from ._ray import RayEngine, cut_for, with_full_paths
from ._replay import ReplayEngine
from ._transformers import TransformersEngine
from ._vllm import VLLMEngine

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from ..chat import Chat

EngineName = Literal["transformers", "vllm", "openai", "replay"]


def engine_name(generate: Generate, rung: Rung | None) -> EngineName:
    """The engine that answers on a rung, or (None) what is measured of a model.

    What is asked of a model that was tuned is as what is measured of one.

    ``vllm`` and ``transformers`` answer everything. A server (``openai``) stands for the base model
    on every rung, and a file (``replay``) for its own answers alone; the rest is asked of the
    weights, with transformers.
    """
    stands_in = generate.engine in ("openai", "replay")
    if stands_in and (rung is None or rung.of):
        return "transformers"
    if generate.engine == "replay" and rung is not None and not rung.asks_own_prompt:
        return "transformers"
    return generate.engine


def make_engine(
    name: EngineName,
    generate: Generate,
    model: Model | None,
    chat: Chat | None,
    *,
    served_model: str | None = None,
    ray: Ray | None = None,
    weights: Callable[[], PreTrainedModel] | None = None,
) -> Engine:
    """An engine, which loads weights only for ``transformers`` here; the others do when asked.

    Args:
        model, chat: whose answers are wanted; a server or a file can do without.
        served_model: the model's name on a server that the recipe does not give.
        ray: the cluster whose workers are to answer; None: this machine.
        weights: gives them, where they are loaded already or shared.

    Raises:
        InputError: the file, the server's key or the model is wrong.
    """
    if name == "replay":
        assert generate.replay is not None, "checked with the recipe"
        return ReplayEngine.read(generate.replay)
    if name == "openai":
        assert generate.openai is not None, "checked with the recipe"
        return OpenAIEngine(generate.openai, model=served_model, chat=chat)
    assert model is not None
    if ray is not None:
        make = partial(_make_in_worker, name, generate, with_full_paths(model))
        return RayEngine(ray, name, cut_for(name, generate, model), make)
    assert chat is not None
    if name == "vllm":
        return VLLMEngine(model, chat, generate.vllm)
    loaded = load_model(model) if weights is None else weights()
    return TransformersEngine(loaded, chat, batch_size=generate.batch_size)


def _make_in_worker(name: EngineName, generate: Generate, model: Model) -> Engine:
    return make_engine(name, generate, model, load_chat(model))
