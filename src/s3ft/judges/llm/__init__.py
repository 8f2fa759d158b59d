"""The judge that asks a language model, behind an endpoint or loaded here."""

from ._llm import llm

__all__ = ["llm"]
