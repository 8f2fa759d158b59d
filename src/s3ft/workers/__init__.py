"""Workers on a Ray cluster: batches go out, what comes of them comes back, in any order."""

from ._cluster import connect
from ._pool import WorkerPool, chunks

__all__ = ["WorkerPool", "chunks", "connect"]
