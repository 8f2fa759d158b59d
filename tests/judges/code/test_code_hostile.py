"""Wrong programs that could pass: every one under every style of tests, and none does.

The sandbox's own tests attack it by force; here the programs rather count on how tests are written.
"""

from __future__ import annotations

from typing import Any

import pytest

from s3ft.judges import Judge, registry, to_case
from s3ft.records import Verdict

ADD = "def add(a, b):\n    return a + b"

STYLES: dict[str, dict[str, Any]] = {
    "assert lines": {"tests": ["assert add(1, 2) == 3", "assert add(2, 5) == 7"]},
    "a program": {"tests": "assert add(1, 2) == 3\nassert add(2, 5) == 7\n"},
    "pytest functions": {
        "tests": "def test_add():\n    assert add(1, 2) == 3\n\n"
        "def test_more():\n    assert add(2, 5) == 7\n"
    },
    "pytest with parameters": {
        "tests": "import pytest\n\n@pytest.mark.parametrize('a, b, c', [(1, 2, 3), (2, 5, 7)])\n"
        "def test_add(a, b, c):\n    assert add(a, b) == c\n"
    },
    "pytest with a fixture": {
        "tests": "import pytest\n\n@pytest.fixture\ndef pair():\n    yield 1, 2\n\n"
        "def test_add(pair):\n    assert add(*pair) == 3\n\ndef test_more():\n"
        "    assert add(2, 5) == pytest.approx(7)\n"
    },
    "pytest class": {
        "tests": "class TestAdd:\n    def setup_method(self):\n        self.one = 1\n\n"
        "    def test_add(self):\n        assert add(self.one, 2) == 3\n"
        "    def test_more(self):\n        assert add(2, 5) == 7\n"
    },
    "pytest raises": {
        "tests": "import pytest\n\ndef test_add():\n    assert add(1, 2) == 3\n\n"
        "def test_refuses():\n    with pytest.raises(TypeError):\n        add(1, 'a')\n"
    },
    "unittest": {
        "tests": "import unittest\n\nclass TestAdd(unittest.TestCase):\n    def setUp(self):\n"
        "        self.one = 1\n    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n"
        "    def test_more(self):\n        self.assertTrue(add(2, 5) == 7)\n"
        "        with self.assertRaises(TypeError):\n            add(1, 'a')\n\n"
        "if __name__ == '__main__':\n    unittest.main()\n"
    },
    "unittest, run at its end": {
        "tests": "from unittest import TestCase, main, TextTestRunner, defaultTestLoader\n\n"
        "class AddCase(TestCase):\n    def test_add(self):\n"
        "        self.assertEqual(add(1, 2), 3)\n        self.assertEqual(add(2, 5), 7)\n\n"
        "TextTestRunner().run(defaultTestLoader.loadTestsFromTestCase(AddCase))\nmain()\n"
    },
    "check with an entry point": {
        "tests": "def check(candidate):\n    assert candidate(1, 2) == 3\n"
        "    assert candidate(2, 5) == 7\n",
        "entry_point": "add",
    },
    "check without an entry point": {
        "tests": "def check(candidate):\n    assert candidate(1, 2) == 3\n"
        "    assert candidate(2, 5) == 7\n"
    },
    "from solution import": {
        "tests": "from solution import add\n\ndef test_add():\n    assert add(1, 2) == 3\n"
        "    assert add(2, 5) == 7\n"
    },
    "import solution": {
        "tests": "import unittest\nimport solution\n\nclass T(unittest.TestCase):\n"
        "    def test_a(self):\n        self.assertEqual(solution.add(1, 2), 3)\n"
        "        self.assertEqual(solution.add(2, 5), 7)\n"
    },
    "JSON lines": {"tests": '["assert add(1, 2) == 3", "assert add(2, 5) == 7"]'},
    "APPS": {
        "tests": '{"fn_name": "add", "inputs": [[1, 2], [2, 5]], "outputs": [[3], [7]]}',
    },
    "a main guard": {
        "tests": "def main():\n    assert add(1, 2) == 3\n    assert add(2, 5) == 7\n\n"
        "if __name__ == '__main__':\n    main()\n"
    },
    "an entry point that they do not call": {
        "tests": ["assert add(1, 2) == 3", "assert add(2, 5) == 7"],
        "entry_point": "solution",
    },
}

_EVERYTHING = (
    "class E{base}:\n"
    "    def __eq__(self, other): return True\n"
    "    def __ne__(self, other): return False\n"
    "    def __hash__(self): return 0\n"
    "    def __bool__(self): return True\n"
    "    def __lt__(self, other): return True\n"
    "    __le__ = __gt__ = __ge__ = __contains__ = __lt__\n"
    "    def __getattr__(self, name): return self\n"
    "    def __call__(self, *a, **k): return self\n"
    "    def __iter__(self): return iter([self])\n"
    "    def __len__(self): return 1\n"
    "    def __sub__(self, other): return 0\n"
    "    __rsub__ = __abs__ = __round__ = __sub__\n"
)

WRONG = {
    "nothing": "pass",
    "a comment": "# the solution goes here",
    "prose": "I cannot do that.",
    "another name": "def plus(a, b):\n    return a + b",
    "only the signature": "def add(a, b): ...",
    "not implemented": "def add(a, b):\n    raise NotImplementedError",
    "zero": "def add(a, b):\n    return 0",
    "one of the answers": "def add(a, b):\n    return 3",
    "none": "def add(a, b):\n    return None",
    "true": "def add(a, b):\n    return True",
    "not a number": "def add(a, b):\n    return float('nan')",
    "infinite": "def add(a, b):\n    return float('inf')",
    "as text": "def add(a, b):\n    return str(a + b)",
    "in a list": "def add(a, b):\n    return [a + b]",
    "in a tuple": "def add(a, b):\n    return (a + b,)",
    "all numbers": "def add(a, b):\n    return set(range(100))",
    "printed": "def add(a, b):\n    print(a + b)",
    "yielded": "def add(a, b):\n    yield a + b",
    "asynchronous": "async def add(a, b):\n    return a + b",
    "a function": "def add(a, b):\n    return lambda: a + b",
    "a class": "class add:\n    def __init__(self, a, b): pass",
    "not callable": "add = 3",
    "off by one": "def add(a, b):\n    return a + b + 1",
    "the arguments": "def add(*args):\n    return args",
    "right once": "seen = []\ndef add(a, b):\n    seen.append(a)\n"
    "    return 3 if len(seen) == 1 else 0",
    "equals everything": _EVERYTHING.format(base="") + "def add(a, b):\n    return E()",
    "integer that equals everything": _EVERYTHING.format(base="(int)")
    + "def add(a, b):\n    return E(0)",
    "float that equals everything": _EVERYTHING.format(base="(float)")
    + "def add(a, b):\n    return E(0)",
    "text that equals everything": _EVERYTHING.format(base="(str)")
    + "def add(a, b):\n    return E('')",
    "is itself everything": _EVERYTHING.format(base="") + "add = E()",
    "a class of everything": _EVERYTHING.format(base="(type)")
    + "class C(metaclass=E): pass\ndef add(a, b):\n    return C",
    "a module of everything": _EVERYTHING.format(base="")
    + "import sys\nsys.modules['solution'] = sys.modules['tests'] = E()\n"
    + "def add(a, b):\n    return 0",
    "a failure": "def add(a, b):\n    raise AssertionError",
    "a failure that tests expect": "def add(a, b):\n    raise TypeError('unsupported')",
    "a skip": "import unittest\ndef add(a, b):\n    raise unittest.SkipTest('later')",
    "pytest's skip": "import pytest\ndef add(a, b):\n    pytest.skip('later')",
    "an exit": "def add(a, b):\n    raise SystemExit(0)",
    "an exit at once": "import os\nos._exit(0)",
    "an interrupt": "def add(a, b):\n    raise KeyboardInterrupt",
    "an end of iteration": "def add(a, b):\n    raise StopIteration(a + b)",
    "endless recursion": "def add(a, b):\n    return add(a, b)",
    "its own tests": "def add(a, b):\n    return 0\ndef test_add(): pass\ndef check(f): pass\n"
    "class TestAdd: pass\nclass T: pass",
    "its own main": "def add(a, b):\n    return 0\n"
    "if __name__ == '__main__':\n    raise SystemExit(0)",
    "a patched unittest": "import unittest\nfor name in dir(unittest.TestCase):\n"
    "    if name.startswith('assert'):\n"
    "        setattr(unittest.TestCase, name, lambda *a, **k: None)\n"
    "def add(a, b):\n    return 0",
    "a patched pytest": "import pytest\npytest.raises = pytest.approx = lambda *a, **k: None\n"
    "def add(a, b):\n    return 0",
    "patched built-ins": "import builtins\nbuiltins.AssertionError = BaseException\n"
    "builtins.isinstance = builtins.all = lambda *a: True\ndef add(a, b):\n    return 0",
    "a wrong method": "class Solution:\n    def add(self, a, b):\n        return a - b",
    "a right one, then a wrong one": f"{ADD}\ndef add(a, b):\n    return a - b",
    "a right block, then a wrong one": f"```python\n{ADD}\n```\nor\n```python\n"
    "def add(a, b):\n    return a - b\n```",
    "the right one in a comment": "# def add(a, b): return a + b\ndef add(a, b):\n    return 0",
    "the right one in a docstring": f'def add(a, b):\n    """\n    {ADD}\n    """\n    return 0',
    "the right one as another language": f"```text\n{ADD.replace('add', 'plus')}\n```",
    "no Python": f"{ADD}\nelse:\n    pass",
    "the wrong language": "```javascript\nfunction add(a, b) { return a + b }\n```",
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return registry.make("code", {"timeout": 2.0})


def ask(judge: Judge, **row: Any) -> Verdict:
    return next(iter(judge([to_case("0", row)])))


@pytest.mark.parametrize("style", STYLES)
def test_no_wrong_program_passes(judge: Judge, style: str) -> None:
    rows = {name: {"response": text, "gold": ADD, **STYLES[style]} for name, text in WRONG.items()}
    verdicts = {v.key: v for v in judge(to_case(name, row) for name, row in rows.items())}
    assert {name: v for name, v in verdicts.items() if v.label != "incorrect"} == {}


@pytest.mark.parametrize("style", STYLES)
def test_a_right_program_passes(judge: Judge, style: str) -> None:
    verdict = ask(judge, response=f"{ADD}  # so", gold=ADD, **STYLES[style])
    assert verdict.label == "correct", verdict


WITHOUT_GOLD = set(STYLES) - {"check without an entry point"}


@pytest.mark.parametrize("style", sorted(WITHOUT_GOLD))
@pytest.mark.parametrize(("response", "label"), [(ADD, "correct"), (WRONG["zero"], "incorrect")])
def test_without_a_gold(judge: Judge, style: str, response: str, label: str) -> None:
    assert ask(judge, response=response, **STYLES[style]).label == label


PROVE_NOTHING = {
    "an assignment": "x = 1\n",
    "only a comment": "# assert add(1, 2) == 3\n",
    "all is caught": "try:\n    assert add(1, 2) == 3\nexcept Exception:\n    pass\n",
    "wrong values are caught": "try:\n    assert add(1, 2) == 3\n"
    "except AssertionError:\n    pass\n",
    "errors are caught": "try:\n    r = add(1, 2)\nexcept Exception:\n    r = 3\nassert r == 3\n",
    "suppressed": "import contextlib\nwith contextlib.suppress(Exception):\n"
    "    assert add(1, 2) == 3\n",
    "printed": "print(add(1, 2) == 3)\n",
    "compared, not asserted": "add(1, 2) == 3\n",
    "called": "add(1, 2)\n",
    "there at all": "assert add(1, 2) is not None\n",
    "true for anything": "assert add(1, 2) or True\n",
    "a tuple": "assert (add(1, 2) == 3, 'wrong')\n",
    "compared with itself": "assert add(1, 2) == add(1, 2)\n",
    "never called": "def run():\n    assert add(1, 2) == 3\n",
    "skipped": "import unittest\n@unittest.skip('later')\nclass T(unittest.TestCase):\n"
    "    def test_a(self):\n        self.assertEqual(add(1, 2), 3)\n",
    "skipped by pytest": "import pytest\n@pytest.mark.skip\ndef test_a():\n"
    "    assert add(1, 2) == 3\n",
    "no test in the class": "import unittest\nclass T(unittest.TestCase):\n"
    "    def check_a(self):\n        self.assertEqual(add(1, 2), 3)\n",
    "a function of their own": "def add(a, b):\n    return a + b\nassert add(1, 2) == 3\n",
    "another function": "def check(candidate):\n    assert max(1, 2) == 2\n",
    "of Python alone": "assert abs(-3) == 3\n",
    "under another name": "if __name__ == '__test__':\n    assert add(1, 2) == 3\n",
    "a fixture that is not there": "def test_a(capsys):\n    assert add(1, 2) == 3\n",
    "a docstring": '"""\n>>> add(1, 2)\n3\n"""\n',
}


@pytest.mark.parametrize("tests", PROVE_NOTHING.values(), ids=PROVE_NOTHING)
@pytest.mark.parametrize("gold", [ADD, None])
@pytest.mark.parametrize("response", [ADD + "  # so", WRONG["zero"]])
def test_unknown_where_the_tests_prove_nothing(
    judge: Judge, tests: str, gold: str | None, response: str
) -> None:
    verdict = ask(judge, response=response, gold=gold, tests=tests)
    assert verdict.label == "unknown", verdict


@pytest.mark.parametrize(
    ("tests", "gold", "response"),
    [
        # What is called is not what the response wrote.
        (
            ["assert factorial(5) == 120"],
            "from math import factorial\n",
            "def factorial(n): return 0",
        ),
        (["assert abs(-3) == 3"], None, "x = 1\n"),
        (["assert sum(1, 2) == 3"], "def sum(a, b):\n    return a + b", "x = 1"),
        (
            ["import math\nassert math.factorial(3) == 6"],
            "def factorial(n):\n    return 6",
            "x = 1",
        ),
        # Nothing is written at all.
        ([{"input": "1", "output": ""}], "pass", "pass"),
        ([{"input": "1", "output": "\n"}], None, "print()"),
    ],
)
def test_never_correct(judge: Judge, tests: Any, gold: str | None, response: str) -> None:
    assert ask(judge, response=response, gold=gold, tests=tests).label != "correct"


STUB = 'def add(a, b):\n    """The sum."""\n'


@pytest.mark.parametrize(
    "response", ["", "    pass", "x = 1", "    ...", "    raise ValueError", "no"]
)
@pytest.mark.parametrize("gold", [None, "    return a + b\n"])
@pytest.mark.parametrize("prompt", [STUB, ADD])
def test_the_prompt_is_not_the_answer(
    judge: Judge, prompt: str, gold: str | None, response: str
) -> None:
    row = {"tests": ["assert add(1, 2) == 3"], "entry_point": "add", "prompt": prompt}
    assert ask(judge, response=response, gold=gold, **row).label != "correct"


FORGED = {
    "date": ("import datetime", "datetime.date(2020, 1, 2)"),
    "moment": ("import datetime", "datetime.datetime(2020, 1, 2, 3, 4, 5, 6)"),
    "moment somewhere": (
        "from datetime import *",
        "datetime(2020, 1, 2, tzinfo=timezone(timedelta(hours=2)))",
    ),
    "time of day": ("import datetime", "datetime.time(3, 4)"),
    "duration": ("import datetime", "datetime.timedelta(days=1, microseconds=3)"),
    "decimal": ("from decimal import Decimal", "Decimal('0.10')"),
    "fraction": ("from fractions import Fraction", "Fraction(1, 3)"),
    "complex": ("", "1 + 2j"),
    "set": ("", "{1, (2, 3)}"),
    "frozen set": ("", "frozenset({1, 2})"),
    "bytes": ("", "b'ab'"),
    "named tuple": ("from collections import namedtuple\nP = namedtuple('P', 'x y')", "P(1, 2)"),
    "deque": ("from collections import deque", "deque([1, 2], maxlen=3)"),
    "counter": ("from collections import Counter", "Counter('aab')"),
    "ordered": ("from collections import OrderedDict", "OrderedDict(a=1, b=2)"),
    "with a default": ("from collections import defaultdict", "defaultdict(list, a=[1])"),
    "type": ("", "int"),
    "nested": ("import datetime", "{'a': [datetime.date(2020, 1, 2), {1: (2, {3})}]}"),
}


@pytest.mark.parametrize("name", FORGED)
def test_more_than_literals_stay_apart(judge: Judge, name: str) -> None:
    imports, value = FORGED[name]
    gold = f"{imports}\ndef made(n):\n    return {value}"
    task = {"gold": gold, "tests": [f"{imports}\nassert made(1) == {value}\nassert made(2) != 3"]}
    verdict = ask(judge, response=gold + "\n", **task)
    assert verdict.label == "correct", verdict
    assert "one process" not in verdict.reason
    for base in ("", "(tuple)", "(dict)"):
        forged = _EVERYTHING.format(base=base) + "def made(n):\n    return E()"
        assert ask(judge, response=forged, **task).label == "incorrect"


ARRAY = "import numpy as np\ndef made(n):\n    return {0}"


@pytest.mark.parametrize(
    "value", ["E()", "[E()]", "np.array([E(), E()])", "np.zeros(2)", "0", "[]"]
)
def test_arrays_stay_apart(judge: Judge, value: str) -> None:
    test = "import numpy as np\nassert (made(np.array([1, 2])) == np.array([2, 4])).all()\n"
    task = {"gold": ARRAY.format("2 * n"), "tests": [test]}
    verdict = ask(judge, response=ARRAY.format("n + n"), **task)
    assert verdict.label == "correct", verdict
    assert "one process" not in verdict.reason
    forged = _EVERYTHING.format(base="") + ARRAY.format(value)
    assert ask(judge, response=forged, **task).label == "incorrect"


OBJECTS = {
    "methods": (
        "class Stack:\n    def __init__(self):\n        self.items = []\n    def push(self, x):\n"
        "        self.items.append(x)\n    def pop(self):\n        return self.items.pop()",
        "s = Stack()\ns.push(1)\ns.push(2)\nassert s.pop() == 2\nassert s.pop() == 1",
        "return self.items.pop()",
        "return E()",
    ),
    "attributes": (
        "class Node:\n    def __init__(self, v):\n        self.v, self.next = v, None\n"
        "def length(n):\n    return 1 + length(n.next) if n else 0",
        "a = Node(1)\na.next = Node(2)\nassert a.next.v == 2\nassert length(a) == 2",
        "return 1 + length(n.next) if n else 0",
        "return E()",
    ),
    "operators": (
        "class Bag:\n    def __init__(self, *items):\n        self.items = list(items)\n"
        "    def __len__(self):\n        return len(self.items)\n"
        "    def __getitem__(self, i):\n        return self.items[i]\n"
        "    def __str__(self):\n        return 'a bag'",
        "b = Bag(1, 2)\nassert len(b) == 2 and b[1] == 2 and str(b) == 'a bag' and 2 in b",
        "return self.items[i]",
        "return E()",
    ),
    "closures": (
        "def adder(n):\n    return lambda x: x + n",
        "assert adder(1)(2) == 3\nassert adder(2)(2) == 4",
        "return lambda x: x + n",
        "return E()",
    ),
    "the tests' functions": (
        "def twice(f, x):\n    return f(f(x))",
        "assert twice(lambda x: x + 1, 3) == 5\nassert twice(len, 'a') == 0 if False else True",
        "return f(f(x))",
        "return E()",
    ),
    "functions that call back": (
        "def walk(f, n):\n    return f(n) if n else 0",
        "assert walk(lambda n: 1 + walk(lambda m: m, n - 1), 3) == 3",
        "return f(n) if n else 0",
        "return E()",
    ),
    "arguments that are changed": (
        "def sort(x):\n    x.sort()",
        "a = [3, 1, 2]\nassert sort(a) is None\nassert a == [1, 2, 3]",
        "x.sort()",
        "x[:] = [E()]",
    ),
    "class Solution": (
        "class Solution:\n    def add(self, a, b):\n        return a + b",
        "assert Solution().add(1, 2) == 3",
        "return a + b",
        "return E()",
    ),
    "a match": (
        "import re\ndef starts(text):\n    return re.match('a', text)",
        "assert starts('ab')\nassert not starts('xa')",
        "return re.match('a', text)",
        "return E()",
    ),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_stay_apart(judge: Judge, name: str) -> None:
    gold, tests, body, forged = OBJECTS[name]
    verdict = ask(judge, response=gold + "\n", gold=gold, tests=[tests])
    assert verdict.label == "correct", verdict
    assert "one process" not in verdict.reason
    program = _EVERYTHING.format(base="") + gold.replace(body, forged)
    assert ask(judge, response=program, gold=gold, tests=[tests]).label == "incorrect"
