"""Finds judges by name, makes them, and is the callable behind ``s3ft.judge``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..records import Verdict
from ..suggest import did_you_mean
from ._base import Judge, JudgeFactory, closing, is_stateful, no_answer, screened
from ._cache import ReplyCache, canary_line
from ._imported import imported

if TYPE_CHECKING:
    from ._reward import JudgeReward

BUILT_IN = {
    "match": "s3ft.judges.text:match",
    "choice": "s3ft.judges.text:choice",
    "math": "s3ft.judges.math:math",
    "code": "s3ft.judges.code:code",
    "qa": "s3ft.judges.qa:qa",
    "tool": "s3ft.judges.tool:tool",
    "llm": "s3ft.judges.llm:llm",
    "cascade": "s3ft.judges.combine:cascade",
    "all": "s3ft.judges.combine:all_of",
    "any": "s3ft.judges.combine:any_of",
    "reward": "s3ft.judges._reward:reward",
}


_WORDS = {"bool": "true or false", "float": "a number", "int": "a whole number", "str": "text"}
"""Types of options that are checked before a judge sees them."""


class Judges:
    """The judges known by name, and any other by ``package.module:factory``.

    ``s3ft.judge`` is the one instance: ``s3ft.judge(rows, "math")`` judges rows,
    ``@s3ft.judge.register("mine")`` adds a factory.
    """

    def __init__(self) -> None:
        self._own: dict[str, JudgeFactory] = {}

    def register(self, name: str) -> Callable[[JudgeFactory], JudgeFactory]:
        """Decorate a factory of keyword options, so that recipes can name it.

        Raises:
            ValueError: the name is taken by another judge, or contains a colon.
        """
        if ":" in name or name in BUILT_IN or name in self._own:
            raise ValueError(f"a judge cannot be registered as {name!r}: taken or not a plain name")

        def add(factory: JudgeFactory) -> JudgeFactory:
            self._own[name] = factory
            return factory

        return add

    def names(self) -> list[str]:
        """All judges that have a plain name, sorted."""
        return sorted({*BUILT_IN, *self._own})

    def is_stateless(self, name: str, *, where: str = "judge") -> bool:
        """Whether several judges of the name can share the work: its factory is not `stateful`.

        Raises:
            InputError: there is no such judge.
        """
        return not is_stateful(self._factory(name, where))

    def make(
        self,
        name: str,
        options: Mapping[str, Any],
        *,
        where: str = "judge",
        cache: ReplyCache | None = None,
    ) -> Judge:
        """The judge of that name, made with these options; it rejects whatever was cut short.

        Args:
            where: how an error names the place that asked, such as ``recipe.yaml: judge``.
            cache: where a model's replies are kept; given to factories that are `stateful`.

        Raises:
            InputError: there is no such judge, it does not take these options, or refuses them.
        """
        factory = self._factory(name, where)
        takes = inspect.signature(factory).parameters
        takes_cache = is_stateful(factory) and "cache" in takes
        if cache is not None and takes_cache:
            options = {"cache": cache, **options}
        try:
            inspect.signature(factory).bind(**options)
        except TypeError as error:
            hidden = "cache" if takes_cache else ""
            known = ", ".join(name for name in takes if name != hidden) or "none"
            raise InputError(where, f"{name!r}: {error}", f"Options it takes: {known}.") from None
        for option, value in options.items():
            if problem := _misfit(takes.get(option), value):
                raise InputError(where, f"{name!r}: {option} {problem}, not {value!r}")
        try:
            return screened(factory(**options), no_answer)
        except (TypeError, ValueError) as error:
            raise InputError(where, f"{name!r}: {error}") from None

    def _factory(self, name: str, where: str) -> JudgeFactory:
        if name in self._own:
            return self._own[name]
        path = BUILT_IN.get(name, name)
        if ":" not in path:
            hint = did_you_mean(name, self.names())
            remedy = (
                f"{hint} Judges: {', '.join(self.names())}, or package.module:factory.".lstrip()
            )
            raise InputError(where, f"there is no judge {name!r}", remedy)
        made: JudgeFactory = imported(path, where, f"judge {name!r}")
        return made

    def as_reward(self, judge: str, *, gold: str = "gold", **options: Any) -> JudgeReward:
        """A judge as a reward function, for ``reward_funcs`` of TRL's trainers.

        Args:
            judge: a judge's name or ``package.module:factory``.
            gold: the dataset's column with the gold.
            options: passed to the judge.

        Raises:
            InputError: there is no such judge, or it does not take these options.
        """
        from ._reward import JudgeReward

        return JudgeReward(judge, options, gold, make_judge)

    def __call__(
        self, rows: Iterable[Mapping[str, Any]], judge: str, **options: Any
    ) -> list[Verdict]:
        """Judge rows as ``s3ft judge`` does a file: verdicts in the order of the rows.

        Args:
            rows: each with ``response`` and what the judge needs (``gold`` or ``completion``, ...).
            judge: a judge's name or ``package.module:factory``.
            options: passed to the judge.

        Raises:
            InputError: there is no such judge, or it does not take these options.
        """
        from ..progress import console
        from ._rows import judge_rows

        given = None if self.is_stateless(judge) else options.pop("cache", None)
        cache = given or ReplyCache()
        with closing(self.make(judge, options, cache=cache)) as made:
            verdicts = list(judge_rows(rows, made))
        if cache.recent:
            console.print(canary_line(cache.recent_canaries))
        return verdicts


def _misfit(parameter: inspect.Parameter | None, value: Any) -> str | None:
    """What an option must be instead, where it takes plain values only; None where it fits."""
    # Annotations are text where a module postpones them.
    named = getattr(parameter, "annotation", None)
    kinds = [kind.strip() for kind in str(getattr(named, "__name__", named)).split("|")]
    plain = [kind for kind in kinds if kind != "None"]
    if not plain or not {*plain} <= {*_WORDS} or (value is None and "None" in kinds):
        return None
    if type(value).__name__ in plain or (isinstance(value, int) and "float" in plain):
        return "must be a number" if isinstance(value, bool) and "bool" not in plain else None
    return f"must be {' or '.join(_WORDS[kind] for kind in plain)}"


registry = Judges()


def make_judge(name: str, options: Mapping[str, Any]) -> Judge:
    """A judge of the registry; a function of a module, which can be pickled by its name."""
    return registry.make(name, options)
