"""TRL's reward functions as judges, and judges as reward functions for TRL's trainers.

A reward function gets the columns of a batch as lists, with ``prompts`` and ``completions``, and
returns a number for each row, or None where it has none (TRL's `GRPOTrainer`, ``reward_funcs``).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import InputError
from ..records import Case, Label, Verdict, VerdictCode
from ..workers import chunks
from ._base import Judge, close, per_case
from ._imported import imported
from ._rows import judge_rows

BATCH = 64
"""Rows that a reward function gets at once."""

REWARDS: Mapping[Label, float | None] = {"correct": 1.0, "incorrect": 0.0, "unknown": None}
"""What a verdict is worth; TRL leaves a None out of the sum over its reward functions."""

_NO_COLUMNS = {"completion_ids", "trainer_state", "log_extra", "log_metric", "environments"}
"""What TRL's trainers hand over beside the columns of the data."""


def reward(
    *, function: str, gold: str = "solution", threshold: float = 1.0, conversational: bool = True
) -> Judge:
    """Judges by a reward function: correct where the reward reaches the threshold.

    Of several accepted answers the one with the highest reward counts. No reward, and whatever the
    function raises, is ``unknown``.

    Args:
        function: ``package.module:function``, such as ``trl.rewards:accuracy_reward``.
        gold: the parameter by which it takes the gold; the row's columns keep their names.
        threshold: the least reward of a correct response.
        conversational: whether it takes prompts and completions as messages, else as text.

    Raises:
        InputError: the function cannot be imported.
        ValueError: the threshold is no number.
    """
    if not isinstance(threshold, int | float):
        raise ValueError(f"threshold must be a number, not {threshold!r}")
    score = imported(function, "judge 'reward'", f"function {function!r}")

    def rewards(pairs: Sequence[tuple[Case, str | None]]) -> list[float | None]:
        names = {name for case, _ in pairs for name in case.meta} - _NO_COLUMNS
        columns: dict[str, list[Any]] = {
            name: [case.meta.get(name) for case, _ in pairs] for name in sorted(names)
        }
        columns[gold] = [answer for _, answer in pairs]
        columns["prompts"] = [_prompt(case, conversational) for case, _ in pairs]
        columns["completions"] = [_completion(case, conversational) for case, _ in pairs]
        found = score(**columns)
        if inspect.isawaitable(found):
            from ..event_loop import BackgroundLoop  # late, for a quick start

            with BackgroundLoop() as loop:
                found = loop.run(_awaited(found))
        if len(found) != len(pairs):
            raise ValueError(f"{len(found)} rewards for {len(pairs)} completions")
        return [None if value is None or math.isnan(value) else float(value) for value in found]

    def judged(batch: Sequence[Case]) -> list[Verdict]:
        # A function of the form alone needs no gold.
        pairs = [(case, answer) for case in batch for answer in case.gold or (None,)]
        found = iter(rewards(pairs))
        return [decided(case, [next(found) for _ in case.gold or (None,)]) for case in batch]

    def decided(case: Case, rewards: Sequence[float | None]) -> Verdict:
        given = [value for value in rewards if value is not None]
        if not given:
            return Verdict(case.key, "unknown", None, "no reward", VerdictCode.UNDECIDED)
        best = max(given)
        reason = f"reward {best:g}, threshold {threshold:g}"
        if best >= threshold:
            return Verdict(case.key, "correct", None, reason, VerdictCode.YES)
        return Verdict(case.key, "incorrect", None, reason, VerdictCode.NO)

    alone = per_case(lambda case: judged([case])[0])

    def judge(cases: Iterable[Case]) -> Iterator[Verdict]:
        for batch in chunks(cases, BATCH):
            try:
                verdicts: Iterable[Verdict] = judged(batch)
            except Exception:  # of one row, perhaps: the others are judged all the same
                verdicts = alone(batch)
            yield from verdicts

    return judge


def _prompt(case: Case, conversational: bool) -> Any:
    if conversational:
        return [dict(turn) for turn in case.prompt]
    return "\n\n".join(turn["content"] for turn in case.prompt)


def _completion(case: Case, conversational: bool) -> Any:
    return [{"role": "assistant", "content": case.response}] if conversational else case.response


async def _awaited(value: Any) -> Any:
    return await value


class JudgeReward:
    """A judge as a reward function: 1 for what it accepts, 0 for what it rejects, else None.

    Prompts and completions are text or messages. It can be pickled; the judge is made anew then.

    Args:
        name: the judge, by which TRL logs the reward too.
        options: the judge's.
        gold: the column with the gold; a judge that needs none (of code with tests) can do
            without it.
        make: makes the judge of a name and options, here and where this was pickled to.

    Raises:
        InputError: there is no such judge, or it does not take these options.
    """

    def __init__(
        self,
        name: str,
        options: Mapping[str, Any],
        gold: str,
        make: Callable[[str, Mapping[str, Any]], Judge],
    ) -> None:
        self.__name__ = name
        self._made_of = (name, dict(options), gold, make)
        self._gold, self._judge = gold, make(name, options)

    def __reduce__(self) -> tuple[Callable[..., JudgeReward], tuple[Any, ...]]:
        return JudgeReward, self._made_of

    def close(self) -> None:
        """End what the judge holds; called again, it starts anew."""
        close(self._judge)

    def __call__(
        self, *, prompts: Sequence[Any], completions: Sequence[Any], **columns: Any
    ) -> list[float | None]:
        """One reward for each completion, in order.

        Raises:
            InputError: the judge found in no row what it needs.
        """
        # A finish reason among the data's columns would be another response's.
        own = {name: columns[name] for name in columns.keys() - _NO_COLUMNS - {"finish_reason"}}
        if self._gold in own:
            own["gold"] = own[self._gold]
        own |= {"prompt": prompts, "response": [_text(completion) for completion in completions]}
        rows = (dict(zip(own, values, strict=True)) for values in zip(*own.values(), strict=True))
        verdicts = list(judge_rows(rows, self._judge))
        if verdicts and all(verdict.code == VerdictCode.MALFORMED for verdict in verdicts):
            named = ", ".join(sorted(columns)) or "none"
            raise InputError(
                f"the reward {self.__name__!r}",
                f"no row can be judged, the first is {verdicts[0].reason}",
                f"Name the column with the gold: gold=... Columns here: {named}.",
            )
        return [REWARDS[verdict.label] for verdict in verdicts]


def _text(completion: Any) -> Any:
    """What a completion says: of messages the last one's content."""
    if isinstance(completion, list) and completion and isinstance(completion[-1], Mapping):
        return completion[-1].get("content") or ""
    return completion
