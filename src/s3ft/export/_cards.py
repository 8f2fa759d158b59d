"""The cards of a tuned model and of a mixture, with the Hub's metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..evaluate import BASE, TARGET, tuned
from ..recipe import Recipe, dump
from ..report import drops, result_rows
from ..stats import Estimate
from ..text import cell, count, duration, number, ranged, signed, signed_range
from ._terms import hub_id, short_name, terms_of

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

MORE = "\n## Where it comes from\n"
"""Where a mixture's card goes on behind what the selection wrote."""

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))


def model_card(
    recipe: Recipe, report: Mapping[str, Any], method: str, seed: int, *, name: str
) -> str:
    """The card of a tuned model: README.md of its folder, and of its repository on the Hub.

    What it was trained on, what it learned and forgot with intervals, how it was trained, and how
    to make it again; what was not measured is not there. Metadata name the base, the data and the
    license that the base's own card tells, as far as these are known and on the Hub.

    Args:
        report: as `s3ft.report.build` makes it.
        name: what the model is called: its repository, or ``s3ft-seed0``.
    """
    from huggingface_hub import ModelCardData

    assert recipe.model is not None, "only a model of a run that trains has a card"
    base, revision = recipe.model.id, _base_revision(report)
    terms = terms_of(base, "model", revision or recipe.model.revision)
    results = _eval_results(recipe, report, method, seed)
    data = ModelCardData(
        **terms.metadata(),
        base_model=hub_id(base),
        base_model_relation="finetune" if hub_id(base) else None,
        datasets=[known] if (known := hub_id(recipe.data.path)) else None,
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=["s3ft", "trl", "sft"],
        model_name=name if results else None,
        eval_results=results or None,
    )
    rows = [row for row in result_rows(report) if method in row.cells]
    others = [other for other in report["methods"] if any(other in row.cells for row in rows)]
    drop = drops(report)
    text = _templates.get_template("model_card.md.j2").render(
        name=name,
        recipe=recipe,
        report=report,
        method=method,
        seed=seed,
        columns=[BASE, *others] if rows else [],
        rows=rows,
        drops={column: drop[column][0] for column in others if column in drop},
        training=report["training"].get(tuned(method, seed)),
        mixture=report["mixture"].get(method),
        revision=revision,
        terms=terms,
        **_shared(recipe, report),
    )
    return f"---\n{data.to_yaml()}\n---\n{text}"


def dataset_card(
    recipe: Recipe, report: Mapping[str, Any], method: str, *, written: str, rows: int
) -> str:
    """The card of a mixture: what the selection wrote, with license, size, origin and recipe.

    Args:
        written: the text of the card that lies with the mixture.
        rows: of the mixture.
    """
    from huggingface_hub import DatasetCard, DatasetCardData

    card = DatasetCard(written, ignore_metadata_errors=True)
    source, revision = hub_id(recipe.data.path), _base_revision(report)
    terms = terms_of(recipe.data.path, "dataset", recipe.data.revision)
    known: dict[str, Any] = {
        **vars(card.data),
        **terms.metadata(),
        "size_categories": [next((name for most, name in _SIZES if rows < most), "n>1M")],
        "task_categories": ["text-generation"],
        "source_datasets": [source] if source else None,
        "pretty_name": f"{short_name(recipe.data.path)}, {method}",
    }
    data = DatasetCardData(**known)
    said = card.text.partition(MORE)[0].rstrip("\n")
    more = _templates.get_template("dataset_card.md.j2").render(
        recipe=recipe,
        report=report,
        method=method,
        revision=revision,
        terms=terms,
        **_shared(recipe, report),
    )
    return f"---\n{data.to_yaml()}\n---\n{said}\n{MORE}{more}"


def _shared(recipe: Recipe, report: Mapping[str, Any]) -> dict[str, Any]:
    environment = report["environment"] or {}
    return {
        "base": BASE,
        "target": TARGET,
        "model_name": short_name(recipe.model.id) if recipe.model else recipe.generator,
        "data_name": short_name(recipe.data.path),
        "versions": environment.get("packages", {}),
        "python": environment.get("python"),
        "settings": dump(recipe.model_dump(mode="json", exclude_defaults=True)),
    }


def _base_revision(report: Mapping[str, Any]) -> str | None:
    revision: str | None = ((report["environment"] or {}).get("model") or {}).get("revision")
    return revision


def _eval_results(
    recipe: Recipe, report: Mapping[str, Any], method: str, seed: int
) -> list[EvalResult]:
    """One seed's scores, as the Hub's model index takes them."""
    from huggingface_hub import EvalResult

    result = report["results"][method]
    found = []
    target = (result["target"] or {}).get("seeds", {}).get(str(seed))
    if target is not None:
        found.append(
            EvalResult(
                task_type="text-generation",
                dataset_type=short_name(recipe.data.path),
                dataset_name=f"{short_name(recipe.data.path)} (the task it was tuned for)",
                dataset_config=recipe.data.name,
                dataset_split=recipe.data.test if hub_id(recipe.data.path) else None,
                dataset_revision=recipe.data.revision,
                metric_type="accuracy",
                metric_name=f"% right by the judge {recipe.judge.name}",
                metric_value=round(target, 2),
            )
        )
    for name, score in result["benchmarks"].items():
        value = (score or {}).get("seeds", {}).get(str(seed))
        if value is not None:
            metric = report["benchmarks"][name]["metric"]
            found.append(
                EvalResult(
                    task_type="text-generation",
                    dataset_type=name,
                    dataset_name=f"{name} (lm-evaluation-harness)",
                    metric_type=metric,
                    metric_name=f"{metric}, %",
                    metric_value=round(value, 2),
                )
            )
    return found


def _change(value: Estimate | float | None) -> str:
    return signed_range(value) if isinstance(value, Estimate) else signed(value)


def _drop(value: Estimate | float) -> str:
    return ranged(value) if isinstance(value, Estimate) else number(value)


_templates = Environment(
    loader=PackageLoader("s3ft.export", "."),
    autoescape=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_templates.filters |= {
    "cell": cell,
    "change": _change,
    "count": count,
    "drop": _drop,
    "duration": duration,
    "number": number,
}
