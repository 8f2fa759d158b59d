"""Test functions and classes run as pytest and unittest run them: what passes and what does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest

from s3ft.judges.code.sandbox import Job, Outcome, Sandbox

ADD = "def add(a, b):\n    return a + b"

PASS = {
    "a function": "def test_a():\n    assert add(1, 2) == 3",
    "approx": "import pytest\ndef test_a():\n"
    "    assert add(0.1, 0.2) == pytest.approx(0.3)\n"
    "    assert add(1, 0.5) == pytest.approx(1.4, abs=0.2)\n"
    "    assert [add(0.1, 0.2), 1] == pytest.approx([0.3, 1])\n"
    "    assert {'a': add(0.1, 0.2)} == pytest.approx({'a': 0.3})\n"
    "    assert add(1, 2) != pytest.approx(3.1)\n",
    "raises": "import pytest\ndef test_a():\n    with pytest.raises(TypeError) as e:\n"
    "        add(1, 'a')\n    assert 'int' in str(e.value)\n"
    "    pytest.raises(TypeError, add, 1, 'a')\n"
    "    with pytest.raises((ValueError, TypeError), match='unsupported'):\n        add(1, 'a')\n",
    "parameters": "import pytest\n@pytest.mark.parametrize('a', [1, 2])\n"
    "@pytest.mark.parametrize(['b', 'c'], [(1, 0), pytest.param(2, 0, id='x')])\n"
    "def test_a(a, b, c):\n    assert add(a, b) == a + b\n",
    "fixtures": "import pytest\n@pytest.fixture\ndef one():\n    return 1\n"
    "@pytest.fixture(name='two')\ndef made(one):\n    yield add(one, one)\n"
    "def test_a(one, two):\n    assert add(one, two) == 3\n",
    "a fixture for all": "import pytest\nseen = []\n@pytest.fixture(autouse=True)\n"
    "def before():\n    seen.append(add(1, 2))\ndef test_a():\n    assert seen == [3]\n",
    "a class": "import pytest\n@pytest.mark.parametrize('n', [1, 2])\nclass TestA:\n"
    "    @pytest.fixture\n    def two(self):\n        return 2\n"
    "    def setup_method(self, method):\n        self.one = 1\n"
    "    def test_a(self, n, two):\n        assert add(self.one, two) == 3 and n\n",
    "other marks": "import pytest\n@pytest.mark.slow\n@pytest.mark.timeout(5)\n"
    "def test_a():\n    assert add(1, 2) == 3\n",
    "one is skipped": "import pytest\n@pytest.mark.skip(reason='x')\ndef test_b():\n    assert 0\n"
    "@pytest.mark.skipif(True, reason='x')\ndef test_c():\n    assert 0\n"
    "def test_d():\n    pytest.skip('x')\ndef test_a():\n    assert add(1, 2) == 3\n",
    "unittest": "import unittest\nclass T(unittest.TestCase):\n"
    "    @classmethod\n    def setUpClass(cls):\n        cls.one = 1\n"
    "    def test_a(self):\n        for n in (1, 2):\n            with self.subTest(n=n):\n"
    "                self.assertEqual(add(self.one, n), 1 + n)\n",
}
FAIL = {
    "a function": "def test_a():\n    assert add(1, 2) == 4",
    "the second of two": "def test_a():\n    assert add(1, 2) == 3\ndef test_b():\n    assert 0",
    "no error": "import pytest\ndef test_a():\n    with pytest.raises(TypeError):\n"
    "        add(1, 2)",
    "another error": "import pytest\ndef test_a():\n    with pytest.raises(ValueError):\n"
    "        add(1, 'a')",
    "another text": "import pytest\ndef test_a():\n    with pytest.raises(TypeError, match='no'):\n"
    "        add(1, 'a')",
    "far": "import pytest\ndef test_a():\n    assert add(1, 2) == pytest.approx(3.1)",
    "one of the parameters": "import pytest\n@pytest.mark.parametrize('a', [1, 2])\n"
    "def test_a(a):\n    assert add(a, 1) == 2\n",
    "fail": "import pytest\ndef test_a():\n    add(1, 2)\n    pytest.fail('no')",
    "a fixture that is missing": "def test_a(tmp_path):\n    assert add(1, 2) == 3",
    "unittest": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n"
    "        self.assertEqual(add(1, 2), 4)\n",
    "unittest's error": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n"
    "        add(1, 'a')\n",
    "one subtest": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n"
    "        for n in (1, 2):\n            with self.subTest(n=n):\n"
    "                self.assertEqual(add(1, n), 2)\n",
    "an asynchronous one": "def test_a():\n    assert add(1, 2) == 3\n"
    "async def test_b():\n    assert add(1, 2) == 3\n",
    "all are skipped": "import pytest\n@pytest.mark.skip\ndef test_a():\n    assert add(1, 2) == 3",
    "what pytest_like lacks": "import pytest\ndef test_a():\n    with pytest.warns(UserWarning):\n"
    "        add(1, 2)",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(level=None, timeout=2.0, memory=2**30)
    yield made
    made.close()


def run(sandbox: Sandbox, tests: str, mode: Literal["apart", "together"] = "apart") -> Outcome:
    names = tuple(re.findall(r"^(?:def|async def|class) (test_\w+|TestA|T)\b", tests, re.MULTILINE))
    return sandbox.run(Job(ADD, mode, tests=(tests,), cases=names, names=("add",)))


@pytest.mark.parametrize("tests", PASS.values(), ids=PASS)
@pytest.mark.parametrize("mode", ["apart", "together"])
def test_pass(sandbox: Sandbox, tests: str, mode: Literal["apart", "together"]) -> None:
    outcome = run(sandbox, tests, mode)
    assert outcome.passed is True, outcome


@pytest.mark.parametrize("tests", FAIL.values(), ids=FAIL)
def test_fail(sandbox: Sandbox, tests: str) -> None:
    outcome = run(sandbox, tests)
    assert outcome.passed is False, outcome
    assert run(sandbox, "assert add(1, 2) == 3").passed is True


def test_the_line_that_fails_is_told(sandbox: Sandbox) -> None:
    tests = "def test_a():\n    x = add(1, 2)\n    assert x == 4"
    outcome = run(sandbox, tests)
    assert outcome.reason == "test_a failed: assert x == 4"
