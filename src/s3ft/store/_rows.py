"""Records as the rows of their tables, and back."""

from __future__ import annotations

import json
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
    """A candidate of the columns of its response, and of its verdict's or as many nulls, and of a
    person's last word on it, the same.

    A code that a later version added is told as none: a verdict is not lost for it.
    """
    key, text, token_ids, *response_columns = columns[:-7]
    label, answer, reason, code, word, who, note = columns[-7:]
    ids = None if token_ids is None else tuple(json.loads(token_ids))
    verdict = None
    if label is not None:
        verdict = Verdict(key, label, answer, reason, _CODES.get(code, VerdictCode.NONE))
        if word is not None:
            why = f"overruled by {who}{': ' if note else ''}{note} (the judge: {label})"
            verdict = Verdict(key, word, answer, why, VerdictCode.NONE, who)
    return Candidate(source, sample, Response(key, text, ids, *response_columns), verdict)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
