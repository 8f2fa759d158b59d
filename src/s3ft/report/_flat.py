"""The report's figures by flat names, as experiment trackers take them."""

from __future__ import annotations

from typing import Any


def flat_figures(report: dict[str, Any]) -> dict[str, float]:
    """What was found of each model, in percent and points, by ``<model>/<what>``.

    ``target`` and other data sets are accuracies, benchmarks their scores, ``mean_drop``
    base minus tuned, ``share of <source>`` the composition of a method's mixture. What was not
    measured is not there.
    """
    found: dict[str, float | None] = {}
    for model, result in report["results"].items():
        scores = {"target": result["target"], **result["targets"], **result["benchmarks"]}
        found |= {f"{model}/{name}": one and one["score"] for name, one in scores.items()}
        found[f"{model}/mean_drop"] = result["mean_drop"]
    for method, mixture in report["mixture"].items():
        shares = mixture["percent"].items()
        found |= {f"{method}/share of {source}": share for source, share in shares}
    return {name: value for name, value in found.items() if value is not None}
