"""Who decides whether a response is right. One judge a module, found by name.

The package is also what one calls: ``s3ft.judge(rows, "math")``, ``@s3ft.judge.register("mine")``,
and the same by ``import s3ft.judge as j`` and ``from s3ft.judge import register``.
"""

import sys
from types import ModuleType
from typing import Any

from ._agreement import wilson
from ._audit import Audit, audit, audit_file, render
from ._base import Judge, JudgeFactory, each, options_text, screened, shorten
from ._file import Counts, judge_file
from ._ledger import LEDGER, Ledger, canary_line
from ._ray import on_ray
from ._registry import Judges, registry
from ._reward import JudgeReward
from ._rows import judge_rows
from ._squad import squad_scores

register = registry.register
names = registry.names
make = registry.make
as_reward = registry.as_reward


class _Callable(ModuleType):
    """A module that judges rows when called, so that it and the function need not share a name."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        return registry(*args, **options)


sys.modules[__name__].__class__ = _Callable

__all__ = [
    "LEDGER",
    "Audit",
    "Counts",
    "Judge",
    "JudgeFactory",
    "JudgeReward",
    "Judges",
    "Ledger",
    "as_reward",
    "audit",
    "audit_file",
    "canary_line",
    "each",
    "judge_file",
    "judge_rows",
    "make",
    "names",
    "on_ray",
    "options_text",
    "register",
    "registry",
    "render",
    "screened",
    "shorten",
    "squad_scores",
    "wilson",
]
