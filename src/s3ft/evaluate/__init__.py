"""How good a model is: on the target's test split, and on what it should not have forgotten."""

from ._benchmarks import check_benchmarks, language_model, run_benchmarks
from ._target import target_scores
from ._task_manager import task_manager
from ._tasks import Benchmark, load_benchmarks

__all__ = [
    "Benchmark",
    "check_benchmarks",
    "language_model",
    "load_benchmarks",
    "run_benchmarks",
    "target_scores",
    "task_manager",
]
