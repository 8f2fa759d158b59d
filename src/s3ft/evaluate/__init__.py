"""How good a model is: on the target's test split, and on what it should not have forgotten."""

from ._benchmarks import check_benchmarks, language_model, run_benchmarks
from ._names import (
    BASE,
    DRIFT,
    LIKELIHOOD,
    TARGET,
    is_target,
    on_the_way,
    other_target,
    step_of,
    target_split,
    tuned,
)
from ._samples import said
from ._target import target_scores
from ._task_manager import task_manager
from ._tasks import METRICS, Benchmark, load_benchmarks

__all__ = [
    "BASE",
    "DRIFT",
    "LIKELIHOOD",
    "METRICS",
    "TARGET",
    "Benchmark",
    "check_benchmarks",
    "is_target",
    "language_model",
    "load_benchmarks",
    "on_the_way",
    "other_target",
    "run_benchmarks",
    "said",
    "step_of",
    "target_scores",
    "target_split",
    "task_manager",
    "tuned",
]
