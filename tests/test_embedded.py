from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import s3ft
from s3ft import lab
from s3ft.embedded import DEFAULT_WORLD, WORLDS, EmbeddedWorld, embedded, is_embedded

SOURCE = Path(s3ft.__file__).parent


def test_a_world_is_found_by_its_name_and_nothing_else_is_one() -> None:
    assert embedded("lab") is lab
    assert is_embedded("lab")
    for other in ("lab/model", "./lab", "Lab", "", None):
        assert embedded(other) is None
        assert not is_embedded(other)


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_gives_all_that_is_asked_of_it(name: str) -> None:
    world = embedded(name)
    assert world is not None
    assert world.MODEL.is_dir()
    assert world.TASKS.is_dir()
    assert world.JUDGE_PROMPT.is_file()
    named = list(inspect.signature(EmbeddedWorld.each_row).parameters)[1:]
    assert list(inspect.signature(world.each_row).parameters)[: len(named)] == named


def test_the_data_without_a_task_are_the_first_task_s() -> None:
    assert lab.rows(None, "test", size=3) == lab.rows("math", "test", size=3)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_one_by_one_the_rows_are_the_same(split: str) -> None:
    assert list(lab.each_row("code", split)) == lab.rows("code", split)


def test_the_default_is_a_world() -> None:
    assert is_embedded(DEFAULT_WORLD)


def test_only_the_table_of_worlds_knows_one_by_name() -> None:
    knowing = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "lab"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in WORLDS
    }
    assert knowing == {"embedded.py"}
