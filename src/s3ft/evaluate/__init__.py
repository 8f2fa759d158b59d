"""How good a model is: on the target's test split, and on what it should not have forgotten."""

from ._benchmarks import check_benchmarks, language_model, run_benchmarks
from ._samples import said
from ._target import (
    BASE,
    DRIFT,
    LIKELIHOOD,
    TARGET,
    is_target,
    other_target,
    target_scores,
    target_split,
)
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
    "other_target",
    "run_benchmarks",
    "said",
    "target_scores",
    "target_split",
    "task_manager",
]
