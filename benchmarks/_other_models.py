"""Models that s3ft did not train, measured as those of a run are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import s3ft
from s3ft.atomic import atomic_folder
from s3ft.models import kept_files, load_config
from s3ft.recipe import Model, Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def write(model: PreTrainedModel, base: Model, out: Path) -> None:
    """Write a whole model in its base's precision, with its tokenizer, template and stop tokens."""
    model.to(load_config(base).dtype)
    with atomic_folder(out) as partial:
        model.save_pretrained(partial)
        for source, place in kept_files(base):
            (partial / place).parent.mkdir(exist_ok=True)
            shutil.copyfile(source, partial / place)


def of_folder(base: Model, model: Path) -> Model:
    """A model in a folder, loaded as the base is but for its form and version."""
    form = {"gguf_file": None, "revision": None, "quantization": None}
    return base.model_copy(update={"id": str(model.resolve()), **form})


def measure(recipe: Recipe, out: Path, model: Path | None = None) -> None:
    """Measure a model, or the recipe's own, as the base of a run that trains nothing."""
    changes: dict[str, Any] = {
        "methods": [],
        "sweep": {},
        "evaluate": {**recipe.evaluate.model_dump(mode="json"), "likelihoods": 0, "drift": 0},
    }
    if model is not None:
        assert recipe.model is not None
        changes["model"] = of_folder(recipe.model, model).model_dump(mode="json")
    s3ft.run({**recipe.model_dump(mode="json"), **changes}, out=out)
