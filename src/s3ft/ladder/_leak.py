"""Answers that talk about what the model was shown, and the trained model will not see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, pairwise

_GIVEN = r"(?:reference|provided|given|supplied|original|gold|ground[- ]truth|sample|model)"
_TEXT = r"(?:answer|solution|response|explanation|text|code|reasoning)"
_EARLIER = r"(?:previous|earlier|prior|failed|first|initial|incorrect|wrong|former)"
_TRY = r"(?:attempt|answer|solution|response|try|explanation|code|program)"

Patterns = tuple[str, ...]
"""Regular expressions, whatever the case; `re` compiles each once, when it is first used."""

_ELSEWHERE: Patterns = (
    # German
    r"\b(?:Referenz|Muster)(?:antwort|lösung|text)\w*",
    r"\b(?:die|der|den|dieser?|unsere)\s+(?:vor|an)?(?:gegebenen?|bereitgestellten?|obigen?|oben\s+"
    r"(?:genannten?|stehenden?)|ursprünglichen?)\s+(?:Antwort|Lösung|Erklärung)\b",
    r"\b(?:in|mit)\s+(?:meinen\s+)?eigenen\s+Worten\b",
    # French
    r"\b(?:réponse|solution|texte)\s+(?:de\s+référence|fournie?|donnée?|(?:ci-dessus|d'origine))\b",
    r"\b(?:avec|en|dans)\s+mes\s+propres\s+(?:mots|termes)\b",
    # Spanish and Portuguese
    r"\b(?:respuesta|solución|resposta|solução|texto)\s+(?:de\s+refer[eê]ncia|dad[ao]|original"
    r"|proporcionad[ao]|fornecid[ao]|anterior|acima|(?:de|mencionad[ao])\s+arriba)\b",
    r"\bcon\s+mis\s+propias\s+palabras\b",
    r"\bcom\s+(?:as\s+)?minhas\s+próprias\s+palavras\b",
    # Italian
    r"\b(?:risposta|soluzione)\s+(?:di\s+riferimento|fornita|data|originale)\b",
    r"\bcon\s+(?:le\s+)?(?:mie\s+)?(?:stesse\s+)?parole\s+mie\b|\bcon\s+le\s+mie\s+parole\b",
    # Russian
    r"\b(?:эталонн|справочн|привед[её]нн|исходн|предоставленн)\w+\s+(?:ответ|решени|текст)\w*",
    r"\bсвоими\s+словами\b",
    # Chinese, simplified and traditional
    r"(?:(?:[参參]考|[标標]准|標準|原始|[示範范]例|上述)的?|(?:[给給][定出]|提供|上面)的)"
    r"(?:答案|解答|回答|解法|解[释釋])",
    r"用(?:我)?自己的[话話]|改[写寫](?:后|後)?的?(?:答案|解答|回答|版本)",
    # Japanese
    r"(?:参考|模範|与えられた|提供された|提示された|元の|上記の)の?(?:解答|回答|答え|解説)",
    r"自分の言葉で",
    # Korean
    r"(?:참고|참조|주어진|제공된|제시된|모범|원래|기준)\s*(?:답안|답변|정답|해답|풀이)",
    r"(?:내|나의|자신의|저의|제)\s*(?:말로|언어로)\b",
)
"""Other languages that models often answer in."""

OF_GOLD: Patterns = (
    rf"\b(?:the|this|your|that|from|per)\s+{_GIVEN}\s+{_TEXT}\b",
    rf"\b{_GIVEN}\s+{_TEXT}\s*:",
    rf"\breference\s+{_TEXT}\b",
    r"\b(?:as|is|was|were)\s+(?:already\s+)?(?:given|stated|shown|provided|explained)\s+above\b",
    rf"\b{_TEXT}\s+(?:given|provided|shown|stated)\s+(?:above|here)\b",
    rf"\b(?:rewritten|rephrased|paraphrased|restated|reworded)\s+(?:{_TEXT}|version)\b",
    r"\b(?:rewrite|rephrase|paraphrase|restate|reword)\s+(?:the|this|your)\b",
    r"\bin\s+(?:my|your)\s+own\s+words\b",
    *_ELSEWHERE,
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

_WIDE = "\u3040-\u30ff\u3400-\u9fff"
"""Characters of scripts without spaces between words, of which two are about a word."""

_LEAST_WIDE = 5
"""Such characters of a sentence that is an order: "只给出答案"."""

_UNIT = re.compile(rf"[{_WIDE}]|[^\W_{_WIDE}]+")

_END = r"(?<=[.!?])\s+|(?<=[。！？])|\n+"
"""Between two sentences."""


def echoes(literal: Sequence[str]) -> Patterns:
    """What repeats a template's own orders, in the whole or for some words in a row.

    Args:
        literal: the words of the template itself, in pieces between what it shows. A piece that
            leads up to something shown, such as ``The correct answer is:``, is a label.
    """
    patterns = []
    for piece in literal:
        *sentences, rest = re.split(_END, piece.strip())
        orders = [*sentences, rest] if re.search(r"[.!?]$", rest) else sentences
        for order in orders:
            units = _UNIT.findall(order)
            wide = 2 * len(re.findall(f"[{_WIDE}]", order)) > len(units)
            least, run = (_LEAST_WIDE, 2 * _RUN) if wide else (_LEAST, _RUN)
            if len(units) >= least and not order.endswith((":", "：")):
                run = min(run, len(units))
                starts = range(len(units) - run + 1)
                patterns += [_in_a_row(units[start : start + run]) for start in starts]
    return tuple(dict.fromkeys(patterns))


def _in_a_row(units: Sequence[str]) -> str:
    wide = [re.match(f"[{_WIDE}]", unit) is not None for unit in units]
    gaps = [r"[\W_]*" if one or other else r"[\W_]+" for one, other in pairwise(wide)]
    ends = ["" if there else r"\b" for there in (wide[0], wide[-1])]
    return ends[0] + "".join(chain(*zip(units, [*gaps, ends[1]], strict=True)))


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
