"""Figures with their uncertainty, for the audit, the plan, the report and the benchmarks.

What resamples is in `s3ft.stats.bootstrap`, which needs numpy.
"""

from ._estimates import Estimate, cohen_kappa, standard_error, wilson

__all__ = ["Estimate", "cohen_kappa", "standard_error", "wilson"]
