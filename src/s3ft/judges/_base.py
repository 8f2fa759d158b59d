"""The contract of a judge: cases in, verdicts out, each with its key, in any order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from ..finish import describe_finish
from ..records import Case, Verdict, VerdictCode


class Judge(Protocol):
    """Who decides.

    A judge yields exactly one verdict for every case, as soon as it knows it. It never raises
    because of what a case contains: what it cannot decide is ``unknown``, with the reason.

    One that holds a process, a model or a connection may have a method ``close()``, which lets go
    of it. Whoever made the judge calls `close` at the end; called again, the judge starts anew. A
    plain function needs none.
    """

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]: ...


JudgeFactory = Callable[..., Judge]
"""Makes a judge from keyword options: ``factory(tolerance=0.01)``."""

Factory = TypeVar("Factory", bound=JudgeFactory)


def stateful(factory: Factory) -> Factory:
    """Decorate a factory whose judge keeps what a run must have once, such as paid replies.

    Its judge is made in the process of the run alone, never in several workers, and a factory that
    takes ``cache`` gets the run's `ReplyCache`. All other judges are stateless: several of one kind
    may share the work.
    """
    factory.is_stateful = True  # type: ignore[attr-defined]
    return factory


def is_stateful(factory: JudgeFactory) -> bool:
    """Whether the factory is marked as `stateful`."""
    return bool(getattr(factory, "is_stateful", False))


def close(holder: object) -> None:
    """End what a judge holds, such as helper processes; nothing where it holds nothing."""
    end = getattr(holder, "close", None)
    if end is not None:
        end()


@contextmanager
def closing(judge: Judge) -> Iterator[Judge]:
    """The judge, closed at the end of the block."""
    try:
        yield judge
    finally:
        close(judge)


def per_case(decide: Callable[[Case], Verdict]) -> Judge:
    """Lift a function of one case to a judge.

    What such a function raises becomes an ``unknown`` verdict: it is the judge's failure, not the
    response's. Where it holds something, it may have a ``close()`` as a `Judge` may.
    """
    return _PerCase(decide)


class _PerCase:
    def __init__(self, decide: Callable[[Case], Verdict]) -> None:
        self._decide = decide

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        for case in cases:
            try:
                yield self._decide(case)
            except Exception as error:
                yield failed(case.key, error)

    def close(self) -> None:
        close(self._decide)


def screened(judge: Judge, refuse: Callable[[Case], Verdict | None]) -> Judge:
    """The same judge, which is asked only about the cases that ``refuse`` does not decide."""
    return _Screened(judge, refuse)


class _Screened:
    def __init__(self, judge: Judge, refuse: Callable[[Case], Verdict | None]) -> None:
        self._judge, self._refuse = judge, refuse

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        refused: deque[Verdict] = deque()

        def others() -> Iterator[Case]:
            for case in cases:
                verdict = self._refuse(case)
                if verdict is None:
                    yield case
                else:
                    refused.append(verdict)

        for verdict in self._judge(others()):
            yield from taken(refused)
            yield verdict
        yield from taken(refused)

    def close(self) -> None:
        close(self._judge)


def taken(ready: deque[Verdict]) -> Iterator[Verdict]:
    """The verdicts that are ready, the oldest first, taken out of the queue."""
    while ready:
        yield ready.popleft()


def no_answer(case: Case) -> Verdict | None:
    """Refuse what is no whole answer, whoever judges; the registry screens every judge with it.

    A model trained on a response that was cut at the token limit would learn to stop in the
    middle, on one that ends in its reasoning never to answer, and on an empty one to say nothing.
    """
    if case.finish_reason != "stop":
        return Verdict(
            case.key, "incorrect", None, describe_finish(case.finish_reason), VerdictCode.CUT
        )
    if not case.response.strip():
        return Verdict(case.key, "incorrect", None, describe_finish("empty"), VerdictCode.EMPTY)
    return None


def malformed(key: str, what: str) -> Verdict:
    """The verdict on a row that lacks what the judge needs."""
    return Verdict(key, "unknown", None, f"malformed: {what}", VerdictCode.MALFORMED)


def failed(key: str, error: Exception) -> Verdict:
    """The verdict where the judge itself failed."""
    reason = shorten(f"{type(error).__name__}: {error}", 300)
    return Verdict(key, "unknown", None, reason, VerdictCode.ERROR)


def shorten(text: str, limit: int = 80) -> str:
    """The text on one line of at most ``limit`` characters, for a reason or a table."""
    line = " ".join(text[: 4 * limit].split())
    whole = len(text) <= 4 * limit and len(line) <= limit
    line = line if whole else line[: limit - 1].rstrip() + "…"
    return line.encode(errors="replace").decode()  # a lone surrogate would fail where it is stored


def options_text(name: str, options: dict[str, Any]) -> str:
    """The judge as it is written into records: ``math`` or ``match(ignore_case=True)``."""
    inner = ", ".join(f"{key}={value!r}" for key, value in sorted(options.items()))
    return f"{name}({inner})" if inner else name
