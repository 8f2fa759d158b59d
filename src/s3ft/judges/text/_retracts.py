"""What a text says behind its answer to take it back: "Wait, no, 13", "That can't be right".

Whoever thinks aloud corrects himself, and what was said first is then no answer of his. Every scan
is linear in the text.
"""

from __future__ import annotations

import re

_STARTS = r"(?:\A[\s.…,;—–-]*|[.!…;:()\n。！；：]\s*|[,，、]\s*|\s[—–-]\s*)"
"""Where a clause starts; not behind a question, which may be answered with no."""

_FAULT = (
    r"(?:wrong|incorrect|mistaken|false|a\s+mistake|an\s+error|not\s+(?:right|correct|true|it)"
    r"|n['’]t\s+(?:right|correct|true|it)"
    r"|(?:can\s?not|can['’]t|couldn['’]t|could\s+not)\s+be\s+(?:right|correct|true|it))\b"
)
_DENIED = re.compile(
    rf"\b(?:that|this|it|which|answer|result)(?:['’]s|['’]d|\b)[^.!?\n\d]{{0,25}}?(?:\b|(?=n['’])){_FAULT}"
    rf"|\b(?:no|wait|hmm+|actually|oops|sorry|but)\b[^.!?\n\d]{{0,40}}\b{_FAULT}",
    re.IGNORECASE,
)
_IN_ITS_SENTENCE = re.compile(
    r"\A,[^\S\n]*"
    r"(?:(?:which|but|though|although|and|that|this|it|is|was|clearly|obviously|of|course)\s+)+"
    r"(?:wrong|incorrect|false|a\s+mistake|not\s+(?:right|correct|true))\b",
    re.IGNORECASE,
)
"""Where a clause goes on behind a comma: ", which is wrong"."""
_SUPPOSED = re.compile(
    r"\b(?:if|unless|whether|in\s+case|nothing|where|when|why|how|what|anyone|someone|some|many|you|hope)\b"
    r"|(?:not|n['’]t|never|nor|hardly)\s+(?:\w+\s+)?(?:wrong|incorrect|mistaken|false|an?\s+(?:mistake|error))\b",
    re.IGNORECASE,
)
_WAIT = (
    r"moment(?:\s+mal)?|warten?|halt|stopp?|korrektur|eigentlich|genauer|attend(?:s|ez)|en\s+fait"
    r"|pardon|rectification|plutôt|espera|espere|en\s+realidad|corrección|perdón|mejor\s+dicho"
    r"|u[nm]\s+moment[o]?|aspett[ai]|anzi|in\s+realtà|correzione|scusa|na\s+verdade|correção|aliás"
    r"|desculpe|подожди(?:те)?|постой(?:те)?|точнее|вернее|на\s+самом\s+деле|поправка|wacht"
    r"|eigenlijk|correctie"
)
"""How a correction begins in other languages."""
_RECANTED = re.compile(
    rf"{_STARTS}(?:(?:oh|ah|wait|hmm+|hold\s+on)\b[\s,.…!]{{0,4}})?no\b(?=\s*[,.:;!…—–]|\s+wait\b|\s*\Z)"
    r"|\b(?:i|we)(?:\s+have|['’]ve)?\s+made\s+an?\s+(?:\w{1,20}\s+)?(?:mistake|error)\b"
    r"|\b(?:my|our)\s+(?:mistake|error|bad)\b"
    r"|\b(?:scratch|strike|ignore|disregard)\s+(?:that|this)\b"
    r"|\b(?:i|we)\s+(?:misread|miscounted|miscalculated|mistook|misspoke|misunderstood|misstated)\b"
    # the same in other languages
    rf"|{_STARTS}(?:(?:{_WAIT})\b[\s,.…!]{{0,4}})?(?:nein|non|não|нет|nee|nej|nie)\b"
    r"(?=\s*[,.:;!…—–]|\s*\Z)"
    r"|\b(?:das|dies|es)\s+(?:ist|war)\s+(?:falsch|nicht\s+richtig)\b|\bstimmt\s+(?:so\s+)?nicht\b"
    r"|\bhabe\s+mich\s+(?:verrechnet|geirrt|vertan)\b"
    r"|\bc['’]est\s+(?:faux|incorrect)\b|\bme\s+suis\s+tromp"
    r"|\bme\s+(?:he\s+equivocado|equivoqué|enganei)\b|\b(?:es\s+incorrecto|está\s+errado)\b"
    r"|\bmi\s+sono\s+sbagliat|\bè\s+sbagliato\b|\bя\s+ошиб|\bэто\s+не(?:верно|правильно)\b"
    r"|(?<!对)不对|(?<!對)不對|(?<![没沒有不])(?:算|弄|搞|写|寫|看|想)[错錯]|这是错|這是錯|不正[确確]"
    rf"|違いま(?:す|した)|間違え|間違い(?:です|でした)|{_STARTS}いや[、,]"
    rf"|{_STARTS}아니(?:요|야|,|\.)|틀렸|잘못\s*(?:계산|했)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    rf"{_STARTS}(?:so\s+|but\s+|or\s+)?(?:wait|hold\s+on|actually|w?oops|hmm+|correction"
    r"|on\s+second\s+thoughts?|sorry(?=\s*[,.:;!…—–])|rather(?!\s+than)|i\s+mean|i\s+meant"
    r"|let\s+me\s+(?:re-?(?:check|compute|calculate|count|consider|do|think)\w*|correct|fix"
    r"|(?:check|think|try)\s+again))\b"
    rf"|{_STARTS}(?:{_WAIT})\b"
    r"|等等|等一下|稍等|更正|[应應][该該]是|其[实實]|重新(?:[计計]?算|[检檢]查)"
    r"|待って|訂正|実は|正しくは|잠깐|잠시만|정정|사실은|다시\s*(?:계산|생각)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"\w+")
_CLAUSE_END = re.compile(r"[.!?\n。！？]")
_FEW = 4
"""Words that are no more than another answer."""

_REACH = 600
"""How far (characters) behind an answer is looked."""


def retracted(said: str, behind: str) -> bool:
    """Whether what stands behind an answer denies it, or corrects it into another.

    A correction that comes to the same number again takes nothing back.

    Args:
        said: the answer as it is written.
        behind: the text from its end on.
    """
    behind = behind[:_REACH]
    for denial in _DENIED.finditer(behind):
        sentence = _CLAUSE_END.split(behind[: denial.start()])[-1]
        other = set(_numbers(sentence)) - set(_numbers(said))
        if not other and not _SUPPOSED.search(sentence + denial[0]):
            return True
    if _IN_ITS_SENTENCE.match(behind) or _RECANTED.search(behind):
        return True
    return any(_is_other(said, behind[found.end() :]) for found in _CORRECTS.finditer(behind))


def _is_other(said: str, corrected: str) -> bool:
    """Whether what follows "wait", "actually" and their like comes to another answer."""
    numbers = _numbers(corrected)
    if ours := _numbers(said):
        return bool(numbers) and numbers[-1] not in ours
    words = _WORD.findall(_CLAUSE_END.split(corrected.lstrip(" .,:;!…—–-\n"))[0].casefold())
    again = set(_WORD.findall(said.casefold())) <= set(words)
    return 0 < len(words) <= _FEW and not again


def _numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in _NUMBER.findall(text)]
