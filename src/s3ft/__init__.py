"""Fine-tune a language model on your data without making it forget.

report = s3ft.run("recipe.yaml", {"train.learning_rate": 1e-4})
rows = s3ft.select(dataset, model="...", judge="math", method="s3ft")
verdicts = s3ft.judge(rows, "math")
"""

# The modules `select` and `judge` are imported first, so that the functions of the same names
# stand in front of them here; `from s3ft.judge import Judge` still finds the module.
from . import judge as _judge_package
from . import select as _select_module
from .api import plan, run, select
from .errors import InputError, RunError, S3FTError
from .judge import Judge, registry
from .methods import METHODS
from .records import Candidate, Case, Example, Message, Response, Target, Verdict

judge = registry

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
    "judge",
    "plan",
    "run",
    "select",
]

del _judge_package, _select_module
