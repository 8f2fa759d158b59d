"""Engines: who answers. A new one is a class with `Engine`'s one method."""

from __future__ import annotations

from ._base import Engine
from ._limits import Tokens, Usage, usage
from ._make import EngineName, engine_name, make_engine
from ._openai import OpenAI, Unanswered
from ._ray import OnRay
from ._replay import NO_ROW, Replay
from ._transformers import Transformers
from ._vllm import VLLM

__all__ = [
    "NO_ROW",
    "VLLM",
    "Engine",
    "EngineName",
    "OnRay",
    "OpenAI",
    "Replay",
    "Tokens",
    "Transformers",
    "Unanswered",
    "Usage",
    "engine_name",
    "make_engine",
    "usage",
]
