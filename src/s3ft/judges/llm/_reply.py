"""Reads the verdict out of what a judging model wrote.

The model may quote the response that it judges, and a response may be written to be quoted. So a
verdict counts only where the response cannot have put it: behind a mark that was made for this case
alone, as the one value of a JSON object that is the whole reply, or as the whole reply.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .._base import shorten

SCHEMA = {
    "type": "object",
    "properties": {
        "reasoning": {"type": "string"},
        "verdict": {"type": "string", "enum": ["yes", "no"]},
    },
    "required": ["reasoning", "verdict"],
    "additionalProperties": False,
}
"""For servers with structured output: the reasoning first, so that it can bear on the verdict."""

_BARE = re.compile(r"[\s*_`\"'.:!]*(yes|no)[\s*_`\"'.!]*", re.IGNORECASE)
_FENCED = re.compile(r"\s*```(?:json)?\s*(\{.*\})\s*```\s*", re.DOTALL)


def read_reply(reply: str, mark: str, response: str) -> tuple[bool | None, str]:
    """True for yes, False for no, None where there is no verdict or two differ; and the grounds.

    Of several marked verdicts the last one counts.

    Args:
        response: what was judged; a JSON object that stands in it is no verdict of the model's.
    """
    pattern = re.compile(rf"\[\[\s*{re.escape(mark)}\s*:\s*(yes|no)\s*\]\]", re.IGNORECASE)
    answer = _object(reply, response)
    whole = str(answer.get("verdict")).lower()
    verdicts = {verdict.lower() for verdict in pattern.findall(reply)[-1:]}
    verdicts |= {whole} & {"yes", "no"}
    if not verdicts and (bare := _BARE.fullmatch(reply)):
        verdicts = {bare[1].lower()}
    if len(verdicts) != 1:
        return None, f"no verdict in the judge's reply: {shorten(reply, 200)}"
    verdict = verdicts.pop()
    grounds = answer["reasoning"] if isinstance(answer.get("reasoning"), str) else reply
    return verdict == "yes", shorten(pattern.sub("", grounds), 300) or verdict


def _object(reply: str, response: str) -> dict[str, Any]:
    """The JSON object that a reply is; empty where it is none, or repeats the response."""
    fenced = _FENCED.fullmatch(reply)
    text = fenced[1] if fenced else reply.strip()
    if text in response:
        return {}
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless a key stands in it twice: which of the two counts?"""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)
