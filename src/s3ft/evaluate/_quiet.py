"""Keeps lm-evaluation-harness silent, and shows its progress in our own way."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from ..progress import Tick, progress
from ..quiet import are_heard
from ..quiet import quiet as libraries_quiet


@contextmanager
def quiet() -> Iterator[list[str]]:
    """Silence lm-eval and the libraries under it; yields the list of lm-eval's warnings."""
    heard: list[str] = []
    logger = logging.getLogger("lm_eval")
    handler = _Collect(heard)
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = are_heard()
    try:
        with libraries_quiet():
            if not are_heard():  # else no filter of this block would be taken back
                # Its norms divide by the length of a choice, which may be nothing.
                warnings.filterwarnings("ignore", "divide by zero", RuntimeWarning, r"lm_eval\.")
            yield heard
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class _Collect(logging.Handler):
    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        self._into.append(record.getMessage())


@contextmanager
def bars(title: str | None) -> Iterator[None]:
    """Show the requests that lm-eval runs as our progress, if titled, and none of its other bars.

    lm-eval takes no hook and no switch for its bars, so the name they are made by is replaced.
    """
    import lm_eval.api.model
    import lm_eval.api.task
    import lm_eval.models.huggingface

    modules = (lm_eval.api.model, lm_eval.api.task, lm_eval.models.huggingface)
    before = [module.tqdm for module in modules]
    with ExitStack() as shown:

        def bar(iterable: Iterable[Any] = (), **options: Any) -> _Bar:
            total, runs = options.get("total"), options.get("desc", "").startswith("Running")
            tick = shown.enter_context(progress(title, total)) if title and runs and total else None
            return _Bar(iterable, tick, shown)

        try:
            for module in modules:
                module.tqdm = bar
            yield
        finally:
            for module, name in zip(modules, before, strict=True):
                module.tqdm = name


class _Bar:
    """What lm-eval uses of a tqdm bar."""

    def __init__(self, iterable: Iterable[Any], tick: Tick | None, shown: ExitStack) -> None:
        self._iterable, self._tick, self._shown = iterable, tick, shown

    def __iter__(self) -> Iterator[Any]:
        return iter(self._iterable)

    def update(self, rows: int = 1) -> None:
        if self._tick is not None:
            self._tick(rows)

    def close(self) -> None:
        self._shown.close()
