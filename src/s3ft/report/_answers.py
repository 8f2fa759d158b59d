"""The three questions of a report's reader, answered in sentences from its figures.

Did it learn, did it forget, can it be trusted. What the data do not tell is said to be open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..compare import Against, Comparison, Contender
from ..evaluate import BASE, TARGET, is_target
from ..stats.paired import WHOLE
from ..text import count, number, p_value, ranged, signed_range

UNKNOWN, CUT = 0.02, 0.05
"""Shares of answers that could not be judged, or were cut, from which on it is said."""


def answers(found: Comparison | None, report: Mapping[str, Any]) -> dict[str, list[str]]:
    """Sentences under ``learned``, ``forgot`` and ``trust``; lists are empty where nothing was
    measured."""
    if found is None:
        return {"learned": [], "forgot": [], "trust": list(_trust(None, report))}
    return {
        "learned": list(_learned(found, report["confusion"])),
        "forgot": list(_forgot(found)),
        "trust": list(_trust(found, report)),
    }


def _learned(found: Comparison, confusion: Mapping[str, Any]) -> Iterator[str]:
    if TARGET not in found.tasks:
        return
    for one in _tuned(found):
        name, seeds = one.name, len(one.models)
        pairs = [pair for pair in found.against if (pair.task, pair.contender) == (TARGET, name)]
        parts = "; ".join(map(_difference, pairs))
        score = number(found.scores[TARGET, name].value)
        mean = f", the mean of {seeds} seeds" if seeds > 1 else ""
        yield f"{name}: {parts}. {score} % right{mean}."
    for task in found.tasks:
        if is_target(task) and task != TARGET:
            pairs = [pair for pair in found.against if (pair.task, pair.reference) == (task, BASE)]
            told = "; ".join(f"{pair.contender} is {_difference(pair)}" for pair in pairs)
            yield f"Across, on {task.partition(':')[2]}, {told}."
    if confusion:
        shares = [_abstaining(name, table) for name, table in confusion.items()]
        yield f"Of questions with an answer, {'; '.join(shares)}."


def _difference(one: Against) -> str:
    """Against one reference; where nothing can be told, why."""
    pair = one.paired
    told = signed_range(pair.difference)
    if pair.told != "not told":
        which = "better" if pair.told == "higher" else "worse"
        return f"{which} than {one.reference} ({told})"
    if pair.difference.low > 0 or pair.difference.high < 0:
        told += f": it leaves out 0, but the exact test does not confirm it, p = {p_value(pair.p)}"
    return f"not shown to differ from {one.reference} ({told})"


def _abstaining(name: str, table: Mapping[str, Mapping[str, int]]) -> str:
    counts = table["answerable"]
    right, none = (100 * counts[key] / sum(counts.values()) for key in _SHARES)
    return f"{name} answers {right:.0f} % right and abstains from {none:.0f} %"


_SHARES = ("answered right", "abstained")


def _forgot(found: Comparison) -> Iterator[str]:
    benchmarks = [task for task in found.tasks if not is_target(task)]
    mean = f"the mean over {len(benchmarks)} benchmarks"
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
            text = f"{drop.contender}: forgot {ranged(drop.drop)} points, {mean}"
        elif drop.drop.high < 0:
            text = f"{drop.contender}: gained {number(-drop.drop.value)} points, {mean}"
        else:
            text = f"{drop.contender}: no loss shown in {mean} ({ranged(drop.drop)} points)"
        if drop.fraction is not None:
            text += f", {ranged(drop.fraction, 2)} of {drop.of}'s loss"
        if worse:
            worse.sort(key=lambda task: lost[task].difference.value)
            text += "; worse in " + ", ".join(
                f"{task} ({signed_range(lost[task].difference)})" for task in worse
            )
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
        warning = ", which is much" if unknown > UNKNOWN * judged else ""
        yield (
            f"The judge could not decide {count(unknown)} of the {count(judged)} answers that it"
            f" saw ({share}){warning}; such never count as right."
        )
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
    elif report["methods"]:
        yield "Seeds differ in their training alone: answers, verdicts and mixtures are the same."
    if TARGET in found.tasks:
        items, _ = found.tasks[TARGET]
        pairs = [one.paired for one in found.against if one.task == TARGET]
        hidden = [pair.smallest for pair in pairs if pair.told == "not told"]
        if hidden:
            least = f"differences of less than about {number(max(hidden))} points can hide"
            yield f"With {items:,} test items, {least if max(hidden) < WHOLE else 'none can show'}."
    if report["methods"] and "sft" not in report["methods"]:
        yield "Plain SFT was not trained: what another method saves is not shown."


def _tuned(found: Comparison) -> list[Contender]:
    return [one for one in found.contenders if one.name != BASE]
