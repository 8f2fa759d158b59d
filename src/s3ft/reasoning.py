"""A model's reasoning apart from what it answers, by the marks that models put around it.

The answer is what stands after the last mark that closes a block of reasoning, which is the rule of
the chat templates themselves. A block that is never closed leaves no answer: the text is reasoning,
unfinished. The marks are those of public models: tags such as ``<think>`` and ``[THINK]``, the
channels of gpt-oss and Gemma 4, and what is left of gpt-oss's where a server dropped its special
tokens (``analysis...assistantfinal...``). Everything is read in linear time.

`s3ft.chat` uses this on text with special tokens, and knows what the prompt has opened; files and
endpoints use it on the text alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TAGS = (
    ("<think>", "</think>"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<|channel>thought", "<channel|>"),
)
"""Marks of reasoning and of nothing else: a closing one alone tells that the prompt opened it."""

_WORDS = ("thinking", "thought", "thoughts", "reasoning", "scratchpad", "analysis", "reflection")
_LEADING_TAGS = (*TAGS, *((f"<{word}>", f"</{word}>") for word in _WORDS))
"""An answer may hold the tags of these words too: they are reasoning where a response begins."""
_OPENING_WINDOW = 64
"""Characters of a prompt's end that can hold an opening mark, with space after it."""
_CLOSING = {opening.casefold(): closing for opening, closing in _LEADING_TAGS}


def _alternatives(marks: list[str]) -> str:
    return "|".join(map(re.escape, marks))


# A mark in quotes or back-ticks is spoken of, not used.
_FIRST = re.compile(rf"\s*({_alternatives([opening for opening, _ in _LEADING_TAGS])})", re.I)
_FENCE_OR_OPENING = re.compile(
    rf"^[ \t]*(?P<fence>```|~~~)|(?<![`'\"])(?:{_alternatives([opening for opening, _ in TAGS])})",
    re.I | re.M,
)
_CLOSED = re.compile(rf"(?<![`'\"])(?:{_alternatives([closing for _, closing in TAGS])})", re.I)

_OPENED = re.compile(rf"({_alternatives([opening for opening, _ in TAGS])})\s*\Z", re.I)

_CHANNEL = re.compile(r"<\|channel\|>\s*(?P<name>\w+)[^<]{0,200}(?:<\|constrain\|>[^<]{0,200})?"
                      r"<\|message\|>")  # fmt: skip
_CHANNEL_END = re.compile(r"<\|(?:end|return|call|start)\|>")
_BARE_CHANNEL = re.compile(r"\s*analysis(?=[A-Z'\"(\[])")
_BARE_FINAL = "assistantfinal"
_BARE_THOUGHT = re.compile(r"\s*thought\n")
# Around the answer, in templates that have marks for it too.
_ANSWER_MARKS = re.compile(
    r"\A\s*(?:<\|START_RESPONSE\|>|<\|begin_of_solution\|>)"
    r"|(?:<\|END_RESPONSE\|>|<\|end_of_solution\|>)"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """A response as reasoning and answer; one that is not ``finished`` ends in its reasoning."""

    answer: str
    reasoning: str = ""
    finished: bool = True


def split(text: str, opened: str = "") -> Parts:
    """Split a response's text into reasoning and answer.

    Args:
        opened: the mark of the block that the prompt has opened, such as ``<think>``. The response
            then begins in its reasoning.
    """
    text = opened + text
    if "<|channel|>" in text:
        return _channels(text)
    if bare := _BARE_CHANNEL.match(text):
        reasoning, final, answer = text[bare.end() :].rpartition(_BARE_FINAL)
        return Parts(_trimmed(answer), reasoning.strip()) if final else _unfinished(answer)
    if _BARE_THOUGHT.match(text):  # Gemma's, without the mark that would tell where it ends
        return _unfinished(text)
    return _blocks(text)


def opened_by(prompt: str) -> str:
    """The mark of the block that a prompt's end has opened; empty where it opened none."""
    mark = _OPENED.search(prompt[-_OPENING_WINDOW:])
    return mark[1] if mark else ""


def closing(opening: str) -> str:
    """The mark that closes what this one opens."""
    return _CLOSING[opening.casefold()]


def _blocks(text: str) -> Parts:
    first, closed = _FIRST.match(text), _CLOSED
    if first:
        closed = re.compile(rf"(?<![`'\"]){re.escape(closing(first[1]))}", re.I)
    begin = end = after = first.end() if first else 0
    for mark in closed.finditer(text, begin):
        end, after = mark.span()
    if first and after == begin:
        return _unfinished(text[begin:])
    reasoning, answer = text[begin:end].strip(), text[after:]
    if _reopens(answer):
        return _unfinished(f"{reasoning}\n{answer}")
    if not after:
        return Parts(text)
    return Parts(_trimmed(_ANSWER_MARKS.sub("", answer)), reasoning)


def _reopens(answer: str) -> bool:
    """Whether a block of reasoning is opened outside of all code, and so never closed."""
    in_code = False
    for mark in _FENCE_OR_OPENING.finditer(answer):
        if mark["fence"]:
            in_code = not in_code
        elif not in_code:
            return True
    return False


def _channels(text: str) -> Parts:
    """gpt-oss: messages in channels, of which ``final`` is the answer."""
    answer, reasoning = None, []
    channels = list(_CHANNEL.finditer(text))
    ends = [channel.start() for channel in channels[1:]]
    for channel, end in zip(channels, [*ends, len(text)], strict=False):
        body = _CHANNEL_END.split(text[channel.end() : end], maxsplit=1)[0]
        if channel["name"] == "final":
            answer = body
        else:
            reasoning.append(body.strip())
    if answer is None:
        return _unfinished("\n".join(reasoning))
    return Parts(_trimmed(answer), "\n".join(reasoning))


def _trimmed(answer: str) -> str:
    """Without the space around it; an indent of its first line stays, which code needs."""
    body = answer.lstrip()
    lead = answer[: len(answer) - len(body)]
    return (lead.rpartition("\n")[2] if "\n" in lead else "") + body.rstrip()


def _unfinished(reasoning: str) -> Parts:
    return Parts("", reasoning.strip(), finished=False)
