"""Text as the words that count, each in one form, to compare what is written differently.

"The 25th Best-of-Seven" and "best of 7s: 25" hold the same words. A phrase is found across spaces
and hyphens ("Jell-O" in "jello"), and where words were run together ("directed byWilliam Wyler1").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ._figures import fold
from ._spelling import spelled
from ._written import SENTENCE_ENDS, Word, tokens

SMALL = frozenset(
    {
        "of", "in", "on", "at", "to", "for", "from", "by", "with", "and", "or", "is", "was", "were",
        "are", "be", "been", "as", "its", "it", "that", "this", "his", "her", "their", "during",
        "since", "about", "around",
    }
)  # fmt: skip
"""Words that say nothing on their own."""

_ARTICLES = frozenset({"a", "an", "the"})
_LETTERED = frozenset(
    {"vitamin", "hepatitis", "type", "grade", "group", "class", "team", "plan", "option", "block",
     "section", "level", "gate", "platform", "influenza", "side", "exhibit", "appendix"}
)  # fmt: skip


def words(text: str) -> list[Word]:
    """The words in the order of the text, without articles and most punctuation."""
    return fold(_without_articles(list(tokens(spelled(text)))))


def forms(found: Sequence[Word]) -> list[str]:
    """The form of each word."""
    return [word.form for word in found]


def _without_articles(found: Sequence[Word]) -> list[Word]:
    """The words less articles, each kept on the word that follows it.

    One that nothing follows, or that is a letter's name ("vitamin A"), is a word.
    """
    kept: list[Word] = []
    article = None
    for at, word in enumerate(found):
        following = found[at + 1] if at + 1 < len(found) else None
        if not article and word.form in _ARTICLES and _is_article(word, kept, following):
            article = word
            continue
        if article:
            word = word._replace(article=article.form, mark=article.mark)
        kept.append(word)
        article = None
    return kept


def _is_article(word: Word, before: Sequence[Word], following: Word | None) -> bool:
    if following is None or following.mark != " ":
        return False
    if word.written != "A" or not before or word.mark in SENTENCE_ENDS:
        return True
    return before[-1].form not in _LETTERED and following.form not in SMALL


class Text:
    """Words in which phrases are found."""

    def __init__(self, found: Sequence[Word]) -> None:
        self.words = found
        self._starts: dict[int, int] = {}
        length = 0
        joined = []
        for index, word in enumerate(found):
            self._starts[length] = index
            joined.append(_joined(word.form))
            length += len(joined[-1])
        self._starts[length] = len(found)
        self._text = "".join(joined)

    def find(self, phrase: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where the phrase stands, spaces apart or not: start and end among the words."""
        sought = "".join(map(_joined, phrase))
        at = self._text.find(sought) if sought else -1
        while at >= 0:
            if at in self._starts and at + len(sought) in self._starts:
                yield self._starts[at], self._starts[at + len(sought)]
            at = self._text.find(sought, at + 1)


def _joined(form: str) -> str:
    """The form as it is joined: a number never runs together with its neighbour."""
    return f"\0{form}\0" if form[-1:].isdecimal() and form[:1] in "-0123456789" else form
