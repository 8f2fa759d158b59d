"""Who decides whether a response is right: the contract, and the judges by name.

Each judge is a package of its own; `s3ft.judge` is what users call.
"""

from ._base import (
    Judge,
    JudgeFactory,
    close,
    options_text,
    per_case,
    screened,
    shorten,
    stateful,
)
from ._cache import REPLIES, ReplyCache, canary_line
from ._leaks import without_leaks
from ._ray import on_ray
from ._registry import Judges, registry
from ._reward import JudgeReward
from ._rows import CHUNK, MalformedRow, judge_rows, to_case
from ._squad import squad_normalise, squad_scores

__all__ = [
    "CHUNK",
    "REPLIES",
    "Judge",
    "JudgeFactory",
    "JudgeReward",
    "Judges",
    "MalformedRow",
    "ReplyCache",
    "canary_line",
    "close",
    "judge_rows",
    "on_ray",
    "options_text",
    "per_case",
    "registry",
    "screened",
    "shorten",
    "squad_normalise",
    "squad_scores",
    "stateful",
    "to_case",
    "without_leaks",
]
