"""Reads function calls in the forms in which models write them. Nothing is evaluated.

==================================================  ============================================
``<tool_call>{"name", "arguments"}</tool_call>``    Hermes, Qwen 2.5 and 3
``<tool_call><function=f><parameter=a>...``         Qwen3-Coder, Qwen 3.5, Nemotron
``<tool_call>f<arg_key>a</arg_key><arg_value>...``  GLM 4.5
``[TOOL_CALLS][{"name", "arguments"}]``             Mistral
``[TOOL_CALLS]f[ARGS]{...}``                        Mistral, newer
``{"name", "parameters"}``, several after ``;``     Llama 3.1 and later, also after its mark
``[{"name", "arguments"}]``, or one object          plain JSON, OpenAI's ``function`` within too
``[f(a=1), g(b="x")]``, or one call                 Llama 4, LFM 2 (in its marks), BFCL
==================================================  ============================================

Words may stand before the first mark, and nothing after the last call. Without marks the calls are
the whole response. What is quoted, within a line of words or in a fence of code is no call.
"""

from __future__ import annotations

import re
from typing import Any

from ._python import python_calls
from ._values import Call, Unreadable, Untyped, parse, parse_at

_HERMES, _MISTRAL, _LFM, _LLAMA = (
    "<tool_call>",
    "[TOOL_CALLS]",
    "<|tool_call_start|>",
    "<|python_tag|>",
)
_MARK = re.compile("|".join(map(re.escape, (_HERMES, _MISTRAL, _LFM, _LLAMA))))
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.M)
_NAME = re.compile(r"\s*([\w.:/-]{1,200})\s*(?:\[CALL_ID\]\w{1,64}\s*)?(?:\[ARGS\]\s*)?(?=\{)")
_XML_NAME = re.compile(r"\s*<function=([^>\n]{1,200})>\s*")
_XML_ARGUMENT = re.compile(r"\s*<parameter=([^>\n]{1,200})>\n?")
_XML_END = re.compile(r"\s*</function>")
_GLM_NAME = re.compile(r"\s*([\w.:/-]{1,200})\s*(?=<)")
_GLM_ARGUMENT = re.compile(r"\s*<arg_key>([^<]{1,200})</arg_key>\s*<arg_value>")
_HERMES_END = re.compile(r"\s*</tool_call>\s*")
_MISTRAL_NEXT = re.compile(r"\s*(?:\[TOOL_CALLS\])?")
_OBJECTS = re.compile(r"\[\s*[{\]]")
_KEYS = {"name", "arguments", "parameters", "id", "type"}


def read_calls(text: str) -> list[Call]:
    """The calls in a response, in order; at least one.

    Raises:
        Unreadable: there is none, or what stands there is not wholly calls.
    """
    mark = _MARK.search(text)
    if mark is None:
        return _unmarked(text.strip())
    before, rest = text[: mark.start()], text[mark.end() :]
    line = before.rpartition("\n")[2]
    if len(_FENCE.findall(before)) % 2:
        raise Unreadable("the call stands in a fence of code")
    if mark[0] == _HERMES:
        if line.strip():
            raise Unreadable("the call stands in a line of words")
        return _hermes(rest)
    if line.endswith(("`", "'", '"')):
        raise Unreadable("the call is quoted")
    if mark[0] == _MISTRAL:
        return _mistral(rest)
    if mark[0] == _LFM:
        inner, closed, after = rest.partition("<|tool_call_end|>")
        if not closed or after.strip():
            raise Unreadable("the mark is not closed, or something follows it")
        return _unmarked(inner.strip())
    if before.strip():
        raise Unreadable("words stand before the call")
    return _unmarked(rest.strip())


def _unmarked(text: str) -> list[Call]:
    if _NAME.match(text):
        return _mistral(text)
    if text.startswith("{"):
        return _several(text)
    if text.startswith("["):
        try:
            return _listed(parse(text))
        except Unreadable as error:
            if _OBJECTS.match(text):
                raise error from None
    return python_calls(text)


def _several(text: str) -> list[Call]:
    """Objects with semicolons or line ends between them, as Llama writes parallel calls."""
    calls, at = [], 0
    while True:
        value, at = parse_at(text, at)
        calls.append(_call(value))
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return calls
        if text[at] == ";":
            at += 1
        elif text[at] != "{":
            raise Unreadable("something follows the call")


def _listed(value: Any) -> list[Call]:
    if not isinstance(value, list) or not value:
        raise Unreadable("is no list of calls")
    return [_call(one) for one in value]


def _call(value: Any) -> Call:
    """A call in an object, OpenAI's with ``function`` within or without."""
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        if value.keys() - {"function", "id", "type", "index"}:
            raise Unreadable("a call has keys of another kind")
        inner = dict(value["function"])
        if isinstance(inner.get("arguments"), str):
            inner["arguments"] = parse(inner["arguments"])
        value = inner
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise Unreadable("an object has no name of a function")
    if value.keys() - _KEYS or value.get("type", "function") != "function":
        raise Unreadable("a call has keys of another kind")
    given = [value[key] for key in ("arguments", "parameters") if key in value]
    if len(given) != 1 or not isinstance(given[0], dict):
        raise Unreadable("a call has no object of arguments")
    return Call(value["name"], given[0])


def _hermes(text: str) -> list[Call]:
    """Blocks, the first of which is opened already."""
    calls, at = [], 0
    while True:
        call, at = _block(text, at)
        calls.append(call)
        closing = _HERMES_END.match(text, at)
        if closing is None:
            raise Unreadable("a <tool_call> is not closed after its call")
        at = closing.end()
        if at == len(text):
            return calls
        if not text.startswith(_HERMES, at):
            raise Unreadable("words stand after the call")
        at += len(_HERMES)


def _block(text: str, at: int) -> tuple[Call, int]:
    if (named := _XML_NAME.match(text, at)) is not None:
        return _xml(named[1].strip(), text, named.end(), _XML_ARGUMENT, "</parameter>", _XML_END)
    if (named := _GLM_NAME.match(text, at)) is not None:
        return _xml(named[1], text, named.end(), _GLM_ARGUMENT, "</arg_value>", None)
    value, at = parse_at(text, at)
    return _call(value), at


def _xml(
    name: str,
    text: str,
    at: int,
    opening: re.Pattern[str],
    closing: str,
    end: re.Pattern[str] | None,
) -> tuple[Call, int]:
    arguments: dict[str, Any] = {}
    while (argument := opening.match(text, at)) is not None:
        stop = text.find(closing, argument.end())
        if stop < 0:
            raise Unreadable("an argument is not closed")
        key = argument[1].strip()
        if key in arguments:
            raise Unreadable("an argument stands twice")
        arguments[key] = Untyped(text[argument.end() : stop].removesuffix("\n"))
        at = stop + len(closing)
    if end is not None:
        closed = end.match(text, at)
        if closed is None:
            raise Unreadable("a <function> is not closed after its arguments")
        at = closed.end()
    return Call(name, arguments), at


def _mistral(text: str) -> list[Call]:
    if _NAME.match(text) is None:
        return _listed(parse(text))
    calls, at = [], 0
    while (named := _NAME.match(text, at)) is not None:
        value, at = parse_at(text, named.end())
        calls.append(Call(named[1], value))
        following = _MISTRAL_NEXT.match(text, at)
        at = following.end() if following else at
    if text[at:].strip():
        raise Unreadable("something follows the call")
    return calls
