"""The three questions of a report's reader, answered in sentences from its figures.

Did it learn, did it forget, can it be trusted. What the data do not tell is said to be open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..compare import Against, Comparison
from ..evaluate import BASE, TARGET
from ..text import count, number, ranged, signed_range

FEW_ITEMS = 200
"""Below so many test items differences of ten points can hide."""

UNKNOWN, CUT = 0.02, 0.05
"""Shares of answers that could not be judged, or were cut, from which on it is said."""


def answers(found: Comparison | None, report: Mapping[str, Any]) -> dict[str, list[str]]:
    """Sentences under ``learned``, ``forgot`` and ``trust``; lists are empty where nothing was
    measured."""
    if found is None:
        return {"learned": [], "forgot": [], "trust": list(_trust(None, report))}
    return {
        "learned": list(_learned(found)),
        "forgot": list(_forgot(found)),
        "trust": list(_trust(found, report)),
    }


def _learned(found: Comparison) -> Iterator[str]:
    if TARGET not in found.tasks:
        return
    items, _ = found.tasks[TARGET]
    for name in _tuned(found):
        pairs = [one for one in found.against if (one.task, one.contender) == (TARGET, name)]
        parts = [_difference(one) for one in pairs]
        score = number(found.scores[TARGET, name].value)
        yield f"{name} is right in {score} % of {items:,} test items: {'; '.join(parts)}."


def _difference(one: Against) -> str:
    """Against one reference, or what would have had to differ to show."""
    pair = one.paired
    if pair.told == "not told":
        return (
            f"no difference to {one.reference} can be told ({signed_range(pair.difference)};"
            f" one of less than about {number(pair.smallest)} points would not show)"
        )
    more = "more" if pair.told == "higher" else "fewer"
    value = number(abs(pair.difference.value))
    return f"{value} points {more} than {one.reference} ({signed_range(pair.difference)})"


def _forgot(found: Comparison) -> Iterator[str]:
    benchmarks = [task for task in found.tasks if task != TARGET]
    for drop in found.drops:
        if drop.reference != BASE:
            continue
        lost = {
            one.task: one.paired
            for one in found.against
            if (one.contender, one.reference) == (drop.contender, BASE) and one.task in benchmarks
        }
        worse = [task for task, pair in lost.items() if pair.told == "lower"]
        if drop.drop.low > 0:
            text = f"{drop.contender} lost {ranged(drop.drop)} points"
        elif drop.drop.high < 0:
            text = f"{drop.contender} gained {number(-drop.drop.value)} points"
        else:
            text = f"{drop.contender}: no loss can be told, {ranged(drop.drop)} points"
        text += f", the mean over {len(benchmarks)} benchmarks"
        if worse:
            worse.sort(key=lambda task: lost[task].difference.value)
            text += "; told in " + ", ".join(
                f"{task} ({signed_range(lost[task].difference)})" for task in worse
            )
        if drop.fraction is not None:
            text += f". That is {ranged(drop.fraction, 2)} of {drop.of}'s loss"
        yield f"{text}."


def _trust(found: Comparison | None, report: Mapping[str, Any]) -> Iterator[str]:
    yield from report["golds"]
    labels: dict[str, int] = {}
    for row in report["verdicts"]:
        for label, number_of in row["labels"].items():
            labels[label] = labels.get(label, 0) + number_of
    judged, unknown = sum(labels.values()), labels.get("unknown", 0)
    if judged:
        share = f"{100 * unknown / judged:.1f} %"
        open_ = f"{count(unknown)} of {count(judged)} verdicts are open ({share})"
        warning = ", which is much" if unknown > UNKNOWN * judged else ""
        yield f"{open_}{warning}; an open verdict never counts as right."
    if overruled := report["overruled"]["by_source"]:
        told = ", ".join(f"{count(number_of)} of {name}" for name, number_of in overruled.items())
        yield f"People overruled the judge in training rows: {told}."
    if since := report["overruled"]["since"]:
        yield f"People overruled {count(since)} verdicts since the mixtures were made."
    if report["canaries"]:
        wrong, accepted = sum(report["canaries"].values()), report["canaries"].get("correct", 0)
        yield f"Of {count(wrong)} known-wrong answers the judge accepted {count(accepted)}."
    for method, result in report["results"].items():
        target, items = result["target"], report["target"]["items"]
        if target and items and target["cut"] > CUT * items:
            share = number(100 * target["cut"] / items)
            cut = f"{share} % of {method}'s answers were cut at the token limit"
            yield f"{cut}, and count as wrong."
    if found is None:
        return
    if len(report["seeds"]) == 1 and report["methods"]:
        yield "One seed: the intervals are over items; another seed may give other figures."
    if TARGET in found.tasks and found.tasks[TARGET][0] < FEW_ITEMS:
        yield f"{found.tasks[TARGET][0]:,} test items are few: see which differences would show."
    if report["methods"] and "sft" not in report["methods"]:
        yield "Plain SFT was not trained: what another method saves is not shown."


def _tuned(found: Comparison) -> list[str]:
    return [one.name for one in found.contenders if one.name != BASE]
