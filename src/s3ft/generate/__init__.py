"""Engines: who answers. A new one is a class with `Engine`'s one method."""

from __future__ import annotations

from ._base import Engine
from ._limits import Tokens, Usage, usage
from ._make import EngineName, engine_name, make_engine
from ._openai import OpenAIEngine
from ._progress import Unanswered
from ._ray import RayEngine
from ._replay import NO_ROW, ReplayEngine
from ._transformers import TransformersEngine
from ._vllm import AdapterEngine, VLLMEngine

__all__ = [
    "NO_ROW",
    "AdapterEngine",
    "Engine",
    "EngineName",
    "OpenAIEngine",
    "RayEngine",
    "ReplayEngine",
    "Tokens",
    "TransformersEngine",
    "Unanswered",
    "Usage",
    "VLLMEngine",
    "engine_name",
    "make_engine",
    "usage",
]
