"""Writes the table of the recipes in recipes.md from the recipes themselves.

python docs/_recipes.py
"""

from __future__ import annotations

import json
from pathlib import Path

from s3ft.recipe import JudgeConfig, Recipe, load, shipped

PAGE = Path(__file__).with_name("recipes.md")
MEMORY = Path(__file__).with_name("memory.json")
"""GiB of a training step, by `benchmarks/memory.py`."""
BEGIN, END = "<!-- recipes: begin -->", "<!-- recipes: end -->"


def page(text: str) -> str:
    """The page's text with the table between its marks."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


def table() -> str:
    """A row for every recipe: what it runs on, who judges, what it compares, and its memory."""
    memory = json.loads(MEMORY.read_text(encoding="utf-8"))
    lines = ["| recipe | model | data | judge | methods | GiB |", "|---|---|---|---|---|---|"]
    for name in shipped():
        recipe = load(name)
        model = recipe.model.id if recipe.model else recipe.generator or "none"
        cells = (
            f"`{name}`",
            model,
            recipe.data.path,
            _judges(recipe),
            ", ".join(recipe.methods) or "none: measures only",
            str(memory.get(name, "")),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _judges(recipe: Recipe) -> str:
    filters = _judge(recipe.judge)
    target = recipe.evaluate.target
    measures = _judge(target.judge) if target and target.judge else filters
    return filters if measures == filters else f"{filters}; measured by {measures}"


def _judge(config: JudgeConfig) -> str:
    inner = [
        JudgeConfig.model_validate({"name": one} if isinstance(one, str) else one)
        for one in config.options.get("judges", [])
    ]
    if inner:
        return ", then ".join(map(_judge, inner))
    asked = config.options.get("model") or config.options.get("openai", {}).get("model")
    return f"`{config.name}` ({asked})" if asked else f"`{config.name}`"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
