"""What lm-eval logs of an item, as what was asked and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Said(NamedTuple):
    """An item as text: see `s3ft.store.Item` and `s3ft.store.Answer`."""

    prompt: str
    choices: tuple[str, ...]
    gold: str
    text: str
    choice: int | None


def said(row: Mapping[str, Any], metric: str) -> Said:
    """Of a sample, as `lm_eval.evaluator.evaluate` gives it or as ``--log_samples`` writes it.

    Where the choices stand in the middle of a sentence, each has a beginning of its own: then the
    prompt is what all beginnings share, and a choice is the rest.

    Args:
        metric: by which the choice is taken: ``acc_norm`` goes by the log-probability a character,
            all others by that of the whole; ``mc2`` takes none.
    """
    arguments = _arguments(row["arguments"])
    gold = str(row["target"])
    if len(arguments[0]) < 2 or not isinstance(arguments[0][1], str):  # what is generated
        text = row["filtered_resps"][0]
        return Said(arguments[0][0], (), gold, text if isinstance(text, str) else str(text), None)
    contexts = [context for context, _ in arguments]
    prompt = contexts[0][: _shared(contexts)]
    choices = tuple(context[len(prompt) :] + text for context, text in arguments)
    logprobs = [_logprob(found) for found in row["filtered_resps"]]
    if metric == "acc_norm":
        lengths = [max(1, len(text.strip())) for _, text in arguments]
        logprobs = [one / length for one, length in zip(logprobs, lengths, strict=True)]
    if gold.isdecimal() and int(gold) < len(choices):
        gold = choices[int(gold)]
    if metric == "mc2" or len(choices) < 2:
        return Said(prompt, choices, gold, "", None)
    taken = max(range(len(choices)), key=logprobs.__getitem__)
    return Said(prompt, choices, gold, choices[taken], taken)


def _arguments(logged: Any) -> list[Sequence[Any]]:
    """Context and continuation, or context and settings, of each request."""
    if isinstance(logged, Mapping):  # gen_args_0: {arg_0: ..., arg_1: ...}
        return [tuple(each.values()) for each in logged.values()]
    return [tuple(each) for each in logged]


def _shared(texts: Sequence[str]) -> int:
    """How many characters all begin with."""
    first, last = min(texts), max(texts)
    ends = (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return next(ends, min(len(first), len(last)))


def _logprob(found: Any) -> float:
    """A log-probability beside whether it is the greedy answer; logged as text."""
    return float(found[0] if isinstance(found, (list, tuple)) else found)
