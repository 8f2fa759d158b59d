"""``cascade``, ``all`` and ``any``: judges made of judges, each asked only where it is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...records import Case, Label, Verdict, VerdictCode
from .._base import Judge, close, stateful, taken
from .._cache import ReplyCache
from .._registry import registry

LABELS: tuple[Label, ...] = ("correct", "incorrect", "unknown")

SURE: dict[str, tuple[Label, ...]] = {"match": ("correct",)}
"""Which labels of a judge end a cascade, where the recipe does not say; else both but unknown.
That a response is not the gold word for word says little about whether it is right."""

Spec = str | Mapping[str, Any]
"""A judge inside another: its name, or a mapping with its name and options."""


@stateful
def cascade(*, judges: Sequence[Spec], cache: ReplyCache | None = None) -> Judge:
    """Asks one judge after the other, until one decides; the last one's word stands.

    Args:
        judges: names, or mappings with ``name``, options, and perhaps ``final``, the labels with
            which this judge decides. Default: correct and incorrect; of ``match``, correct alone.

    Raises:
        ValueError: there are fewer than two, or ``final`` is wrong.
        InputError: there is no such judge, or it refuses its options.
    """
    return _Chain([_made(spec, cache) for spec in _several(judges)], keep_unknown=False)


@stateful
def all_of(*, judges: Sequence[Spec], cache: ReplyCache | None = None) -> Judge:
    """Accepts what all judges accept; the first that rejects decides, and later ones are not asked.

    Where none rejects and one does not know, it is ``unknown``.

    Raises:
        ValueError, InputError: as for `cascade`; ``final`` is not taken.
    """
    steps = [_made(spec, cache, final=("incorrect",)) for spec in _several(judges)]
    return _Chain(steps, keep_unknown=True)


@stateful
def any_of(*, judges: Sequence[Spec], cache: ReplyCache | None = None) -> Judge:
    """Accepts what any judge accepts; the first that does decides, and later ones are not asked.

    Where none accepts and one does not know, it is ``unknown``.

    Raises:
        ValueError, InputError: as for `cascade`; ``final`` is not taken.
    """
    steps = [_made(spec, cache, final=("correct",)) for spec in _several(judges)]
    return _Chain(steps, keep_unknown=True)


@dataclass(frozen=True, slots=True)
class _Step:
    """A judge, and the labels with which it ends the matter."""

    name: str
    judge: Judge
    final: Sequence[Label]


def _several(judges: Sequence[Spec]) -> Sequence[Spec]:
    if isinstance(judges, str) or not isinstance(judges, Sequence) or len(judges) < 2:
        raise ValueError("judges must be a list of two or more")
    return judges


def _made(spec: Spec, cache: ReplyCache | None, final: Sequence[Label] | None = None) -> _Step:
    inner: dict[str, Any] = {"name": spec} if isinstance(spec, str) else {**spec}
    name = inner.pop("name", None)
    if not isinstance(name, str):
        raise ValueError("each of judges must be a name, or a mapping with a name")
    if final is None:
        final = inner.pop("final", SURE.get(name, ("correct", "incorrect")))
        if isinstance(final, str) or not final or not {*final} <= {*LABELS}:
            raise ValueError(f"final of {name!r} must be a list of {', '.join(LABELS)}")
    assert final is not None
    return _Step(name, registry.make(name, inner, where=f"judge {name!r}", cache=cache), final)


class _Chain:
    """Asks each step about what the ones before left open.

    Args:
        keep_unknown: whether what one step did not know stays so, unless a later one ends it.
    """

    def __init__(self, steps: Sequence[_Step], *, keep_unknown: bool) -> None:
        self._steps, self._keep_unknown = steps, keep_unknown

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        done: deque[Verdict] = deque()
        doubts: dict[str, Verdict] = {}
        open_cases: Iterable[Case] = cases
        *before, last = self._steps
        for step in before:
            open_cases = _left_open(step, open_cases, done, doubts)
        for verdict in last.judge(open_cases):
            yield from taken(done)
            doubt = doubts.pop(verdict.key, None)
            settled = not self._keep_unknown or verdict.label in last.final
            yield _signed(last, verdict) if doubt is None or settled else doubt
        yield from taken(done)

    def close(self) -> None:
        for step in self._steps:
            close(step.judge)


def _left_open(
    step: _Step, cases: Iterable[Case], done: deque[Verdict], doubts: dict[str, Verdict]
) -> Iterator[Case]:
    """The cases that a step does not end; its last words on the others go to ``done``."""
    waiting: dict[str, Case] = {}

    def noted() -> Iterator[Case]:
        for case in cases:
            waiting[case.key] = case
            yield case

    for verdict in step.judge(noted()):
        case = waiting.pop(verdict.key)
        if verdict.label in step.final:
            doubts.pop(verdict.key, None)
            done.append(_signed(step, verdict))
            continue
        if verdict.label == "unknown":
            doubts.setdefault(verdict.key, _signed(step, verdict))
        yield case


def _signed(step: _Step, verdict: Verdict) -> Verdict:
    """The verdict, its reason with the name of who gave it; of a malformed row as it is."""
    if verdict.code == VerdictCode.MALFORMED:
        return verdict
    return replace(verdict, reason=f"{step.name}: {verdict.reason}")
