"""Fine-tune a language model on your data without making it forget.

report = s3ft.run("recipe.yaml", {"train.learning_rate": 1e-4})
rows = s3ft.select(dataset, model="...", judge="math", method="s3ft")
verdicts = s3ft.judge(rows, "math")
"""

from typing import TYPE_CHECKING

from .api import export_mixture, plan, run, select
from .errors import InputError, RunError, S3FTError
from .judges import Judge
from .ladder import METHODS
from .records import Candidate, Case, Example, Message, Response, Target, Verdict, VerdictCode
from .telemetry import switch_off

if TYPE_CHECKING:
    from .judges import registry as judge  # no checker knows that a module can be called
else:
    from . import judge

switch_off()  # no library that reports its use was imported by the lines above

__all__ = [
    "METHODS",
    "Candidate",
    "Case",
    "Example",
    "InputError",
    "Judge",
    "Message",
    "Response",
    "RunError",
    "S3FTError",
    "Target",
    "Verdict",
    "VerdictCode",
    "export_mixture",
    "judge",
    "plan",
    "run",
    "select",
]
