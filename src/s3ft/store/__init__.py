"""The run's SQLite file: everything that was asked, answered, decided and measured."""

from ._store import Entry, Place, Samples, Score, Spent, Store

__all__ = ["Entry", "Place", "Samples", "Score", "Spent", "Store"]
