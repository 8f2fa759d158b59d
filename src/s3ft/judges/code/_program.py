"""Which program a response is: the code in its fences or marks, completed by the prompt's.

What a model wrote is only searched here, in linear time, and never parsed: Python's parser can be
brought down by it. Where a response can be read in several ways, the sandbox takes the first that
is Python.
"""

from __future__ import annotations

import re
import textwrap
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from itertools import groupby

from ._fences import blocks
from ._names import Beginning

_MARKS = (("[BEGIN]", "[DONE]"), ("[PYTHON]", "[/PYTHON]"))
_BEGINS = (
    r"import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b|(?:async[ \t]+)?def[ \t]+\w|class[ \t]+\w|@\w"
)
_CODE = re.compile(rf"^(?:{_BEGINS})", re.MULTILINE)
_BEFORE = re.compile(r"#|[A-Za-z_]\w*[ \t]*(?::[^=]{0,80})?=[^=]|\s*$")
_LAST = re.compile(rf"^(?:{_BEGINS}|[ \t]+\S|[)\]}}]).*", re.MULTILINE)
_INDENTED = re.compile(r"^(?: {4}|\t)[ \t]*(?:(?:async )?def|class|[A-Za-z_]\w* =) ", re.MULTILINE)
_SOLUTION = re.compile(r"^class[ \t]+Solution\b", re.MULTILINE)
_READS = re.compile(r"\binput\(|\bstdin\b|\bopen\(0")


def readings(response: str, names: Collection[str], start: Beginning) -> tuple[str, ...]:
    """The programs that a response may be meant as, the likeliest first.

    Args:
        names: what the tests want of it; none where it reads standard input.
        start: the code that the prompt begins with.
    """
    found = (completed for text in _readings(response, names) for completed in _with(text, start))
    return tuple(dict.fromkeys(found))


def program_of(response: str, names: Collection[str]) -> str:
    """The likeliest reading: between the marks, in the fences, else all of it.

    Of blocks that define the same it is the last: a model that corrects itself means what it said
    last. Blocks before it that define something else, or import, belong to it. Where none defines
    any of the names, it is all blocks in their order.
    """
    return next(_readings(response, names))


def code_in(prompt: str, names: Collection[str]) -> str:
    """The code that a prompt shows: a fenced block, or from its first definition or import on."""
    shown = program_of(prompt, names)
    first = _CODE.search(shown)
    return shown[first.start() :] if first else ""


def defines(code: str, name: str) -> bool:
    """Whether a line at the left margin defines the name, or a method of ``Solution`` has it."""
    if name not in code:
        return False
    definition, method = _patterns(name)
    return bool(definition.search(code) or (_SOLUTION.search(code) and method.search(code)))


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    name = re.escape(name)
    definition = (
        rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*[:=][^=]"
        rf"|^from[ \t]+[\w.]+[ \t]+import\b[^\n]*\b{name}\b"
    )
    return re.compile(definition, re.M), re.compile(rf"^[ \t]+def[ \t]+{name}\b", re.M)


def _readings(response: str, names: Collection[str]) -> Iterator[str]:
    text = response.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for begin, done in _MARKS:
        if begin in text:
            text = text.split(begin, 1)[1]
        text = text.split(done, 1)[0]
    found, outside = blocks(text)
    if found:
        wanted = _wanted(names)
        python = [block.code for block in found if block.may_be_python]
        others = [block.code for block in found if names and wanted(block.code)]
        said = _said_last(python, names) or _said_last(others, names)
        if said is not None:
            yield said
            return
        if not names or not wanted(outside):
            yield "\n".join(python)
        text = outside
    if found and not text.strip():
        return
    bare = text.strip()
    if bare.startswith("`") and bare.endswith("`"):
        text = bare.strip("`")
    yield text
    yield from _in_prose(text, names)


def _wanted(names: Collection[str]) -> Callable[[str], bool]:
    """Whether code defines one of the names, or reads standard input where there are none."""
    if not names:
        return lambda code: bool(_READS.search(code))
    return lambda code: any(defines(code, name) for name in names)


def _said_last(codes: list[str], names: Collection[str]) -> str | None:
    """Of blocks of code those that define the names last, with what they need of others."""
    if not names:
        reading = [code for code in codes if _READS.search(code)]
        return reading[-1] if reading else None
    last: dict[str, int] = {}
    defining = set[int]()
    for index, code in enumerate(codes):
        for name in names:
            if defines(code, name):
                last[name] = index
                defining.add(index)
    if not last:
        return None
    end = max(last.values())
    needed = {i for i in range(end) if i not in defining and _CODE.search(codes[i])}
    return "\n\n".join(codes[index] for index in sorted(needed | set(last.values())))


def _in_prose(text: str, names: Collection[str]) -> Iterator[str]:
    """Code that stands unfenced among words: at the left margin, or indented as a block."""
    if first := _CODE.search(text):
        before = text[: first.start()].split("\n")[:-1]
        while before and _BEFORE.match(before[-1]):
            before.pop()
        begin = sum(map(len, before)) + len(before)
        last = deque(_LAST.finditer(text, first.start()), maxlen=1).pop()
        yield text[begin : last.end()]
    if names and _INDENTED.search(text):
        lines = text.split("\n")
        runs = groupby(lines, lambda line: line.startswith(("    ", "\t")) or not line.strip())
        indented = [textwrap.dedent("\n".join(run)) for is_code, run in runs if is_code]
        said = _said_last(indented, names)
        if said:
            yield said


def _with(code: str, start: Beginning) -> Iterable[str]:
    """The code with what its prompt begins, as in HumanEval.

    A response may be the body of the function that the prompt leaves open, or the whole function;
    then the prompt's imports and helpers stand before it.
    """
    if not start.code:
        return (code,)
    if any(defines(code, name) for name in start.names):
        return f"{start.whole}\n\n{code}", code
    return (start.code + _body(code),) if start.stub else (code,)


def _body(code: str) -> str:
    """The body of a function, four columns in, also where the first line or all have lost them."""
    lines = code.strip("\n").split("\n")
    depths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    if not depths or depths[0]:
        return code
    opens = lines[0].rstrip().endswith(":")
    if len(depths) > 1 and min(depths[1:]) and (depths[1] > 4 if opens else depths[1] >= 4):
        return "    " + "\n".join(lines)
    return textwrap.indent("\n".join(lines), "    ")
