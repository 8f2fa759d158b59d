"""A run's state in words."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import duration
from ._rows import Verdicts
from ._status import Stage, Status

REMAINS = {
    "generate": "{} prompt{} to answer",
    "judge": "{} prompt{} whose ladder is not at its end",
    "select": "{} mixture{}",
    "sweep": "the sweep",
    "train": "{} model{} to train",
    "evaluate": "{} score{}",
    "report": "the report",
}
"""What is left of a stage: a number, and an s where it is not one."""


def lines(state: Status) -> Iterator[str]:
    """The state, a line each: what is at work, the stages, what was found, what remains."""
    yield f"{state.run}: {_at_work(state)}"
    yield "rows: " + ", ".join(f"{count:,} {split}" for split, count in state.rows.items())
    for stage in state.stages:
        yield f"{stage.stage}: {stage.done:,} of {stage.total:,} {stage.unit}{_more(stage, state)}"
    if state.solved:
        yield "solved: " + _counts(state.solved)
    for found in state.verdicts:
        yield f"verdicts on {found.split}, {found.source}: {_told(found)}"
    for method, rows in state.mixture.items():
        yield f"mixture {method}: {_counts(rows)}"
    for model, tasks in state.measured.items():
        yield f"measured {model}: {', '.join(tasks)}"
    if state.seconds:
        parts = ", ".join(f"{kind} {duration(spent)}" for kind, spent in state.seconds.items())
        yield f"time: {duration(sum(state.seconds.values()))} ({parts})"
    yield f"remains: {_remains(state) or 'nothing'}"


def _at_work(state: Status) -> str:
    if state.at_work:
        return "a process works on it"
    if state.stopped is not None:
        return f"stopped itself by its answers to {state.stopped} rows; mend the recipe to go on"
    return "done" if state.stage is None else "no process works on it; the same command goes on"


def _more(stage: Stage, state: Status) -> str:
    if stage.stage == "judge" and state.waiting:
        return f", waiting: {_counts(state.waiting)}"
    if stage.stage == "train":
        at = [
            f"{name} was at step {model['step']:,} of {model['steps']:,}"
            for name, model in state.models.items()
            if "step" in model
        ]
        kept = sum(len(model.get("kept", ())) for model in state.models.values())
        at += [f"{kept:,} kept on the way"] if kept else []
        return "".join(f", {one}" for one in at)
    return ""


def _told(found: Verdicts) -> str:
    counts = found.to_dict()
    named = ("correct", "incorrect", "unknown", "unjudged", "cut")
    told = [f"{counts[name]:,} {name}" for name in named if counts[name] or name == "correct"]
    return ", ".join(told)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _remains(state: Status) -> str:
    return ", ".join(
        REMAINS[one.stage].format(f"{left:,}", "s" if left != 1 else "")
        for one in state.stages
        if (left := one.total - one.done) > 0
    )
