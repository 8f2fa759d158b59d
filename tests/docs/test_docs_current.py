"""What the documentation takes from the code is the code's."""

import re
import runpy

from docs_blocks import DOCS, ROOT


def test_recipe_keys_are_current() -> None:
    text = (DOCS / "recipe.md").read_text(encoding="utf-8")
    page = runpy.run_path(str(DOCS / "_recipe.py"))["page"]
    assert text == page(text), "run: python docs/_recipe.py"


def test_table_of_recipes_is_current() -> None:
    text = (DOCS / "recipes.md").read_text(encoding="utf-8")
    page = runpy.run_path(str(DOCS / "_recipes.py"))["page"]
    assert text == page(text), "run: python docs/_recipes.py"


def test_the_map_of_the_code_names_what_is_there() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_/]+(?:/|\.py))`", text))
    assert len(named) > 25
    homes = [ROOT / "src" / "s3ft", *(ROOT / "src" / "s3ft").glob("**/")]
    missing = [name for name in named if not any((home / name).exists() for home in homes)]
    assert not missing
