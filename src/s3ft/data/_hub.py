"""Rows of data sets on the Hub, or of local folders in the Hub's layout, through `datasets`."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..recipe import Data
from ._row import Row, Rows
from ._tables import records

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


def hub_rows(data: Data, split: str, key: str) -> Rows:
    """The rows of a split.

    Args:
        key: of the recipe, that names the split.

    Raises:
        InputError: no such data set, configuration or split, naming those that exist where they
            are known; the Hub cannot be reached; a file of the data set is broken.
    """
    if not Path(data.path).is_dir() and not _HUB_ID.fullmatch(data.path):
        remedy = "Check the path; a relative one begins at the current folder."
        raise InputError("data.path", f"there is no file or folder {data.path}", remedy)
    for number, values in enumerate(dataset_rows(_load(data, split, key)), 1):
        yield Row(f"{data.path} {split}: row ", number, values)


def _load(data: Data, split: str, key: str) -> Any:
    import datasets

    # The cache of `datasets` does not notice that a file of a local folder has changed, and holds
    # what it reads anew against the sizes that were there before.
    is_folder = Path(data.path).is_dir()
    anew = {"download_mode": "force_redownload", "verification_mode": "no_checks"}
    try:
        return datasets.load_dataset(
            data.path,
            data.name,
            split=split,
            revision=data.revision,
            **(anew if is_folder else {}),
        )
    except (datasets.exceptions.DatasetsError, OSError, ValueError, RuntimeError) as error:
        causes = filter(None, (error, error.__cause__))
        message = ": ".join(" ".join(str(cause).split())[:300] for cause in causes)
    if re.search(r"\bsplit\b|instruction", message, re.IGNORECASE):
        raise InputError(key, f"{data.path}: {message}", "Name a split that is there.")
    if re.search(r"config", message, re.IGNORECASE):
        raise InputError("data.name", f"{data.path}: {message}", "Name one that is there.")
    remedy = "Check the files in it."
    if "load_from_disk" in message:
        remedy = "Write it as Parquet: load_from_disk(FOLDER).to_parquet('train.parquet')."
    if not is_folder:
        remedy = (
            "There is no such folder here, so it was looked for on the Hub: check the name, the "
            "network, HF_HUB_OFFLINE, and HF_TOKEN where the data set is gated."
        )
    raise InputError("data.path", f"{data.path} cannot be loaded: {message}", remedy)


def files(data: Data) -> list[Path]:
    """The files that `datasets` reads of a local folder, those of all splits.

    Raises:
        Exception: what `datasets` raises where the folder is no data set.
    """
    import datasets

    found = datasets.load_dataset_builder(data.path, data.name).config.data_files or {}
    return sorted({Path(file) for split in found.values() for file in split})


def dataset_rows(rows: Iterable[Any]) -> Iterator[Any]:
    """The rows; those of a `datasets.Dataset` as they are stored, of which only JSON is decoded.

    Nobody asks for pixels and sound, and decoding them takes packages that may not be there.
    """
    is_dataset = type(rows).__module__.startswith("datasets.") and hasattr(rows, "with_format")
    made = getattr(rows, "format", {}).get("type") == "custom"  # by a function of the user's
    yield from _stored(rows) if is_dataset and not made else rows


def _stored(dataset: Any) -> Iterator[dict[str, Any]]:
    features = copy.deepcopy(dataset.features)
    _undecoded(features)
    decode = {} if features is None else {"decode": features.decode_column}
    for table in dataset.with_format("arrow").iter(batch_size=1000):
        yield from records(table, **decode)


def _undecoded(feature: Any) -> None:
    """Switch off the decoding of images, sound and the like, at any depth."""
    if isinstance(feature, dict):
        for inner in feature.values():
            _undecoded(inner)
    elif hasattr(feature, "feature"):  # a list
        _undecoded(feature.feature)
    elif hasattr(feature, "decode") and type(feature).__name__ != "Json":
        feature.decode = False
