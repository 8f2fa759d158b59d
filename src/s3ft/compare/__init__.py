"""Compares models item by item: methods of a run, runs, or logs of lm-evaluation-harness.

Whatever is compared was asked the same: other items, prompts, examples, templates or metrics are
refused, and the difference is named. Nothing here needs a model, or a run of this package.
"""

from ._compare import Against, Comparison, compare
from ._contenders import Contender, Task
from ._logs import read_logs
from ._read import read_contenders
from ._render import WIDTH, lines, table
from ._runs import read_run, run_contenders

__all__ = [
    "WIDTH",
    "Against",
    "Comparison",
    "Contender",
    "Task",
    "compare",
    "lines",
    "read_contenders",
    "read_logs",
    "read_run",
    "run_contenders",
    "table",
]
