"""Right programs in odd dress: fences of all kinds, words around, several blocks, other forms."""

from __future__ import annotations

from typing import Any

import pytest

from growth import assert_linear
from s3ft.judges import Judge, registry, to_case
from s3ft.judges.code import Beginning, readings
from s3ft.records import Verdict

ADD = "def add(a, b):\n    return a + b"
WRONG = "def add(a, b):\n    return a - b"
TESTS = ["assert add(1, 2) == 3", "assert add(5, 5) == 10"]


def indented(text: str, by: str = "    ") -> str:
    return "\n".join(by + line for line in text.split("\n"))


FENCES = {
    "```": "```",
    "python": "```",
    "py": "```",
    "Python3": "```",
    "PYTHON": "```",
    "py3": "```",
    "python3.11": "```",
    " python": "```",
    "\tpython  ": "```",
    "ipython": "```",
    "{python}": "```",
    "{.python .numberLines}": "```",
    'python title="add.py"': "```",
    "python:solution.py": "```",
    "solution.py": "```",
    "python copy code": "```",
    "code": "```",
}
DRESS = {
    **{f"fence: {info}": f"```{info.strip('`')}\n{ADD}\n```" for info in FENCES},
    "quotes": f"'''python\n{ADD}\n'''",
    "all indented": f"```python\n{indented(ADD)}\n```",
    "a class of HTML": f"```language-python\n{ADD}\n```",
    "tildes": f"~~~\n{ADD}\n~~~",
    "tildes with a language": f"~~~ python\n{ADD}\n~~~",
    "a longer fence": f"`````python\n{ADD}\n`````",
    "closed by a longer fence": f"```python\n{ADD}\n``````",
    "never closed": f"Sure:\n```python\n{ADD}",
    "opened twice": f"```python\n```python\n{ADD}\n```",
    "Windows": f"Sure:\r\n\r\n```python\r\n{ADD.replace(chr(10), chr(13) + chr(10))}\r\n```\r\n",
    "old Mac": f"Sure:\r```python\r{ADD.replace(chr(10), chr(13))}\r```\r",
    "after words": f"Here it is: ```python\n{ADD}\n```",
    "closed after code": f"```python\n{ADD}```",
    "on one line": "```python def add(a, b): return a + b```",
    "on one line, bare": "```def add(a, b): return a + b```",
    "starts on the fence's line": "```python def add(a, b):\n    return a + b\n```",
    "back-ticks": "`add = lambda a, b: a + b`",
    "in a list": f"1. Like so:\n\n   ```python\n{indented(ADD, '   ')}\n   ```\n2. Done.",
    "on the line of a list": f"- ```python\n{indented(ADD, '  ')}\n  ```",
    "deep in a list": f"* a\n    * b\n        ```python\n{indented(ADD, '        ')}\n        ```",
    "in a quotation": f"> ```python\n{indented(ADD, '> ')}\n> ```",
    "in Markdown": f"````markdown\n# Answer\n```python\n{ADD}\n```\n````",
    "a stray fence at the end": f"{ADD}\n```",
    "words around": f"Sure! Here it is:\n\n```python\n{ADD}\n```\n\nIt adds `a` and `b`.",
    "indented code": f"Here it is:\n\n{indented(ADD)}\n\nIt adds.",
    "indented by tabs": f"Here it is:\n\n{indented(ADD, chr(9))}\n\nIt adds.",
    "no fence": f"Sure! Here it is:\n\n{ADD}\n\nThis adds the two numbers.",
    "no fence, a constant first": f"Here:\n\nZERO = 0\n{ADD} + ZERO\n\nIt adds.",
    "a byte order mark": f"\ufeff{ADD}",
    "marks": f"[BEGIN]\n{ADD}\n[DONE]",
    "other marks": f"[PYTHON]\n{ADD}\n[/PYTHON]\nIt adds.",
    "output after it": f"```python\n{ADD}\n```\nOutput:\n```\n3\n```",
    "a shell before it": f"```bash\npip install nothing\n```\n```python\n{ADD}\n```",
    "use after it": f"```python\n{ADD}\n```\n```python\nprint(add(int(input()), 2))\n```",
    "a test after it": f"```python\n{ADD}\n```\n```python\nassert add(1, 2) == 4\n```",
    "imports before it": "```python\nimport operator\n```\n```python\n"
    "def add(a, b):\n    return operator.add(a, b)\n```",
    "a helper before it": "```python\ndef plus(a, b):\n    return a + b\n```\nThen:\n```python\n"
    "def add(a, b):\n    return plus(a, b)\n```",
    "corrected": f"```python\n{WRONG}\n```\nNo, wait:\n```python\n{ADD}\n```",
    "two at once, code before a block of use": f"{ADD}\n\nUse it:\n```python\nadd(1, 2)\n```",
    "a fence in its docstring": "```python\ndef add(a, b):\n    '''Adds.\n\n    ```\n"
    "    add(1, 2)\n    ```\n    '''\n    return a + b\n```",
    "a main guard": f"{ADD}\n\nif __name__ == '__main__':\n    print(add(*input()))",
    "its own asserts": f"{ADD}\n\nassert add(1, 1) == 2",
    "its own pytest": f"import pytest\n\n{ADD}\n\ndef test_add():\n    assert add(1, 1) == 2",
    "its own unittest": f"import unittest\n\n{ADD}\n\nclass T(unittest.TestCase):\n"
    "    def test_a(self):\n        self.assertEqual(add(1, 1), 2)\n\n"
    "if __name__ == '__main__':\n    unittest.main()",
    "printing": f"{ADD}\n\nprint(add(1, 2))",
    "type hints": "from __future__ import annotations\nfrom typing import Union\n\n"
    "Number = Union[int, float]\n\ndef add(a: Number, b: Number) -> Number:\n    return a + b",
    "a lambda": "add = lambda a, b: a + b",
    "a partial function": "import operator, functools\nadd = functools.partial(operator.add)",
    "imported": "from operator import add",
    "a callable object": "class Add:\n    def __call__(self, a, b):\n        return a + b\n"
    "add = Add()",
    "decorated": f"from functools import lru_cache\n\n@lru_cache(None)\n{ADD}",
    "class Solution": "class Solution:\n    def add(self, a, b):\n        return a + b",
    "recursive": "def add(a, b):\n    return a if b == 0 else add(a + 1, b - 1)",
    "a generic of Python 3.9": "def add(a: int, b: int, seen: list[int] = []):\n    return a + b",
    "whole numbers as floats": "def add(a, b):\n    return float(a + b)",
    "keywords": "def add(a, b, *, c=0, **others):\n    return a + b + c",
    "names of others": f"def check(f): return f\ndef test_add(): pass\n{ADD}",
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return registry.make("code", {"timeout": 2.0})


def ask(judge: Judge, **row: Any) -> Verdict:
    return next(iter(judge([to_case("0", row)])))


@pytest.mark.parametrize("gold", [ADD, None])
def test_right_programs_in_odd_dress(judge: Judge, gold: str | None) -> None:
    rows = {key: {"response": text, "gold": gold, "tests": TESTS} for key, text in DRESS.items()}
    verdicts = [*judge(to_case(key, row) for key, row in rows.items())]
    assert [v for v in verdicts if v.label != "correct"] == []
    assert len(verdicts) == len(DRESS)


@pytest.mark.parametrize("dress", DRESS)
def test_the_same_dress_on_a_wrong_program(judge: Judge, dress: str) -> None:
    text = DRESS[dress]
    wrong = text.replace("a + b", "a * b").replace("plus(a, b)", "plus(b, 0)")
    wrong = wrong.replace("operator.add", "operator.sub").replace(
        "operator import add", "x import add"
    )
    wrong = wrong.replace("add(a + 1, b - 1)", "add(a, b - 1)")
    assert wrong != text
    assert ask(judge, response=wrong, gold=ADD, tests=TESTS).label == "incorrect"


STUB = (
    "from typing import List\nimport math\n\n\ndef double(x: int) -> int:\n    return 2 * x\n\n\n"
    'def four(x: List[int]) -> List[int]:\n    """ Four times each.\n    >>> four([1])\n'
    '    [4]\n    """\n'
)
FOUR = "def four(x: List[int]) -> List[int]:\n    return [4 * n for n in x]"
BODIES = {
    "the body": "    return [4 * n for n in x]",
    "the body, stripped": "return [4 * n for n in x]",
    "lines, the first stripped": "r = []\n    for n in x:\n        r.append(4 * n)\n    return r",
    "a loop, the first line stripped": "for n in [x]:\n        return [4 * m for m in n]\n"
    "    return 0",
    "lines, all stripped": "r = []\nfor n in x:\n    r.append(4 * n)\nreturn r",
    "an opening line, all stripped": "if x:\n    return [4 * n for n in x]\nreturn []",
    "the body in a fence": "```python\n    return [4 * n for n in x]\n```",
    "the body with a function in it": "```python\n    def by(n):\n        return 4 * n\n"
    "    return [by(n) for n in x]\n```",
    "the body with a stray fence": "    return [4 * n for n in x]\n```\n\nThis multiplies.",
    "the body, then more": "    return [4 * n for n in x]\n\n\ndef other(x):\n    return x\n",
    "the whole function": FOUR,
    "the whole function in a fence": f"Sure:\n```python\n{FOUR}\n```",
    "the prompt again": STUB + "    return [4 * n for n in x]",
    "the prompt's helper": "    return [double(double(n)) for n in x]",
    "the prompt's imports": "    return [int(math.sqrt(16)) * n for n in x]",
    "annotations from the future": f"from __future__ import annotations\n\n{FOUR}",
    "words around": f"Here is the function:\n\n{FOUR}\n\nIt multiplies each by four.",
}
PROMPTS = {
    "bare": STUB,
    "in a fence": f"Complete this function.\n\n```python\n{STUB}```\nAnswer with code only.",
    "after words": f"Complete this function.\n\n{STUB}",
}
CHECK = "def check(candidate):\n    assert candidate([1, 2]) == [double(2), 8]\n"


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("gold", ["    return [double(double(n)) for n in x]\n", FOUR, None])
@pytest.mark.parametrize("entry_point", ["four", None])
def test_what_the_prompt_begins(
    judge: Judge, prompt: str, gold: str | None, entry_point: str | None
) -> None:
    row = {"gold": gold, "prompt": PROMPTS[prompt], "test": CHECK, "entry_point": entry_point}
    for texts, label in ((BODIES, "correct"), (_wrong_bodies(), "incorrect")):
        verdicts = judge(to_case(key, {"response": t, **row}) for key, t in texts.items())
        assert {v.key: v for v in verdicts if v.label != label} == {}


def test_the_prompt_s_program_does_not_run(judge: Judge) -> None:
    prompt = "Mend this:\n```python\nfrom typing import List\nn = int(input())\n"
    prompt += "def add(a: int, b: int):\n    return a - b\nprint(add(n, 1))\n```"
    row = {"prompt": prompt, "tests": TESTS, "gold": ADD, "entry_point": "add"}
    typed = "def add(a: int, b: int, c: List[int] = []):\n    return a + b"
    assert ask(judge, response=typed, **row).label == "correct"
    assert ask(judge, response=WRONG, **row).label == "incorrect"
    assert ask(judge, response="    return a + b", **row).label == "incorrect"


def _wrong_bodies() -> dict[str, str]:
    changed = {key: text.replace("4 * ", "5 * ").replace("16", "9") for key, text in BODIES.items()}
    return {key: text.replace("double(double(n))", "double(n)") for key, text in changed.items()}


@pytest.mark.parametrize(
    ("tests", "gold", "response"),
    [
        (
            ["assert Solution().twice(2) == 4"],
            None,
            "class Solution:\n def twice(self, n): return 2 * n",
        ),
        (
            ["assert twice(2) == 4"],
            "class Solution:\n def twice(self, n): return 2 * n",
            "def twice(n): return 2 * n",
        ),
        (
            ["assert f(2) == 4\nassert g(2) == 6"],
            None,
            "```python\ndef f(n): return 2 * n\n```\n```python\ndef g(n): return 3 * n\n```",
        ),
        (
            ["assert sum(1, 2) == 4"],
            "def sum(a, b): return a + b + 1",
            "def sum(a, b): return a + b + 1 ",
        ),
        (
            ["assert factorial(5) == 120"],
            "from math import factorial",
            "def factorial(n): return n * factorial(n - 1) if n else 1",
        ),
        (
            ["from solution import PI, area\nassert area(1) == 3"],
            "PI = 3\ndef area(r): return 3 * r * r",
            "PI = 3\ndef area(r): return PI * r ** 2",
        ),
        (
            ["from my.package import twice as f\nassert f(2) == 4"],
            None,
            "def twice(n): return 2 * n",
        ),
        (
            ["from solution import *\nassert twice(2) == 4"],
            "def twice(n): return 2 * n",
            "def twice(n): return n * 2",
        ),
        (["assert candidate(2) == 4"], "def twice(n): return 2 * n", "def twice(n): return n * 2"),
        ("['assert twice(2) == 4']", None, "def twice(n): return n * 2"),
        (
            {"inputs": [["a"], ["b"]], "outputs": [["aa"], ["bb"]], "fn_name": "twice"},
            "class Solution:\n def twice(self, s): return s + s",
            "class Solution:\n def twice(self, s): return 2 * s",
        ),
        (
            {"inputs": [[[1, 2]], [[]]], "outputs": [[1, 2, 1, 2], []], "fn_name": "twice"},
            None,
            "def twice(s): return tuple(s + s)",
        ),
        ('{"inputs": ["2\\n", "3"], "outputs": ["4\\n", "6"]}', None, "print(2 * int(input()))"),
        (
            '[{"input": ["2", "5"], "output": ["4", "10"]}]',
            None,
            "```python\nwhile True:\n    try: print(2 * int(input()))\n"
            "    except EOFError: break\n```\nInput:\n```\n2\n5\n```",
        ),
        (
            [{"input": "2", "output": "4"}],
            "print(2 * int(input()))",
            "```python\nprint(int(input()))\n```\nNo:\n```python\nprint(2 * int(input()))\n```",
        ),
    ],
)
def test_tasks_in_odd_dress(judge: Judge, tests: Any, gold: str | None, response: str) -> None:
    verdict = ask(judge, response=response, gold=gold, tests=tests)
    assert verdict.label == "correct", verdict
    wrong = response.replace("2 * n", "n").replace("n * 2", "n").replace("n * f", "2 * f")
    wrong = wrong.replace("s + s", "s").replace("2 * s", "s").replace("2 * int", "int")
    wrong = wrong.replace("b + 1 ", "b").replace("r ** 2", "2 + r")
    assert ask(judge, response=wrong, gold=gold, tests=tests).label == "incorrect"


MEGABYTE = 1_000_000
DEGENERATE = {
    "back-ticks": "`" * MEGABYTE,
    "spaces": " " * MEGABYTE,
    "newlines": "\n" * MEGABYTE,
    "fences": "```python\n" * (MEGABYTE // 10),
    "tildes": "~" * MEGABYTE,
    "brackets": "(" * MEGABYTE,
    "indents": "".join(" " * depth + "if x:\n" for depth in range(1400)),
    "definitions": "def add(" * (MEGABYTE // 8),
    "one letter": "a" * MEGABYTE,
    "back-slashes": "\\" * MEGABYTE,
    "back-ticks and spaces": "``` " * (MEGABYTE // 4),
    "list marks": "- " * (MEGABYTE // 2),
    "quotation marks": "> " * (MEGABYTE // 2),
    "closed blocks": "```\nx\n```\n" * (MEGABYTE // 10),
    "definitions on lines": "def add(a, b):\n" * (MEGABYTE // 15),
    "tabs": "\t\n" * (MEGABYTE // 2),
    "carriage returns": "\r" * MEGABYTE,
    "equals signs": "add " + "= " * (MEGABYTE // 2),
    "marks": "[BEGIN]" * (MEGABYTE // 7),
    "minus signs": "-" * MEGABYTE,
}


@pytest.mark.parametrize("form", DEGENERATE)
@pytest.mark.parametrize("prefix", ["", "```python\n", f"{ADD}\n"])
def test_linear_in_what_a_model_writes(form: str, prefix: str) -> None:
    def read(size: int) -> None:
        text = prefix + DEGENERATE[form][:size]
        readings(text, ["add", "sub"], Beginning(ADD, ADD, "add", frozenset(["add"])))
        readings(text, [], Beginning())

    assert_linear(read, len(DEGENERATE[form]) // 4)


@pytest.mark.slow
def test_a_megabyte_is_judged(judge: Judge) -> None:
    rows = [{"response": text, "gold": ADD, "tests": TESTS} for text in DEGENERATE.values()]
    verdicts = list(judge(to_case(str(index), row) for index, row in enumerate(rows)))
    assert {v.label for v in verdicts} == {"incorrect"}
