"""``s3ft.judge``: a module that can be called, and all that one needs of judges by name.

``s3ft.judge(rows, "math")`` judges rows, ``@s3ft.judge.register("mine")`` adds a judge, and the
same goes by ``import s3ft.judge as j`` and ``from s3ft.judge import register``. The code is in
`s3ft.judges`.
"""

import sys
from types import ModuleType
from typing import Any

from .judges import (
    Judge,
    JudgeFactory,
    JudgeReward,
    Judges,
    ReplyCache,
    close,
    judge_rows,
    options_text,
    per_case,
    registry,
    screened,
    squad_scores,
    stateful,
)
from .judges.audit import Audit, audit, audit_file, render
from .judges.files import Counts, judge_file

register = registry.register
names = registry.names
make = registry.make
as_reward = registry.as_reward


class _Callable(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Any:
        return registry(*args, **options)


sys.modules[__name__].__class__ = _Callable

__all__ = [
    "Audit",
    "Counts",
    "Judge",
    "JudgeFactory",
    "JudgeReward",
    "Judges",
    "ReplyCache",
    "as_reward",
    "audit",
    "audit_file",
    "close",
    "judge_file",
    "judge_rows",
    "make",
    "names",
    "options_text",
    "per_case",
    "register",
    "registry",
    "render",
    "screened",
    "squad_scores",
    "stateful",
]
