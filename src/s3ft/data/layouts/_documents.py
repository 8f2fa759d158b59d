"""The documents that dialogues are about, in MultiDoc2Dial's file of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ...errors import InputError

OFFICIAL = "multidoc2dial_doc.json"
"""The name of the official file."""


class Documents:
    """Documents by their ids, of a file ``{"doc_data": {domain: {doc_id: {"doc_text", ...}}}}``.

    It is read when the first is asked for, and then held.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def get(self, doc_id: str) -> Mapping[str, Any] | None:
        """The document; None where there is none of this id.

        Raises:
            InputError: the file cannot be read, or is no such file.
        """
        return self._by_id.get(doc_id)

    @cached_property
    def _by_id(self) -> dict[str, Mapping[str, Any]]:
        try:
            domains = json.loads(self.path.read_text(encoding="utf-8"))["doc_data"].values()
            return {doc_id: document for domain in domains for doc_id, document in domain.items()}
        except OSError as error:
            remedy = f"Name the official file {OFFICIAL} as data.documents."
            problem = f"the documents of the dialogues cannot be read: {error}"
            raise InputError("data.documents", problem, remedy) from None
        except (ValueError, KeyError, AttributeError, TypeError):
            problem = f"{self.path} has no doc_data, the documents by domain and id"
            raise InputError("data.documents", problem) from None
