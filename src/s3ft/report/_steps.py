"""What was learned and forgotten during training, by the models that were kept on the way."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import Any

from ..evaluate import TARGET, on_the_way
from ._scores import Results


def by_step(
    results: Results, seeds: dict[str, str], benchmarks: list[str], run_dir: Path
) -> list[dict[str, Any]]:
    """A method's models on the way, and the last: ``step``, ``target`` in percent and
    ``mean_drop`` in points, the mean over the seeds. Empty where none was measured.

    Args:
        seeds: the method's models by seed.
    """
    kept = {step for label in seeds.values() for step in results.steps(label)}
    if not kept:
        return []
    files = (run_dir / "models" / label / "training.json" for label in seeds.values())
    last = max(json.loads(file.read_text("utf-8"))["steps"] for file in files if file.exists())
    earlier = {step: {s: on_the_way(label, step) for s, label in seeds.items()} for step in kept}
    rows = []
    for step, models in [*sorted(earlier.items()), (last, seeds)]:
        target, drops = results.score(TARGET, models), results.drops(benchmarks, models)
        drop = fmean(drops.values()) if drops else None
        rows.append({"step": step, "target": target and target["score"], "mean_drop": drop})
    return rows
