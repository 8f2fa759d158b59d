"""Judges made of judges."""

from ._compose import all_of, any_of, cascade

__all__ = ["all_of", "any_of", "cascade"]
