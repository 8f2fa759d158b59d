"""``tool``: does the response call the functions that the gold calls, with the same arguments?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

from ...records import Case, Verdict, VerdictCode
from .._base import Judge, malformed, per_case, shorten
from ._read import read_calls
from ._values import Call, Unreadable, equal, shown


def tool(
    *, ordered: bool = False, loose_text: bool = False, ignore_arguments: Sequence[str] = ()
) -> Judge:
    """Judges by the calls: the same functions, with the same values under the same names.

    Args:
        ordered: parallel calls have to stand in the gold's order.
        loose_text: texts in arguments are compared without case and spacing.
        ignore_arguments: names of arguments that do not count, of any function (``unit``) or of one
            (``get_weather.unit``).

    Raises:
        ValueError: ``ignore_arguments`` is no list of names.
    """
    if isinstance(ignore_arguments, str) or not all(isinstance(n, str) for n in ignore_arguments):
        raise ValueError(f"ignore_arguments is a list of names, not {ignore_arguments!r}")
    ignored = frozenset(ignore_arguments)
    form: Callable[[str], str] = _loose if loose_text else str
    golds = lru_cache(maxsize=1024)(_read)

    def decide(case: Case) -> Verdict:
        if not case.gold:
            return malformed(case.key, "no gold")
        accepted = []
        for gold in case.gold:
            calls = golds(gold)
            if isinstance(calls, str):
                reason = f"the gold {shorten(gold)!r} is no call of functions: {calls}"
                return Verdict(case.key, "unknown", None, reason, VerdictCode.BAD_GOLD)
            accepted.append(calls)
        said = _read(case.response)
        if isinstance(said, str):
            return Verdict(case.key, "incorrect", None, said, VerdictCode.UNREADABLE)
        answer = shorten("; ".join(map(str, said)))
        wrong = ""
        for calls in accepted:
            difference = _difference(said, calls, ordered, ignored, form)
            if difference is None:
                return Verdict(case.key, "correct", answer, f"calls {answer}", VerdictCode.EQUAL)
            wrong = wrong or difference
        return Verdict(case.key, "incorrect", answer, shorten(wrong, 200), VerdictCode.DIFFERS)

    return per_case(decide)


def _read(text: str) -> list[Call] | str:
    """The calls, or why there are none."""
    try:
        return read_calls(text)
    except Unreadable as error:
        return str(error)


def _difference(
    said: Sequence[Call],
    gold: Sequence[Call],
    ordered: bool,
    ignored: Collection[str],
    form: Callable[[str], str],
) -> str | None:
    """What is wrong with calls; None where they are the gold's."""
    if len(said) != len(gold):
        return f"{_count(said)}, gold {_count(gold)}"
    left = list(said)
    for wanted in gold:
        offered = left[:1] if ordered else left
        problems = [_unlike(call, wanted, ignored, form) for call in offered]
        if None not in problems:
            of_its_name = (
                p for p, c in zip(problems, offered, strict=True) if c.name == wanted.name
            )
            return next(of_its_name, problems[0])
        del left[problems.index(None)]
    return None


def _unlike(
    call: Call, gold: Call, ignored: Collection[str], form: Callable[[str], str]
) -> str | None:
    if call.name != gold.name:
        return f"calls {call.name}, gold {gold.name}"
    free = {name for name in ignored if "." not in name}
    free |= {name.removeprefix(f"{gold.name}.") for name in ignored}
    given = {name: value for name, value in call.arguments.items() if name not in free}
    wanted = {name: value for name, value in gold.arguments.items() if name not in free}
    if missing := wanted.keys() - given.keys():
        return f"{gold.name}: {min(missing)} is not given"
    if extra := given.keys() - wanted.keys():
        return f"{gold.name}: {min(extra)} is given, and not in the gold"
    for name, value in wanted.items():
        if not equal(given[name], value, form):
            return f"{gold.name}: {name} is {shown(given[name])}, gold {shown(value)}"
    return None


def _count(calls: Sequence[Call]) -> str:
    return f"{len(calls)} call{'s' if len(calls) > 1 else ''}"


def _loose(text: str) -> str:
    return " ".join(text.casefold().split())
