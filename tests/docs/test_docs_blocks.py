"""Every block of README and documentation is run, or says why not and is at least well-formed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from docs_blocks import PAGES, REASONS, ROOT, Block, blocks, prose

from s3ft import cli
from s3ft.recipe import load, shipped

BLOCKS = [block for page in PAGES for block in blocks(page)]
GROUP: Any = typer.main.get_command(cli.app)


def test_blocks_are_run_or_say_why_not() -> None:
    unknown = {block.where: block.mark for block in BLOCKS if block.reason not in {None, *REASONS}}
    assert not unknown
    other = {"", "figures vary", "exit code 1"}
    wrong = {b.where: b.mark for b in BLOCKS if b.reason is None and b.mark not in other}
    assert not wrong
    assert sum(block.is_run for block in BLOCKS) > 50
    assert {block.reason for block in BLOCKS} - {None} == REASONS, "a reason that nothing has"


@pytest.mark.parametrize(
    "block",
    [pytest.param(block, id=block.where) for block in BLOCKS if block.title == "recipe.yaml"],
)
def test_recipes_load(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(block.body, encoding="utf-8")
    load(path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_is_not_run_is_well_formed(page: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    for block in blocks(page):
        if block.title == "recipe.yaml":
            recipe.write_text(block.body, encoding="utf-8")
        if block.language == "python":
            compile(block.body, block.where, "exec")
        if block.language != "console" or block.reason is None:
            continue
        for command in block.commands:
            for verb in command.verbs:
                parse(verb, recipe)


def parse(arguments: list[str], recipe: Path) -> None:
    """As the command line parses them, without a start; and the recipe with its changes loads."""
    if arguments == ["--install-completion"]:
        return
    verb, *rest = arguments
    command = GROUP.commands[verb]
    context = command.make_context(verb, list(rest))
    named = context.params.get("recipe")
    if named is not None and (named in shipped() or named == "recipe.yaml"):
        changes = context.params.get("overrides") or []
        load(named if named in shipped() else recipe, changes)


def test_commands_in_prose_exist() -> None:
    named = {
        verb
        for page in PAGES
        for code in re.findall(r"`([^`\n]+)`", prose(page))
        for verb in re.findall(r"\bs3ft ([a-z]+)", code)
    }
    assert {"run", "check", "select", "judge", "audit"} <= named, "nothing was looked at"
    assert named <= set(GROUP.commands)
