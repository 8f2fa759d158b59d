"""Who decides whether a response is right. One judge a module, found by name."""

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

__all__ = [
    "LEDGER",
    "Audit",
    "Counts",
    "Judge",
    "JudgeFactory",
    "JudgeReward",
    "Judges",
    "Ledger",
    "audit",
    "audit_file",
    "canary_line",
    "each",
    "judge_file",
    "judge_rows",
    "on_ray",
    "options_text",
    "registry",
    "render",
    "screened",
    "shorten",
    "squad_scores",
    "wilson",
]
