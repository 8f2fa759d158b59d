"""The code judge: the formats it reads, what it accepts, and what it says when it cannot tell."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from s3ft.errors import InputError
from s3ft.judges import Judge, registry, to_case
from s3ft.judges.code import NoTask, code, defines, program_of, task_of
from s3ft.judges.code.sandbox import Sandbox
from s3ft.records import Verdict

ADD = "def add(a, b):\n    return a + b"
WRONG = "def add(a, b):\n    return a - b"
TESTS = ["assert add(1, 2) == 3", "assert add(5, 5) == 10"]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return registry.make("code", {"workers": 2, "timeout": 1.0})


def ask(judge: Judge, **row: Any) -> Verdict:
    return next(iter(judge([to_case("0", row)])))


@pytest.mark.parametrize(
    ("response", "label"),
    [
        (ADD, "correct"),
        (WRONG, "incorrect"),
        (ADD.replace("\n", "\r\n"), "correct"),
        (f"Here it is:\n```python\n{ADD}\n```\nIt adds.", "correct"),
        (f"```\n{ADD}", "correct"),
        (f"```py\r\n{ADD}\r\n```\r\n", "correct"),
        (f"~~~python\n{ADD}\n~~~", "correct"),
        (
            f"1. Like so:\n   ```python\n   {ADD.replace(chr(10), chr(10) + '   ')}\n   ```",
            "correct",
        ),
        (f"[BEGIN]\n{ADD}\n[DONE]", "correct"),
        (f"{ADD}\n[DONE]\nAnd then", "correct"),
        (f"[BEGIN]\n```python\n{ADD}\n```\n[DONE]", "correct"),
        (f"```python\n{WRONG}\n```\nNo, that is wrong.\n```python\n{ADD}\n```", "correct"),
        (f"```python\n{ADD}\n```\nNo, that is wrong.\n```python\n{WRONG}\n```", "incorrect"),
        (f"```python\n{ADD}\n```\nIt prints:\n```\n3\n```\n```bash\nrm -r /\n```", "correct"),
        (f"```python\n{ADD}\n```\nTry it:\n```python\nprint(add(1, 2), input())\n```", "correct"),
        ("```python\nimport math\n```\nthen\n```python\nadd = math.fsum\n```", "incorrect"),
        ("add = lambda a, b: a + b", "correct"),
        ("I cannot do that.", "incorrect"),
        (f"{ADD}\nif __name__ == '__main__':\n    raise SystemExit", "correct"),
        (f"{ADD}\nprint('done')", "correct"),
    ],
)
@pytest.mark.parametrize("gold", [ADD, None])
def test_reads_the_program(judge: Judge, response: str, label: str, gold: str | None) -> None:
    verdict = ask(judge, response=response, gold=gold, tests=TESTS)
    assert verdict.label == label, verdict


def test_says_which_test_failed_and_at_which_level(judge: Judge) -> None:
    verdict = ask(judge, response=WRONG, gold=ADD, tests=TESTS)
    assert verdict.reason.startswith("test 1 of 2 failed: assert add(1, 2) == 3 [L")
    assert ask(judge, response=ADD, tests=TESTS).reason.startswith("2 tests passed [L")


def test_one_verdict_for_each_case_in_any_number(judge: Judge) -> None:
    rows = [{"response": ADD if i % 3 else WRONG, "gold": ADD, "tests": TESTS} for i in range(30)]
    verdicts = {v.key: v.label for v in judge(to_case(str(i), row) for i, row in enumerate(rows))}
    assert verdicts == {str(i): "correct" if i % 3 else "incorrect" for i in range(30)}


VALUES = [
    "None", "True", "-3", "2**70", "-(2**70)", "1.5", "float('inf')", "'é\\n'", "b'\\xff'",
    "1 + 2j", "[1, [2, 'x']]", "(1, (2,))", "()", "{1, 2}", "frozenset({1})",
    "{'a': 1, (1, 2): [3]}", "{}", "range(3)", "bytearray(b'a')",
    "__import__('fractions').Fraction(1, 3)",
    "__import__('decimal').Decimal('0.10')",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_literals_cross_unchanged(judge: Judge, value: str) -> None:
    tests = [f"x = same({value})\nassert x == {value} and type(x) is type({value})"]
    same = "def same(x):\n    return x"
    assert ask(judge, response=same, gold=same, tests=tests).reason.startswith("the test passed [L")


@pytest.mark.parametrize(
    ("program", "test"),
    [
        ("def f(n):\n    yield from range(n)", "assert list(f(3)) == [0, 1, 2]"),
        ("def f(n):\n    return map(str, range(n))", "assert list(f(2)) == ['0', '1']"),
        (
            "from collections import Counter\ndef f(s):\n    return Counter(s)",
            "assert f('aab') == {'a': 2, 'b': 1}",
        ),
        (
            "import random\ndef f(n):\n    return random.random()",
            "import random\nassert f(1) == random.Random(0).random()",
        ),
        (
            "def f(n):\n    raise ValueError('no')",
            "try: f(1)\nexcept ValueError as e: assert 'no' in str(e)\nelse: assert False",
        ),
        ("def sum(a, b):\n    return a + b + 1", "assert sum(1, 2) == 4"),
        ("import math\ndef f(n):\n    return n / 3", "assert math.isclose(f(1), 1 / 3)"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'int'\ndef f(n):\n"
            "    return P(n).x",
            "assert f(3) == 3",
        ),
    ],
)
def test_apart_where_values_are_literals(judge: Judge, program: str, test: str) -> None:
    verdict = ask(judge, response=program + "\n", gold=program, tests=[test])
    assert verdict.label == "correct"
    assert "one process" not in verdict.reason


POINT = (
    "class Point:\n    def __init__(self, x):\n        self.x = x\n"
    "def twice(p):\n    return Point(2 * p.x)"
)


def test_in_one_process_where_the_gold_needs_it_and_the_recipe_allows_it(judge: Judge) -> None:
    test = "p = twice(Point(3))\nassert isinstance(p, Point) and p.x == 6"
    task: dict[str, Any] = {"gold": POINT, "tests": [test]}
    verdict = ask(judge, response=POINT + "\n", **task)
    assert verdict.label == "unknown"
    assert "only in one process" in verdict.reason
    assert "one_process=allow" in verdict.reason
    allowing = registry.make("code", {"workers": 1, "timeout": 1.0, "one_process": "allow"})
    verdict = ask(allowing, response=POINT + "\n", **task)
    assert verdict.label == "correct"
    assert "in one process" in verdict.reason
    assert ask(allowing, response=POINT.replace("2 *", "3 *"), **task).label == "incorrect"
    assert ask(allowing, response="import os\nos._exit(0)", **task).label == "incorrect"


def test_a_candidate_cannot_choose_one_process(judge: Judge) -> None:
    forged = (
        "class All:\n    def __eq__(self, other): return True\ndef add(a, b):\n    return All()"
    )
    verdict = ask(judge, response=forged, gold=ADD, tests=TESTS)
    assert verdict.label == "incorrect"
    assert "one process" not in verdict.reason


HUMANEVAL: dict[str, Any] = {
    "prompt": 'from typing import List\n\n\ndef double(x: int) -> int:\n    """Twice x."""\n    '
    'return x * 2\n\n\ndef four(x: List[int]) -> List[int]:\n    """Four times each."""\n',
    "gold": "    return [double(double(n)) for n in x]\n",
    "entry_point": "four",
    "test": "METADATA = {}\n\ndef check(candidate):\n    assert candidate([1]) == [double(2)]\n",
}


@pytest.mark.parametrize(
    ("response", "label"),
    [
        ("    return [4 * n for n in x]\n", "correct"),
        ("    return [double(double(n)) for n in x]\n", "correct"),
        ("    return x\n", "incorrect"),
        ("def four(x: List[int]) -> List[int]:\n    return [4 * n for n in x]", "correct"),
        (
            "```python\ndef four(x: List[int]):\n    return [double(n) * 2 for n in x]\n```",
            "correct",
        ),
        # A helper that the tests call is the prompt's, whatever the response makes of it.
        ("    return []\n\ndef double(x):\n    return 0\n", "incorrect"),
        ("def double(x):\n    return 0\ndef four(x):\n    return [0]", "incorrect"),
    ],
)
def test_humaneval(judge: Judge, response: str, label: str) -> None:
    assert ask(judge, response=response, **HUMANEVAL).label == label
    asked = "Complete this function.\n\n```python\n" + HUMANEVAL["prompt"] + "```"
    assert ask(judge, response=response, **{**HUMANEVAL, "prompt": asked}).label == label


PAIRS = [{"input": "1 2\n", "output": "3\n"}, {"input": "5 5", "output": "10"}]


@pytest.mark.parametrize(
    ("program", "label"),
    [
        ("a, b = map(int, input().split())\nprint(a + b)", "correct"),
        ("import sys\nprint(sum(map(int, sys.stdin.read().split())))\nsys.exit()", "correct"),
        ("import os\nx = open(0).read()\nos.write(1, b'%d' % sum(map(int, x.split())))", "correct"),
        ("if __name__ == '__main__':\n    print(sum(map(int, input().split())))", "correct"),
        (
            "import os, sys\nprint(sum(map(int, input().split())), flush=True)\nos._exit(0)",
            "correct",
        ),
        ("print(3)", "incorrect"),
        ("print(sum(map(int, input().split())))\nraise ValueError", "incorrect"),
        ("while True: print('a' * 10**6)", "incorrect"),
        ("print(input() + input())", "incorrect"),
    ],
)
def test_standard_input_and_output(judge: Judge, program: str, label: str) -> None:
    gold = "print(sum(map(int, input().split())))"
    assert ask(judge, response=program, gold=gold, tests=PAIRS).label == label
    both = {"inputs": [p["input"] for p in PAIRS], "outputs": [p["output"] for p in PAIRS]}
    assert ask(judge, response=program, tests=both).label == label


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"gold": WRONG, "tests": TESTS}, "the gold does not pass its own tests"),
        ({"gold": "def add(", "tests": TESTS}, "the gold is no program"),
        ({"gold": ADD}, "malformed: no tests"),
        ({"gold": ADD, "tests": []}, "malformed: no tests"),
        ({"gold": ADD, "tests": [3]}, "malformed: tests is neither"),
        ({"gold": ADD, "tests": 3}, "malformed: tests is neither"),
        ({"gold": ADD, "tests": ["assert ("]}, "malformed: the tests are no Python"),
        ({"gold": ADD, "tests": [{"input": "1"}]}, "malformed: an input or output"),
        ({"gold": ADD, "tests": TESTS, "setup": 3}, "malformed: setup or entry_point"),
    ],
)
def test_unknown_where_the_row_is_at_fault(judge: Judge, row: dict[str, Any], reason: str) -> None:
    verdict = ask(judge, response=ADD + "\n", **row)
    assert verdict.label == "unknown"
    assert verdict.reason.startswith(reason)


def test_time_is_what_the_processor_spent(judge: Judge) -> None:
    verdict = ask(judge, response="def add(a, b):\n    while True: pass", gold=ADD, tests=TESTS)
    busy = verdict.label == "unknown" and "too busy" in verdict.reason
    assert busy or "it took more than 1 s of processor time" in verdict.reason


def test_helpers_last(tmp_path: Path) -> None:
    """They outlive the threads that a judge's call starts, and end with the judge's process."""
    script = tmp_path / "judging.py"
    script.write_text(f"""
import os, signal
from processes import children
from s3ft.judges.code import code
from s3ft.judges import to_case
judge = code(workers=1)
row = {{"response": {ADD!r}, "tests": {TESTS!r}}}
for _ in range(3):
    assert next(iter(judge([to_case("0", row)]))).label == "correct"
    print(*children(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
""")
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}  # for processes.py
    done = subprocess.run(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=here
    )
    (helper,) = set(map(int, done.stdout.split()))
    assert done.returncode == -signal.SIGKILL
    for _ in range(200):
        if not Path(f"/proc/{helper}").exists():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the helper is still there")


def test_verdicts_repeat(judge: Judge) -> None:
    program = "import random\ndef f():\n    return [*{'a', 'b', 'c'}, random.random(), hash('a')]"
    first = ask(judge, response=program, tests=["x = f()\nassert 0, x"]).reason
    again = next(
        iter(
            code(workers=1)(
                [to_case("0", {"response": program, "tests": ["x = f()\nassert 0, x"]})]
            )
        )
    )
    assert first == again.reason


@pytest.mark.parametrize(
    "options",
    [{"timeout": 0}, {"memory": 1}, {"workers": 0}, {"level": "L4"}, {"one_process": True}],
)
def test_options_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        registry.make("code", options)


def test_a_low_level_only_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sandbox, "level", "L1")
    with pytest.raises(InputError, match="only level L1"):
        code()
    code(level="L1")


def test_low_levels_judge_too() -> None:
    for level in ("L0", "L1"):
        verdict = ask(
            registry.make("code", {"level": level, "workers": 1}), response=ADD, tests=TESTS
        )
        assert verdict.reason == f"2 tests passed [{level}]"


def test_blocks_and_definitions() -> None:
    assert program_of("no code", ["f"]) == "no code"
    assert program_of("```sql\nselect 1\n```", ["f"]) == ""
    assert defines("async def f(): ...", "f")
    assert not defines("  def f(): ...", "f")
    assert not defines("f == 3", "f")


def test_tasks_by_the_columns_of_the_data_sets() -> None:
    assert task_of({"test_list": ["assert f()"], "test_setup_code": "import a"}).setup == "import a"
    assert task_of({"test_list": ["assert f()"], "test_imports": ["import a"]}).setup == "import a"
    task = task_of({"test": "def check(c):\n    assert c()", "entry_point": "f"})
    assert task.tests[-1] == "check(f)"
    assert task_of({"test": ["assert f(g(x for x in y))", "y = 1"]}).names == ("f", "g")
    with pytest.raises(NoTask):
        task_of({})


def rows_of(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return (
        json.loads(text) if path.suffix == ".json" else [json.loads(t) for t in text.splitlines()]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "gold", "count"),
    [
        ("humaneval/HumanEval.jsonl.gz", "canonical_solution", 164),
        ("mbpp/sanitized-mbpp.json", "code", 427),
        ("mbpp/mbpp.jsonl", "code", 974),
    ],
)
def test_reference_solutions_pass(shared_data: Path, file: str, gold: str, count: int) -> None:
    judge = registry.make("code", {"timeout": 10.0})
    rows = [
        {**row, "gold": row[gold], "response": row[gold]} for row in rows_of(shared_data / file)
    ]
    verdicts = list(judge(to_case(str(index), row) for index, row in enumerate(rows)))
    assert [v for v in verdicts if v.label != "correct"] == []
    assert len(verdicts) == count


def test_the_cases_that_went_wrong(judge: Judge, shared_data: Path) -> None:
    rows = [
        row
        for row in rows_of(shared_data.parent / "cases" / "judges.jsonl")
        if row["judge"] == "code" and row["kind"] != "thoughts"
    ]
    verdicts = judge(to_case(str(index), row) for index, row in enumerate(rows))
    wrong = []
    for verdict in verdicts:
        row = rows[int(verdict.key)]
        wanted = row["expected"].replace("not correct", "incorrect|unknown").split("|")
        if verdict.label not in wanted:
            wrong.append((row, verdict))
    assert wrong == []
    assert len(rows) > 20
