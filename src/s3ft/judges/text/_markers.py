r"""Where a text marks its answer: ``####``, ``\boxed{}``, ``<answer>``, "the answer is", ``A:``.

The words for "answer" of some twenty languages are known. Every scan is linear in the text, because
the text may be hostile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from ._retracts import retracted

_BRACES = re.compile(r"\\(?:boxed|fbox)\s*\{|\\[\\{}]|[{}]")
_BETWEEN = re.compile(r"\\(?:quad|qquad|text|mbox)\b|\\[()\[\],;:! ]|[\s${}]")
_CONNECTIVE = re.compile(r",|;|&|\b(?:and|or)\b")

_NEGATED = r"(?=(?:is|are|was|does|do|can|could|would|should|might|may|must|will)(?:n['’]?t|not)\b)"
_SAYS = (
    r"[*_\s]{0,9}(?:=|(?:(?:to|for|of)\b[^.\n?!:,=]{0,80}?)?[*_\s]{0,9}"
    rf"(?:[:：]|\s[-–—](?=\s)|{_NEGATED}|\b(?:is|are|(?:would|should|must)\s+be)\b))"
)
_NOUNS = (
    r"antwort|lösung|réponse|respuesta|resposta|risposta|antwoord|svaret|svar|odpowiedź|odpověď"
    r"|odpoveď|vastaus|válasz|răspuns(?:ul)?|cevap|yanıt|jawaban(?:nya)?|đáp án|ответ|відповідь"
    r"|απάντηση|الجواب|الإجابة|الاجابة|תשובה|התשובה"
)
_COPULAS = (
    r"ist|lautet|est|es|è|é|is|är|er|on|to|je|este|adalah|là|είναι|هو|هي|היא|будет|sería|sera"
)
_NO = r"no|nicht|pas|non|não|не|nie|ne|ikke|inte|niet|nu|değil|nem|ei|bukan|không|nunca|jamais"
_ABROAD = (
    rf"(?<!\w)(?:{_NOUNS})(?!\w)(?:\s+(?!(?:{_COPULAS}|{_NO})\b)[^\W\d_]{{1,20}}){{0,4}}?"
    rf"[*_\s]{{0,9}}(?:[:：=—–-]|\b(?:{_COPULAS})\b)"
    r"|(?:答案|正解|解答|答え|回答|答|정답|답)[*_\s]{0,3}(?:应该是|應該是|[是为為は은는이가:：=])"
    r"|(?:उत्तर|जवाब|คำตอบ)[*_\s]{0,3}(?:คือ|[:：]|(?=\s))"
)
ANSWER = re.compile(rf"(?<![\w/])answers?\b{_SAYS}|{_ABROAD}", re.IGNORECASE)
CHOICE = re.compile(rf"(?<![\w/])(?:answer|option|choice)s?\b{_SAYS}|{_ABROAD}", re.IGNORECASE)
_LINE = re.compile(r"^[ \t*>]*(?:####|A:)", re.MULTILINE)
_HASHES = re.compile(r"####")
_TAG = re.compile(r"<(?:final_?)?answer>", re.IGNORECASE)

_CLOSING = {"\\[": "\\]", "\\(": "\\)", "$$": "$$"}
# After a comma these go on with the answer; another word in small letters, with the sentence.
_MORE = (
    r"(?:or\b|at\s+(?:least|most)\b|and\s+(?:[^a-z]{0,3}\d|a\s+half"
    r"|one|two|three|four|five|six|seven|eight|nine|ten))"
)
_SENTENCE_END = re.compile(
    r"\n|(?<!\b[apAP]\.[mM])(?<!approx)[.!?](?=[\s*\"')\]<]|$)|[。！？]"
    rf"|</?[a-zA-Z_]{{1,20}}>|,\s+(?=[a-z]{{2,}})(?!{_MORE})|;\s"
    r"|\s+(?=(?:because|since|which|where)\b)"
)
LONGEST = 400
"""A marked answer is read up to here (characters), unless it is boxed or display mathematics."""

_LEAD = re.compile(r"[\s*_:：]*")
_CLAUSE_END = re.compile(r"[.!?;:,\n()—。，]")
_UNASSERTED = re.compile(
    r"\b(?:not|never|doubt|wrong|incorrect|false|if|unless|suppose|assumes?|assuming|whether|mistaken?"
    r"|(?:might|may|could|would|some|many|people|first|initially)\s+(?:\w+\s+)?"
    r"(?:think|thought|say|said|guess\w*|believe\w*)|\w+n['’]t|nicht|pas|falsch\w*|wenn|falls|angenommen|supposons|supongamos|если"
    r"|предположим)\b"
    r"|如果|假[设設]|若|もし|만약",
    re.IGNORECASE,
)
_REACH = 80
"""How far (characters) a clause before a mark is looked at."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked answer as it is written, and where it starts and ends.

    ``heading`` if a mere colon marks it, behind which may stand a text that leads to the answer.
    """

    text: str
    start: int
    end: int
    heading: bool = False


def boxes(text: str) -> list[tuple[int, int, str]]:
    r"""The outermost ``\boxed{...}`` with closed braces: start, end and content of each.

    Boxes that are enumerated (``\boxed{1} and \boxed{2}``) are one answer, joined by commas.
    """
    if "boxed" not in text and "fbox" not in text:
        return []
    found: list[tuple[int, int, str]] = []
    opened: list[tuple[int, int] | None] = []
    inside = 0
    for token in _BRACES.finditer(text):
        what = token[0]
        if what.startswith(("\\boxed", "\\fbox")):
            opened.append((token.start(), token.end()))
            inside += 1
        elif what == "{":
            opened.append(None)
        elif what == "}" and opened:
            box = opened.pop()
            if box is None:
                continue
            inside -= 1
            if not inside:
                found.append((box[0], token.end(), text[box[1] : token.start()]))
    return _enumerated(text, found)


def _enumerated(text: str, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    joined: list[tuple[int, int, list[str]]] = []
    for start, end, content in found:
        if joined and _is_list(text[joined[-1][1] : start]):
            first, _, contents = joined.pop()
            joined.append((first, end, contents if content in contents else [*contents, content]))
        else:
            joined.append((start, end, [content]))
    return [(start, end, ", ".join(contents)) for start, end, contents in joined]


def _is_list(between: str) -> bool:
    """Whether two boxes with this between them are items of one answer."""
    if len(between) > 60 or re.search(r"[.!?\n]", between):
        return False
    return not _BETWEEN.sub("", between) or bool(_CONNECTIVE.search(between))


def marked(text: str, says: re.Pattern[str] = ANSWER, *, lines: bool = True) -> list[str]:
    """The texts of the `marks`."""
    return [mark.text for mark in marks(text, says, lines=lines)]


def marks(text: str, says: re.Pattern[str] = ANSWER, *, lines: bool = True) -> list[Mark]:
    """The marked answers in the order of the text.

    A marker in front of another ("Final answer: the answer is", or a box) is that one's own. What
    is asked, supposed or denied ("I doubt that the answer is 5") marks none; what is marked and
    then taken back reads "not 5".

    Args:
        says: the wording that introduces an answer.
        lines: whether a line that starts with ``A:`` marks one.
    """
    framed = {box[0]: box for box in boxes(text)}
    headed = {m.end(): m[0].endswith(":") for m in (_LINE if lines else _HASHES).finditer(text)}
    headed |= {tag.end(): False for tag in _TAG.finditer(text)}
    for found in says.finditer(text):
        if _asserted(text, found.start()):
            headed[found.end()] = found[0].endswith((":", "："))
    places = sorted(headed.keys() | framed.keys())
    found_marks = []
    for place, following in pairwise([*places, len(text) + 1]):
        if place in framed:
            _, end, content = framed[place]
            boxed = f"\\boxed{{{content}}}"
            denied = retracted(content, text[end:following])
            found_marks.append(Mark(f"not {boxed}" if denied else boxed, place, end))
        elif span := _after(text, place, following):
            found_marks.append(Mark(span, place, place + len(span), headed[place]))
    return found_marks


def _asserted(text: str, start: int) -> bool:
    """Whether the clause that leads to a marker neither denies nor supposes what it says."""
    before = text[max(0, start - _REACH) : start]
    return not _UNASSERTED.search(_CLAUSE_END.split(before)[-1])


def _after(text: str, start: int, following: int) -> str:
    """The answer that starts there: display mathematics, or up to the end of the sentence.

    Where nothing but emphasis follows on the line, it stands on the next one. Empty where another
    mark follows sooner, or where it is asked.
    """
    lead = _LEAD.match(text, start, following)
    begin = lead.end() if lead else start
    closing = _CLOSING.get(text[begin : begin + 2])
    if closing and (close := text.find(closing, begin + 2, begin + 2000)) >= 0:
        shown, behind = text[begin : close + 2], text[close + 2 : following]
        if close + 2 > following:
            return ""
        return f"not {shown}" if retracted(shown, behind) else shown
    limit = min(len(text), begin + LONGEST)
    ending = _SENTENCE_END.search(text, begin, min(limit, following))
    end = ending.start() if ending else limit
    span = text[begin:end]
    is_question = text[end : end + 1] in ("?", "？") and len(span.split()) < 5
    if end > following or not span.strip() or is_question:
        return ""
    return f"not {span}" if retracted(span, text[end:following]) else span
