"""Templates that ask for the date are told that of the day on which the run began."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from s3ft.errors import InputError
from s3ft.lab import MODEL
from s3ft.models import load_chat
from s3ft.pipeline import run_stages
from s3ft.recipe import Model, load


def recipe(folder: Path, **model: Any) -> dict[str, Any]:
    template = folder / "dated.jinja"
    text = (MODEL / "chat_template.jinja").read_text(encoding="utf-8")
    template.write_text("{%- set day = strftime_now('%d %b %Y') -%}{{ day }}" + text)
    return {
        "model": {"id": "lab", "chat_template": str(template), **model},
        "data": {"path": "lab", "name": "math", "max_train": 2},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 2},
        "methods": ["ssr"],
        "allow": ["length"],
    }


def test_a_run_keeps_the_day_on_which_it_began(tmp_path: Path) -> None:
    out = run_stages(recipe(tmp_path), (), tmp_path / "run", "select")
    saved = out / "recipe.yaml"
    assert load(saved).model.date == date.today().isoformat()  # type: ignore[union-attr]

    text = yaml.safe_load(saved.read_text())
    text["model"]["date"] = "2024-02-29"  # as if it had begun then
    saved.write_text(yaml.safe_dump(text))
    run_stages(recipe(tmp_path), (), out, "select")
    assert load(saved).model.date == "2024-02-29"  # type: ignore[union-attr]
    with pytest.raises(InputError, match=r"model\.date was '2024-02-29'"):
        run_stages(recipe(tmp_path, date="2024-03-01"), (), out, "select")


def test_the_date_is_in_what_the_model_is_asked(tmp_path: Path) -> None:
    made = recipe(tmp_path, date="2024-02-29")
    chat = load_chat(Model(**made["model"]))
    assert chat.prompt_text([{"role": "user", "content": "Hi"}]).startswith("29 Feb 2024")
    keys = []
    for day in ("2024-02-29", "2024-03-01"):
        out = run_stages(recipe(tmp_path, date=day), (), tmp_path / day, "generate")
        with sqlite3.connect(out / "run.sqlite") as db:
            keys.append({key for (key,) in db.execute("SELECT key FROM responses")})
    assert len(keys[0]) == 2
    assert not keys[0] & keys[1]


@pytest.mark.parametrize("day", ["tomorrow", "2024-02-30"])
def test_a_day_that_is_none_is_refused(tmp_path: Path, day: str) -> None:
    with pytest.raises(InputError, match=r"model\.date"):
        run_stages(recipe(tmp_path, date=day), (), tmp_path / "run", "generate")
    assert not (tmp_path / "run").exists()
