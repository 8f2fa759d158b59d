"""Records as the rows of their tables, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..records import Candidate, Example, Response, Verdict, VerdictCode

_CODES = {code.value: code for code in VerdictCode}


def example_row(split: str, position: int, example: Example) -> tuple[Any, ...]:
    return (
        split,
        position,
        example.id,
        _dump(example.prompt),
        example.completion,
        _dump(dict(example.meta)),
        example.reasoning,
    )


def example(id_: str, prompt: str, completion: str, meta: str, reasoning: str) -> Example:
    return Example(id_, tuple(json.loads(prompt)), completion, json.loads(meta), reasoning)


def response_row(response: Response) -> tuple[Any, ...]:
    return (
        response.key,
        response.text,
        None if response.token_ids is None else _dump(response.token_ids),
        response.finish_reason,
        response.logprob,
        response.engine,
        response.reasoning,
    )


def candidate(source: str, sample: int, *columns: Any) -> Candidate:
    """A candidate of the columns of its response, and of its verdict's or as many nulls, of a
    person's last word on it, the same, and of its likelihood.

    A code that a later version added is told as none: a verdict is not lost for it.
    """
    key, text, token_ids, *response_columns = columns[:-8]
    label, answer, reason, code, word, who, note, weighed = columns[-8:]
    ids = None if token_ids is None else tuple(json.loads(token_ids))
    verdict = None
    if label is not None:
        verdict = Verdict(key, label, answer, reason, _CODES.get(code, VerdictCode.NONE))
        if word is not None:
            why = f"overruled by {who}{': ' if note else ''}{note} (the judge: {label})"
            verdict = Verdict(key, word, answer, why, VerdictCode.NONE, who)
    response = Response(key, text, ids, *response_columns)
    return Candidate(source, sample, response, verdict, logprobs(weighed))


def logprobs(column: str | None) -> tuple[float, ...] | None:
    return None if column is None else tuple(json.loads(column))


def logprobs_column(values: Sequence[float]) -> str:
    """A ten-thousandth of a nat is beyond what any dtype tells apart."""
    return _dump([round(value, 4) for value in values])


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
