"""How far a judge agrees with labels that are known to be right."""

from ._agreement import Confusion
from ._audit import Audit, audit, audit_file
from ._render import render

__all__ = [
    "Audit",
    "Confusion",
    "audit",
    "audit_file",
    "render",
]
