"""The cards pass the Hub client's own parsing, and say what was measured and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import DatasetCard, ModelCard
from published import publishable

from s3ft.export import dataset_card, model_card
from s3ft.pipeline import write_report
from s3ft.recipe import Recipe, load
from s3ft.report import build
from s3ft.store import Store


def told(run: Path, **model: Any) -> tuple[Recipe, dict[str, Any]]:
    """The recipe with a model, and the report on the run."""
    kept = yaml.safe_load((run / "recipe.yaml").read_text())
    recipe = load({**kept, **({"model": model} if model else {})})
    with Store(run / "run.sqlite") as store:
        return recipe, build(store, recipe, run)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared: do not change it."""
    return publishable(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def known(run: Path) -> tuple[Recipe, dict[str, Any]]:
    return told(run, id="some/base")


def parsed(text: str, folder: Path, kind: Any) -> Any:
    path = folder / "README.md"
    path.write_text(text)
    return kind.load(path)


def test_a_model_card_has_what_the_hub_reads(
    known: tuple[Recipe, dict[str, Any]], tmp_path: Path
) -> None:
    recipe, report = known
    card = parsed(model_card(recipe, report, "ssr", 1, name="me/mine"), tmp_path, ModelCard)
    data = card.data
    assert (data.base_model, data.base_model_relation) == ("some/base", "finetune")
    assert (data.library_name, data.pipeline_tag) == ("transformers", "text-generation")
    assert "s3ft" in data.tags
    assert data.license is None  # no card of the base is here
    assert data.datasets is None  # a file of one's own
    results = {one.dataset_type: one.metric_value for one in data.eval_results}
    assert results == {"double.jsonl": round(100 * 8 / 12, 2), "facts": round(100 * 10 / 12, 2)}
    assert (data.model_name, data.eval_results[0].metric_type) == ("me/mine", "accuracy")


def test_a_model_card_tells_figures_with_intervals(known: tuple[Recipe, dict[str, Any]]) -> None:
    recipe, report = known
    text = model_card(recipe, report, "ssr", 1, name="me/mine")
    [change] = [one for one in report["comparison"]["tasks"][0]["against"]
                if (one["contender"], one["reference"]) == ("ssr", "base")]  # fmt: skip
    low = round(change["difference"]["low"], 1)
    row = next(line for line in text.splitlines() if line.startswith("| target %"))
    assert f"+{low}," in row or f"{low}," in row
    assert "| mean drop |" in text
    for sentence in report["answers"]["learned"]:
        assert sentence.split(":")[0] in text
    assert "`some/base` at revision `c0ffee`" in text
    assert "torch 2.13" in text
    assert re.search(r"the base model's own verified answer \| 7 \| 58\.3 \|", text)
    assert "no license" in text or "none is named here" in text


def test_the_recipe_in_a_card_makes_the_run_again(
    known: tuple[Recipe, dict[str, Any]], tmp_path: Path
) -> None:
    recipe, report = known
    text = model_card(recipe, report, "ssr", 0, name="mine")
    (tmp_path / "again.yaml").write_text(text.partition("```yaml\n")[2].partition("```")[0])
    assert load(tmp_path / "again.yaml") == recipe


def test_what_was_not_measured_is_not_there(tmp_path: Path) -> None:
    run = publishable(tmp_path)
    with Store(run / "run.sqlite") as store:
        store.forget_tuned()
        store.forget_measured()
    recipe, report = told(run, id="some/base")
    text = model_card(recipe, report, "sft", 0, name="mine")
    assert "Nothing was measured" in text
    assert parsed(text, tmp_path, ModelCard).data.eval_results is None


def test_the_license_is_that_of_the_cards_that_are_here(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "README.md").write_text(
        "---\nlicense: other\nlicense_name: mine-1\nlicense_link: https://x.y/z\n---\n"
    )
    (tmp_path / "README.md").write_text("---\nlicense: [cc-by-4.0]\n---\n")  # beside the rows
    run = publishable(tmp_path)
    recipe, report = told(run, id=str(base))
    card = model_card(recipe, report, "ssr", 0, name="mine")
    data = ModelCard(card).data
    assert (data.license, data.license_name, data.license_link) == (
        "other", "mine-1", "https://x.y/z",
    )  # fmt: skip
    assert data.base_model is None  # a folder is no model of the Hub's
    assert "mine-1, as the base's card says: https://x.y/z" in card
    written = (run / "mixture/ssr/README.md").read_text()
    mixture = dataset_card(recipe, report, "ssr", written=written, rows=12)
    assert DatasetCard(mixture).data.license == "cc-by-4.0"


def test_a_dataset_card_goes_on_where_the_selection_ended(
    run: Path, known: tuple[Recipe, dict[str, Any]], tmp_path: Path
) -> None:
    recipe, report = known
    written = (run / "mixture/ssr/README.md").read_text()
    text = dataset_card(recipe, report, "ssr", written=written, rows=12)
    card = parsed(text, tmp_path, DatasetCard)
    assert card.data.size_categories == ["n<1K"]
    assert card.data.task_categories == ["text-generation"]
    assert card.data.configs[0]["data_files"] == [{"split": "train", "path": "train.parquet"}]
    assert "| `example_id` |" in card.text
    assert "self, then gold" in card.text
    again = dataset_card(recipe, report, "ssr", written=text, rows=12)
    assert again == text


@pytest.mark.slow
def test_a_report_leaves_the_cards_beside_what_they_describe(tmp_path: Path) -> None:
    run = publishable(tmp_path)
    recipe = yaml.safe_load((run / "recipe.yaml").read_text())
    (run / "recipe.yaml").write_text(yaml.safe_dump({**recipe, "model": {"id": "lab"}}))
    write_report(run / "recipe.yaml", (), run)
    for label in ("sft-seed0", "ssr-seed0", "ssr-seed1"):
        card = ModelCard.load(run / "models" / label / "README.md")
        assert card.data.license == "apache-2.0"
        assert f"# {label}" in card.text
    for method in ("sft", "ssr"):
        assert (
            "## Where it comes from"
            in DatasetCard.load(run / "mixture" / method / "README.md").text
        )
