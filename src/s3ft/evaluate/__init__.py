"""How good a model is: on the target's test split, and on what it should not have forgotten."""

from ._benchmarks import check_benchmarks, run_benchmarks
from ._target import target_scores

__all__ = ["check_benchmarks", "run_benchmarks", "target_scores"]
