"""Which program a response is: the code in its fences or marks, completed by the prompt's.

What a model wrote is only searched here, never parsed: Python's parser can be brought down by it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

_FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<fence>```+|~~~+)[ \t]*(?P<language>[\w+-]*)[^\n]*\n"
    r"(?P<code>.*?)(?:^[ \t]*(?P=fence)[ \t]*\r?$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_PYTHON = ("", "python", "python3", "py", "Python")
_BEGIN, _DONE = "[BEGIN]", "[DONE]"
_CODE = re.compile(r"^(?:from|import|def|class|async def|@)\b", re.MULTILINE)


def program_of(response: str, names: Iterable[str]) -> str:
    """The program in a response: between the marks, in the fences, else all of it.

    Of several blocks it is the last of those that define most of the names: a model that corrects
    itself means what it said last. Where none defines any, it is all blocks in their order.
    """
    if _BEGIN in response:
        response = response.split(_BEGIN, 1)[1]
    response = response.split(_DONE, 1)[0]
    found = list(_FENCE.finditer(response))
    if not found:
        return response
    blocks = [
        textwrap.dedent(match["code"]) if match["indent"] else match["code"]
        for match in found
        if match["language"] in _PYTHON
    ]
    names = tuple(names)
    counts = [sum(defines(block, name) for name in names) for block in blocks]
    if not any(counts):
        return "\n".join(blocks)
    last = max(range(len(blocks)), key=lambda index: (counts[index], index))
    return blocks[last]


def defines(code: str, name: str) -> bool:
    """Whether a line at the left margin defines the name."""
    name = re.escape(name)
    pattern = rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*[:=][^=]"
    return re.search(pattern, code, re.MULTILINE) is not None


def completed(code: str, prompt: str, entry_point: str | None) -> str:
    """The code with what its prompt begins, as in HumanEval.

    Such a prompt is code that defines the entry point, all but its body. A response may be that
    body, or the whole function; then the prompt's imports and helpers stand before it.
    """
    if not entry_point:
        return code
    start = program_of(prompt, [entry_point])
    if not defines(start, entry_point):
        return code
    first = _CODE.search(start)
    start = start[first.start() :] if first else start
    return f"{start}\n\n{code}" if defines(code, entry_point) else start + code
