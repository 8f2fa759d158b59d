"""What each method's mixture took: tokens that were generated, and seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from s3ft.evaluate import tuned
from s3ft.ladder import ROUND_SEED, Method, first_round
from s3ft.recipe import Recipe
from s3ft.store import Store

from .jobs import Job


def costs(selections: Mapping[str, Job]) -> dict[str, Any]:
    """By target and method the tokens that were generated for its mixture, the seconds of that and
    of what the base was asked about likelihood, and the seconds of the first round's training.

    What several methods share, as the base's own answers, counts for each of them in full.
    """
    found: dict[str, Any] = {}
    for target, job in selections.items():
        with Store(job.path / "run.sqlite") as store:
            spent: dict[tuple[str, str], tuple[int, float]] = {}
            for stage, source, _, tokens, seconds in store.spent():
                before = spent.get((stage, source), (0, 0.0))
                spent[stage, source] = before[0] + tokens, before[1] + seconds
        found[target] = {name: _cost(job.recipe, name, spent) for name in job.recipe.methods}
    return found


def _cost(
    recipe: Recipe, name: str, spent: Mapping[tuple[str, str], tuple[int, float]]
) -> dict[str, float]:
    method = recipe.method(name)
    asked = [spent.get(key, (0, 0.0)) for key in _asked(method)]
    weighed = [spent.get(("weigh", source), (0, 0.0)) for source in _weighed(method)]
    training = ("train", tuned(first_round(name), ROUND_SEED))
    return {
        "tokens": sum(some for some, _ in asked),
        "seconds": sum(took for _, took in [*asked, *weighed]),
        "training": spent.get(training, (0, 0.0))[1],
    }


def _asked(method: Method) -> Iterator[tuple[str, str]]:
    for rung in method.rungs:
        if rung.asks:
            yield "generate", rung.name
            yield "judge", rung.name


def _weighed(method: Method) -> Iterator[str]:
    yield from (rung.name for rung in method.rungs if method.weighs(rung))
    if method.weighs_gold:
        yield "gold"
