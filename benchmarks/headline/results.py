"""What the benchmark found, as JSON and back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from s3ft.stats import Estimate

NO_DROP = "no drop of SFT's can be told"


@dataclass(frozen=True, slots=True)
class Condition:
    """One demand on the figures, and whether it is met: None where they cannot tell."""

    what: str
    figure: str
    met: bool | None


_KINDS = {frozenset(f.name for f in fields(kind)): kind for kind in (Estimate, Condition)}


def dumps(found: Any) -> str:
    return json.dumps(found, indent=1, default=asdict) + "\n"


def loads(text: str) -> Any:
    """What `dumps` wrote: an object with the fields of an estimate or a condition is one."""

    def read(values: dict[str, Any]) -> Any:
        kind = _KINDS.get(frozenset(values))
        return kind(**values) if kind else values

    return json.loads(text, object_hook=read)
