from __future__ import annotations

import logging
import warnings

import datasets
import pytest
from transformers.utils import logging as messages

from s3ft.quiet import LIBRARIES, only_errors, quiet


def levels() -> list[int]:
    return [logging.getLogger(name).level for name in LIBRARIES]


def bars() -> tuple[bool, bool]:
    return datasets.is_progress_bar_enabled(), messages.is_progress_bar_enabled()


@pytest.fixture
def loud() -> None:
    datasets.enable_progress_bars()
    messages.enable_progress_bar()
    messages.set_verbosity_warning()


@pytest.mark.usefixtures("loud")
def test_silent_within_and_as_before_after(capsys: pytest.CaptureFixture[str]) -> None:
    before = levels()
    warnings.simplefilter("always")

    @quiet()
    def fail() -> None:
        assert bars() == (False, False)
        logging.getLogger("transformers.models").warning("a note")
        warnings.warn("deprecated", FutureWarning, stacklevel=1)
        raise RuntimeError("mine")

    with warnings.catch_warnings(record=True) as heard, pytest.raises(RuntimeError, match="mine"):
        fail()
    assert heard == []
    assert capsys.readouterr().err == ""
    assert bars() == (True, True)
    assert levels() == before


@pytest.mark.usefixtures("loud")
def test_bars_that_were_off_stay_off() -> None:
    datasets.disable_progress_bars()
    try:
        with quiet():
            pass
        assert bars() == (False, True)
    finally:
        datasets.enable_progress_bars()


@pytest.mark.usefixtures("loud")
def test_changes_nothing_unless_asked_to() -> None:
    before = levels()
    with quiet(False):
        assert bars() == (True, True)
        assert levels() == before


def test_errors_are_still_told(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("some_library")
    with only_errors("some_library"):
        logger.warning("a note")
        logger.error("an error")
    logger.warning("a note later")
    assert caplog.messages == ["an error", "a note later"]
