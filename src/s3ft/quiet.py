"""Libraries kept silent while we tell the user ourselves what goes on."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LIBRARIES = ("transformers", "trl", "peft", "bitsandbytes")

_heard = False


def hear_libraries(wanted: bool) -> None:
    """Let all that libraries say be shown, for those who look for the cause of something."""
    global _heard
    _heard = wanted


def are_heard() -> bool:
    """Whether somebody wants to hear the libraries."""
    return _heard


@contextmanager
def only_errors(*libraries: str) -> Iterator[None]:
    """Of what these libraries log, nothing below an error."""
    if _heard:
        yield
        return
    loggers = [logging.getLogger(name) for name in libraries]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def quiet(silent: bool = True) -> Iterator[None]:
    """No bars, notes and deprecations of the libraries, if ``silent``."""
    if not silent or _heard:
        yield
        return
    import datasets
    from transformers.utils import logging as messages

    bars = datasets.is_progress_bar_enabled(), messages.is_progress_bar_enabled()
    with only_errors(*LIBRARIES), warnings.catch_warnings():
        # Of options that are deprecated in transformers and that TRL still sets.
        warnings.simplefilter("ignore", FutureWarning)
        datasets.disable_progress_bars()
        messages.disable_progress_bar()
        try:
            yield
        finally:
            if bars[0]:
                datasets.enable_progress_bars()
            if bars[1]:
                messages.enable_progress_bar()
