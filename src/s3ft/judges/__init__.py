"""Who decides whether a response is right: the contract, and the judges by name.

Each judge is a package of its own; `s3ft.judge` is what users call.
"""

from ._base import Judge, JudgeFactory, each, options_text, screened, shorten
from ._leaks import without_leaks
from ._ledger import LEDGER, Ledger, canary_line
from ._ray import on_ray
from ._registry import Judges, registry
from ._reward import JudgeReward
from ._rows import judge_rows

__all__ = [
    "LEDGER",
    "Judge",
    "JudgeFactory",
    "JudgeReward",
    "Judges",
    "Ledger",
    "canary_line",
    "each",
    "judge_rows",
    "on_ray",
    "options_text",
    "registry",
    "screened",
    "shorten",
    "without_leaks",
]
