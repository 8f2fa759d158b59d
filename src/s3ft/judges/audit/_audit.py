"""``s3ft audit``: how far a judge agrees with labels that are known to be right."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ...records import Label, Verdict, VerdictCode, content_hash
from ...stats import Estimate, wilson
from .._base import Judge, closing, options_text
from .._cache import ReplyCache
from .._registry import registry
from .._rows import MalformedRow, judge_rows, row_id, to_case
from ..files import json_line, reading, rows_of, same_file, writing
from ._agreement import LABELS, Confusion

if TYPE_CHECKING:
    from ..qa import Answerability

SHOWN = 3
"""Golds that are named where the judge refuses its own."""

_OF_RESPONSE = {"id", "correct", "system", "response", "finish_reason"}
"""Columns of a row that say nothing about its gold."""

_GOLD = object()
"""Stands for a gold among the rows that were asked about."""


@dataclass(slots=True)
class Audit:
    """A judge against labels: over all rows, and by the rows' ``system`` where they name one.

    ``golds`` counts the verdicts on the golds themselves, each judged once as if it were a
    response; ``refused`` names the first ones that are not accepted, and why.
    ``answerability`` is there for the judge that knows of unanswerable questions, `qa`.
    ``canaries`` is there for judges that ask a model: what they made of known-wrong responses.
    ``malformed`` rows (no label ``correct``, or nothing to judge) are in none of the figures.
    """

    judge: str
    overall: Confusion = field(default_factory=Confusion)
    systems: dict[str, Confusion] = field(default_factory=dict)
    golds: dict[Label, int] = field(default_factory=lambda: dict.fromkeys(LABELS, 0))
    refused: list[str] = field(default_factory=list)
    malformed: int = 0
    answerability: Answerability | None = None
    canaries: dict[Label, int] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any], verdict: Verdict) -> bool:
        """Count one labelled row and its verdict; True if they disagree."""
        truth: bool = row["correct"]
        groups = [self.overall]
        if isinstance(row.get("system"), str):
            groups.append(self.systems.setdefault(row["system"], Confusion()))
        for group in groups:
            group.counts[truth][verdict.label] += 1
        if self.answerability:
            self.answerability.add(to_case(verdict.key, row), verdict)
        return verdict.label != ("correct" if truth else "incorrect")

    def add_gold(self, verdict: Verdict) -> None:
        """Count the verdict on a gold."""
        self.golds[verdict.label] += 1
        if verdict.label != "correct" and len(self.refused) < SHOWN:
            self.refused.append(f"{verdict.key} ({verdict.label}: {verdict.reason})")

    @property
    def gold_acceptance(self) -> Estimate | None:
        """The share of the golds that the judge accepts as their own; None without golds."""
        return wilson(self.golds["correct"], sum(self.golds.values()))

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON-serialisable values."""
        return {
            "judge": self.judge,
            "malformed": self.malformed,
            "overall": self.overall.to_dict(),
            "gold_acceptance": {
                "golds": dict(self.golds),
                **(asdict(share) if (share := self.gold_acceptance) else {}),
                "refused": self.refused,
            },
            "systems": {name: group.to_dict() for name, group in sorted(self.systems.items())},
            **({"answerability": self.answerability.to_dict()} if self.answerability else {}),
            **({"canaries": self.canaries} if self.canaries else {}),
        }


def audit(
    rows: Iterable[Any],
    judge: Judge,
    name: str = "judge",
    *,
    on_disagreement: Callable[[Mapping[str, Any], Verdict], None] | None = None,
    answerability: Answerability | None = None,
) -> Audit:
    """Judge rows whose true label is in ``correct`` (a boolean), which the judge never sees.

    The golds are judged too, each once, as if they were responses.

    Args:
        rows: as for `judge_rows`, with ``correct`` and perhaps ``system``.
        name: the judge as it is to be called in the result.
        answerability: a table to fill with what `qa` made of questions with and without answer.
        on_disagreement: called with each row on which verdict and label differ, and the verdict.
    """
    result = Audit(name, answerability=answerability)
    waiting: deque[Any] = deque()
    seen: set[str] = set()

    def unlabelled() -> Iterator[Any]:
        for number, row in enumerate(rows):
            waiting.append(row)
            if not isinstance(row, Mapping):
                yield row
            elif not isinstance(row.get("correct"), bool):
                yield MalformedRow("correct is neither true nor false")
            else:
                yield {column: value for column, value in row.items() if column != "correct"}
                gold = _gold_row(row)
                if gold and (mark := content_hash(repr(gold))) not in seen:
                    seen.add(mark)
                    waiting.append(_GOLD)
                    yield {**gold, "id": row_id(row, str(number))}

    for verdict in judge_rows(unlabelled(), judge):
        row = waiting.popleft()
        if row is _GOLD:
            result.add_gold(verdict)
        elif verdict.code == VerdictCode.MALFORMED:
            result.malformed += 1
        elif result.add(row, verdict) and on_disagreement:
            on_disagreement(row, verdict)
    return result


def _gold_row(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The row with its gold, the first of several, as the response; None where it has none."""
    try:
        gold = to_case("", row).gold
    except MalformedRow:
        return None
    if not gold or not gold[0].strip():
        return None
    return {**{k: row[k] for k in sorted(row.keys() - _OF_RESPONSE)}, "response": gold[0]}


def audit_file(
    judge: str,
    options: Mapping[str, Any],
    path: str | Path,
    disagreements: str | Path | None = None,
    replies: str | Path | None = None,
) -> Audit:
    """Audit a judge on a JSONL file of labelled rows, in flat memory.

    Args:
        path: ``-`` reads standard input.
        disagreements: a JSONL file to write, with the rows on which verdict and label differ, each
            with ``label``, ``answer`` and ``reason`` of the verdict.
        replies: where a model's replies are kept (see `ReplyCache`): none is asked for twice.

    Raises:
        InputError: there is no such judge or file, the output cannot be written, or no row has a
            label.
    """
    cache = ReplyCache(replies)
    decide = registry.make(judge, options, where="--judge", cache=cache)
    name = options_text(judge, dict(options))
    table: Answerability | None = None
    if judge == "qa":
        from ..qa import Answerability  # with the grammar of abstaining: not for --help

        table = Answerability(options.get("abstain", ()))
    with closing(decide), reading(path) as lines:
        if disagreements is None:
            result = audit(rows_of(lines), decide, name, answerability=table)
        else:
            if same_file(path, disagreements):
                raise InputError(
                    str(disagreements), "the output is the input", "Name another file."
                )
            with writing(disagreements) as out:

                def write(row: Mapping[str, Any], verdict: Verdict) -> None:
                    judged = {"label": verdict.label, "answer": verdict.answer}
                    out.write(json_line({**row, **judged, "reason": verdict.reason}))

                result = audit(
                    rows_of(lines), decide, name, on_disagreement=write, answerability=table
                )
                _require_labels(result, path)
    _require_labels(result, path)
    with cache:
        result.canaries = cache.recent_canaries
    return result


def _require_labels(result: Audit, path: str | Path) -> None:
    if not result.overall.rows:
        problem = f"no row to audit ({result.malformed} malformed)"
        remedy = "Rows need response, gold and correct (true or false)."
        raise InputError(str(path), problem, remedy)
