"""Prompt templates: found, read, and refused where they cannot serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3ft.errors import InputError
from s3ft.templates import SHIPPED, RenderError, Template


def test_a_file_stands_before_a_shipped_one_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = Template("paraphrase.j2", "here")
    assert shipped.text == (SHIPPED / "paraphrase.j2").read_text()
    assert shipped.variables == {"question", "gold", "answerable", "context"}
    Path("paraphrase.j2").write_text("{{ mine }}")
    assert Template("paraphrase.j2", "here").variables == {"mine"}
    with pytest.raises(InputError, match=r"here: no/paraphrase\.j2: cannot be read"):
        Template("no/paraphrase.j2", "here")


def test_its_own_words_are_told_from_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.j2"
    path.write_text('{% set word = "shown" %}{# no word #}Say {{ word }} twice. {{ more }}!')
    assert Template(path, "here").literal == ("Say ", " twice. ", "!")


def test_what_it_must_show(tmp_path: Path) -> None:
    path = tmp_path / "a.j2"
    path.write_text("{{ question }}{% for x in accepted %}{{ x }}{% endfor %}")
    template = Template(path, "here")
    template.require("question", "accepted")
    with pytest.raises(InputError, match=r"does not show the gold\n  Write {{ gold }}\."):
        template.require("question", "gold")


def test_it_is_filled_once_and_nothing_in_the_values_is_a_template(tmp_path: Path) -> None:
    path = tmp_path / "a.j2"
    path.write_text("{{ question }} {{ gold | loud }}")
    template = Template(path, "here", {"loud": lambda value: f"{value}!"})
    assert template.render({"question": "{{ gold }}", "gold": "<b>"}) == "{{ gold }} <b>!"
    with pytest.raises(RenderError, match="gold"):
        template.render({"question": "?"})


@pytest.mark.parametrize("text", ["{{ gold", "{% for %}"])
def test_what_is_no_template(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.j2"
    path.write_text(text)
    with pytest.raises(InputError, match="is no template"):
        Template(path, "here")
