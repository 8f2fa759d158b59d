"""A run's mixtures for other trainers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ..embedded import embedded
from ..errors import InputError, S3FTError
from ..export import (
    ChatFacts,
    Exported,
    Training,
    chat_facts,
    check_format,
    check_free,
    count_rows,
    write_export,
)
from ..packages import require
from ..recipe import Model, Recipe, Train, load
from ..store import reading
from ..train import IGNORED, length_limit, max_steps, tokenize
from .rundir import RECIPE, STORE, read_sweep
from .selection import full_size, read_mixture


def export_mixture(run: Path, method: str, format: str, out: Path | None = None) -> Exported:
    """Write a method's mixture in another format, with configurations that train it elsewhere.

    Args:
        run: the run's directory.
        format: one of `s3ft.export.FORMATS`.
        out: the folder to write; default: ``<run>/export/<method>-<format>``.

    Raises:
        InputError: there is no such run or mixture, the format cannot hold a row, or ``out`` is
            something else already. Nothing is written.
    """
    known, recipe = check_format(format), run_recipe(run)
    mixture = the_mixture(run, recipe, method)
    folder = out or run / "export" / f"{method}-{known}"
    check_free(folder)
    train = train_of(run, recipe, method)
    counted = count_rows(mixture, train.reasoning, known)
    with reading(run / STORE) as store:
        steps = max_steps(full_size(store), train)
    training = None
    if recipe.model is not None:
        model, revision = named_model(run, recipe.model)
        training = Training(
            name=method,
            model=model,
            revision=revision,
            settings=recipe.model,
            train=train,
            steps=steps,
            seed=recipe.seeds[0],
            chat=_chat_facts(recipe.model),
        )
    return write_export(
        mixture,
        known,
        folder,
        counted=counted,
        reasoning=train.reasoning,
        training=training,
        ids=_ids(mixture, recipe, train) if known == "ids" else (),
    )


def _ids(mixture: Path, recipe: Recipe, train: Train) -> Iterator[dict[str, list[int]]]:
    """The rows of a mixture as token ids, with the label -100 where a token is not trained.

    Raises:
        InputError: there is no model whose tokenizer could make them, or as `tokenize`.
    """
    if recipe.model is None:
        raise InputError("model", "is required: its tokenizer makes the ids", "Name the model.")
    require(["train"], "to make token ids")
    from ..models import load_chat

    chat = load_chat(recipe.model)
    limit = length_limit(recipe.model, chat, train.max_length)
    rows = tokenize(read_mixture(mixture), chat, limit, train.reasoning)

    def labelled(row: dict[str, list[int]]) -> dict[str, list[int]]:
        ids = row["input_ids"]
        trained = zip(ids, row["completion_mask"], strict=True)
        labels = [id if counts else IGNORED for id, counts in trained]
        return {"input_ids": ids, "labels": labels, "attention_mask": [1] * len(ids)}

    return map(labelled, rows)


def run_recipe(run: Path) -> Recipe:
    """The recipe of a run.

    Raises:
        InputError: there is no run.
    """
    if not (run / RECIPE).is_file() or not (run / STORE).is_file():
        raise InputError(str(run), "there is no run here", "Name a run's directory.")
    return load(run / RECIPE)


def the_mixture(run: Path, recipe: Recipe, method: str) -> Path:
    """The folder of a method's mixture.

    Raises:
        InputError: there is none; it names those that there are.
    """
    folder = run / "mixture" / method
    if method in recipe.methods and folder.is_dir():
        return folder
    known = [name for name in recipe.methods if (run / "mixture" / name).is_dir()]
    remedy = f"There are: {', '.join(known)}." if known else "Make them first: s3ft select."
    raise InputError(str(run), f"there is no mixture of {method!r}", remedy)


def train_of(run: Path, recipe: Recipe, method: str) -> Train:
    """How a method is trained: by the recipe, at the point that a sweep chose for it."""
    swept = read_sweep(run)
    return recipe.train_at(swept["chosen"][method]) if swept else recipe.train


def named_model(run: Path, model: Model) -> tuple[str, str | None]:
    """The base as other tools name it: a folder's full path, or a Hub id with its revision.

    Raises:
        InputError: a GGUF file or an adapter that is no longer there.
    """
    if (world := embedded(model.id)) is not None:
        return str(world.MODEL), None
    place = Path(model.id).expanduser()
    if not place.exists() and model.gguf_file is None:
        return model.id, base_revision(run) or model.revision
    if (place / "config.json").exists() and model.gguf_file is None:
        return str(place.absolute()), None
    from ..models import resolve

    return resolve(model).id, None  # the ordinary folder that was made of it


def base_revision(run: Path) -> str | None:
    """The commit of the base that answered; None where it is of no repository."""
    file = run / "environment.json"
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    revision: str | None = (told.get("model") or {}).get("revision")
    return revision


def _chat_facts(model: Model) -> ChatFacts | None:
    """What is known of the model's chat format; None where its tokenizer is not at hand."""
    try:
        from ..models import load_chat

        return chat_facts(load_chat(model))
    except (S3FTError, ImportError):
        return None
