"""Who decides whether a response is right: the contract, and the judges by name.

Each judge is a package of its own; `s3ft.judge` is what users call.
"""

from ._base import Judge, JudgeFactory, options_text, per_case, screened, shorten
from ._cache import REPLIES, ReplyCache, canary_line
from ._leaks import without_leaks
from ._ray import on_ray
from ._registry import Judges, registry
from ._reward import JudgeReward
from ._rows import judge_rows

__all__ = [
    "REPLIES",
    "Judge",
    "JudgeFactory",
    "JudgeReward",
    "Judges",
    "ReplyCache",
    "canary_line",
    "judge_rows",
    "on_ray",
    "options_text",
    "per_case",
    "registry",
    "screened",
    "shorten",
    "without_leaks",
]
