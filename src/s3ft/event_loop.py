"""An event loop in a thread of its own, for work that goes on while the caller does other things.

The caller's own thread may run a loop already (a notebook does), and stores results meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


class BackgroundLoop:
    """Runs coroutines; use as a context manager."""

    def __enter__(self) -> BackgroundLoop:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="s3ft-background")
        self._thread.daemon = True
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def submit(self, work: Coroutine[Any, Any, T], done: Callable[[Future[T]], object]) -> None:
        """Begin some work; ``done`` gets its future when it ends, in the loop's thread."""
        asyncio.run_coroutine_threadsafe(work, self._loop).add_done_callback(done)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def cancel(self) -> None:
        """Cancel whatever still runs, and wait until it has ended."""
        self.run(_cancel_others())


async def _cancel_others() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
