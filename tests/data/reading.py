"""What the tests of data share: a pair, and how a file of rows is read or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3ft import data
from s3ft.errors import InputError
from s3ft.recipe import Data
from s3ft.records import Example

Write = Callable[..., str]
PAIR = {"prompt": "2 + 2?", "completion": "4"}


def read(path: str, split: Any = "train", /, **options: Any) -> list[Example]:
    return list(data.read(Data(path=path, **options), split))


def noted(path: str, **options: Any) -> list[str]:
    """What reading tells of columns left out, with the path shortened to the file's name."""
    notes: list[str] = []
    list(data.read(Data(path=path, **options), "train", notes.append))
    return [note.replace(str(Path(path).parent) + "/", "") for note in notes]


def refused(path: str, split: Any = "train", /, **options: Any) -> str:
    """The message, with the path shortened to the file's name."""
    with pytest.raises(InputError) as error:
        read(path, split, **options)
    return str(error.value).replace(str(Path(path).parent) + "/", "")
