"""Answers that talk about what the model was shown, and the trained model will not see."""

from __future__ import annotations

import re
from collections.abc import Sequence

_GIVEN = r"(?:reference|provided|given|supplied|original|gold|ground[- ]truth|sample|model)"
_TEXT = r"(?:answer|solution|response|explanation|text|code|reasoning)"
_EARLIER = r"(?:previous|earlier|prior|failed|first|initial|incorrect|wrong|former)"
_TRY = r"(?:attempt|answer|solution|response|try|explanation|code|program)"

Patterns = tuple[str, ...]
"""Regular expressions, whatever the case; `re` compiles each once, when it is first used."""

OF_GOLD: Patterns = (
    rf"\b(?:the|this|your|that|from|per)\s+{_GIVEN}\s+{_TEXT}\b",
    rf"\b{_GIVEN}\s+{_TEXT}\s*:",
    rf"\breference\s+{_TEXT}\b",
    r"\b(?:as|is|was|were)\s+(?:already\s+)?(?:given|stated|shown|provided|explained)\s+above\b",
    rf"\b{_TEXT}\s+(?:given|provided|shown|stated)\s+(?:above|here)\b",
    rf"\b(?:rewritten|rephrased|paraphrased|restated|reworded)\s+(?:{_TEXT}|version)\b",
    r"\b(?:rewrite|rephrase|paraphrase|restate|reword)\s+(?:the|this|your)\b",
    r"\bin\s+(?:my|your)\s+own\s+words\b",
)
"""Ways of talking about an answer that was shown."""

OF_ATTEMPT: Patterns = (
    rf"\b(?:the|this|my|your|that|in|from)\s+{_EARLIER}\s+{_TRY}\b",
    r"\b(?:my|your|the)\s+attempt\b",
    rf"\b(?:corrected|repaired|fixed|revised)\s+(?:{_TRY}|version)\b",
)
"""Ways of talking about an own attempt that was shown."""


_RUN = 5
"""Words in a row that are no coincidence."""

_LEAST = 4
"""Words of a sentence that is an order: what is shorter is a label, or said by anyone."""


def echoes(literal: Sequence[str]) -> Patterns:
    """What repeats a template's own orders, in the whole or for some words in a row.

    Args:
        literal: the words of the template itself, in pieces between what it shows. A piece that
            leads up to something shown, such as ``The correct answer is:``, is a label.
    """
    patterns = []
    for piece in literal:
        *sentences, rest = re.split(r"(?<=[.!?])\s+|\n+", piece.strip())
        orders = [*sentences, rest] if re.search(r"[.!?]$", rest) else sentences
        for order in orders:
            words = re.findall(r"[^\W_]+", order)
            if len(words) >= _LEAST and not order.endswith(":"):
                run = min(_RUN, len(words))
                starts = range(len(words) - run + 1)
                patterns += [_in_a_row(words[start : start + run]) for start in starts]
    return tuple(dict.fromkeys(patterns))


def _in_a_row(words: Sequence[str]) -> str:
    return r"\b" + r"[\W_]+".join(words) + r"\b"


def leak(text: str, shown: Sequence[str], patterns: Patterns = OF_GOLD) -> str | None:
    """The first words of ``text`` that speak of what was shown, or None.

    Args:
        shown: the question and the answers that were shown: words that stand there as well are the
            task's own, and no leak.
    """
    own = "\n".join(shown).casefold()
    for pattern in patterns:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            if found.group().casefold() not in own:
                return found.group()
    return None
