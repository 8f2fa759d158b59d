"""Silencing the libraries while someone else shows the progress."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet(silent: bool) -> Iterator[None]:
    """No bars, notes and deprecations of the libraries, if ``silent``."""
    if not silent:
        yield
        return
    import datasets
    from transformers.utils import logging as messages

    loggers = [logging.getLogger(name) for name in ("transformers", "trl", "peft")]
    levels = [logger.level for logger in loggers]
    bars = datasets.is_progress_bar_enabled(), messages.is_progress_bar_enabled()
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        datasets.disable_progress_bars()
        messages.disable_progress_bar()
        with warnings.catch_warnings():
            # Of options that are deprecated in transformers and that TRL still sets.
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars[0]:
            datasets.enable_progress_bars()
        if bars[1]:
            messages.enable_progress_bar()
