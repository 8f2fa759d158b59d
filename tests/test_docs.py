"""The documentation keeps up with the code: recipes load, commands exist, the keys are current."""

import re
import runpy
from pathlib import Path

import pytest
import typer

from s3ft import cli
from s3ft.recipe import load

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    """What each fence of a page is marked as, and what it holds."""
    return [(info.strip(), body) for info, body in FENCE.findall(page.read_text(encoding="utf-8"))]


RECIPES = [
    pytest.param(body, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, (info, body) in enumerate(blocks(page))
    if info == 'yaml title="recipe.yaml"'
]


def test_recipe_keys_are_current() -> None:
    text = (DOCS / "recipe.md").read_text(encoding="utf-8")
    page = runpy.run_path(str(DOCS / "_recipe.py"))["page"]
    assert text == page(text), "run: python docs/_recipe.py"


def test_table_of_recipes_is_current() -> None:
    text = (DOCS / "recipes.md").read_text(encoding="utf-8")
    page = runpy.run_path(str(DOCS / "_recipes.py"))["page"]
    assert text == page(text), "run: python docs/_recipes.py"


@pytest.mark.parametrize("text", RECIPES)
def test_recipes_in_docs_load(text: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    load(path)


def test_commands_in_docs_exist() -> None:
    known = set(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]
    named = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        shown = [body for info, body in blocks(page) if info == "console"]
        shown += re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
        named |= {verb for code in shown for verb in re.findall(r"\bs3ft ([a-z]+)", code)}
    assert {"run", "check", "select", "judge", "audit"} <= named, "nothing was looked at"
    assert named <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_python_in_docs_compiles(page: Path) -> None:
    for info, body in blocks(page):
        if info == "python":
            compile(body, page.name, "exec")


def test_recipes_are_found() -> None:
    assert len(RECIPES) > 5


def test_the_map_of_the_code_names_what_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`([a-z_/]+(?:/|\.py))`", text))
    assert len(named) > 25
    homes = [ROOT / "src" / "s3ft", *(ROOT / "src" / "s3ft").glob("**/")]
    missing = [name for name in named if not any((home / name).exists() for home in homes)]
    assert not missing
