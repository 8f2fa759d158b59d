"""What methods and rungs of one's own may be called."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from ..ladder import BUILT_IN, METHODS, RESERVED
from ._strict import NAME

_ROUND = re.compile(r"-round\d+(-|$)")
"""In the names of a first round's training, and of what is asked of its model."""


def _own_name(name: str) -> str:
    if _ROUND.search(name):
        raise ValueError("is a name that a method's first round has: give yours another")
    if name in METHODS:
        raise ValueError("is a built-in method: give yours another name")
    return name


def _own_rung(name: str) -> str:
    if name in BUILT_IN:
        key = BUILT_IN[name].key
        raise ValueError(f"is a built-in rung, which is set by `{key}`: give yours another name")
    if name in RESERVED or re.search(r"-seed\d+$", name) or _ROUND.search(name):
        raise ValueError("is a name that reports use otherwise: give the rung another")
    return name


LadderName = Annotated[
    str,
    StringConstraints(pattern=NAME),  # it names folders of the run
    AfterValidator(_own_name),
]


RungName = Annotated[str, StringConstraints(pattern=NAME), AfterValidator(_own_rung)]
