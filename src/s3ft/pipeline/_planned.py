"""What a plan says: that it begins, and of each stage what it would take."""

from __future__ import annotations

from typing import Any

from ..recipe import Recipe
from . import _probe
from ._probe import Work
from ._stages import Stage


def what_it_does(recipe: Recipe, probe: int, until: Stage) -> str:
    """Said before it is done: it may cost time and money."""
    if not probe:
        return "plan: the pre-flight, and counting; no model and no endpoint is asked"
    doing = ["the pre-flight"]
    if recipe.rungs_to_ask():
        who = recipe.generator or recipe.generate.engine
        doing.append(f"at most {probe} rows of each split asked of {who}")
        doing.append(f"judged by {recipe.judge.name}")
    if until == "report":
        doing += [f"{_probe.STEPS} training steps"] if recipe.methods else []
        doing += [f"{_probe.ITEMS} items of each benchmark"] if recipe.evaluate.benchmarks else []
    return f"plan, in a temporary folder: {', '.join(doing)}"


def planned(
    name: str, unit: str, count: float | None, at_most: int | None, work: Work | None
) -> dict[str, Any]:
    """A stage of `plan_recipe`: its count as expected and at most, and the work of what is
    expected."""
    return {
        "stage": name,
        "unit": unit,
        "count": None if count is None else round(count),
        "most": at_most,
        "prompt_tokens": work and round(work.prompt_tokens),
        "completion_tokens": work and round(work.completion_tokens),
        "seconds": work and work.seconds,
        "cost": work and work.cost,
    }
