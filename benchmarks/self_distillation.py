"""On-policy self-distillation by TRL, a rival: it trains and measures where `s3ft run` would.

    python benchmarks/self_distillation.py [--teacher base|ema] run RECIPE --out DIR

TRL's SDFTTrainer (Self-Distillation Enables Continual Learning, arXiv 2601.19897): the student
answers each prompt at temperature 1, one answer a prompt and pass; the teacher, the base or a
running mean of the student, has the gold in view and says of every token what it would have
written. Data, steps, batch, optimiser, LoRA and the measuring are the recipe's, the rest TRL's
defaults. The results stand in DIR as those of the recipe's methods, so that `headline` takes them
as a variant's. A model that was trained is not trained again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from _other_models import measure, write

import s3ft
from s3ft.atomic import atomic_text
from s3ft.data import read
from s3ft.errors import S3FTError
from s3ft.evaluate import BASE, tuned
from s3ft.models import load_merged, load_model, load_tokenizer, resolve
from s3ft.recipe import Recipe, load
from s3ft.store import Spent, Store
from s3ft.train import lora_config, max_steps, sft_config

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel
    from trl.experimental.sdft import SDFTConfig

PROMPT = Path(s3ft.__file__).parent / "prompts" / "rewrite.j2"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--teacher", choices=["base", "ema"], default="base")
    add("--prompt", type=Path, default=PROMPT, help="shows the teacher question and gold (Jinja)")
    add("until", choices=["run"])
    add("recipe", type=Path)
    add("--out", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        compare(load(arguments.recipe), arguments)
    except S3FTError as error:
        print(f"self_distillation: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def compare(recipe: Recipe, arguments: argparse.Namespace) -> None:
    """Train a model for each seed, and write down what was measured of all and of the base."""
    out: Path = arguments.out
    assert recipe.model is not None
    [method] = recipe.methods
    out.mkdir(parents=True, exist_ok=True)
    atomic_text(out / "recipe.yaml", recipe.to_yaml())
    measure(recipe, out / "measured" / BASE)
    _take(out, BASE)
    for seed in recipe.seeds:
        label = tuned(method, seed)
        model = out / "models" / label
        if not model.exists():
            write(train(recipe, seed, arguments), recipe.model, model)
        measure(recipe, out / "measured" / label, model)
        _take(out, label)


def _take(out: Path, label: str) -> None:
    """Take over the scores of a run that measured one model."""
    with (
        Store(out / "measured" / label / "run.sqlite") as measured,
        Store(out / "run.sqlite") as store,
    ):
        if label not in {score.model for score in store.scores()}:
            found = [score._replace(model=label) for score in measured.scores()]
            store.add_scores(found, Spent("score", label, len(found), 0, 0.0))


def train(recipe: Recipe, seed: int, arguments: argparse.Namespace) -> PreTrainedModel:
    """The tuned model, whole."""
    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
    from trl.experimental.sdft import SDFTTrainer

    assert recipe.model is not None
    lora = recipe.train.lora
    rows = _rows(recipe)
    with tempfile.TemporaryDirectory() as folder:
        dtype = "auto" if lora is not None else "float32"
        trainer = SDFTTrainer(
            model=load_model(recipe.model.model_copy(update={"dtype": dtype})),
            args=_config(recipe, len(rows), seed, folder, arguments),
            train_dataset=rows,
            processing_class=load_tokenizer(recipe.model),
            peft_config=lora and lora_config(lora),
        )
        for parameter in trainer.model.parameters():
            if parameter.requires_grad:  # in float32, as s3ft trains them
                parameter.data = parameter.data.float()
        trainer.train()
        trainer.model.save_pretrained(folder)
        if lora is not None:
            return load_merged(resolve(recipe.model), Path(folder))
        return trainer.model


def _rows(recipe: Recipe) -> Dataset:
    from datasets import Dataset

    return Dataset.from_list(
        [
            {"prompt": list(map(dict, row.prompt)), "privileged_context": row.completion}
            for row in read(recipe.data, "train")
        ]
    )


def _config(
    recipe: Recipe, rows: int, seed: int, folder: str, arguments: argparse.Namespace
) -> SDFTConfig:
    """Of TrainingArguments what s3ft's own training has; of the method TRL's defaults."""
    from transformers import TrainingArguments
    from trl.experimental.sdft import SDFTConfig

    assert recipe.model is not None
    steps = max_steps(rows, recipe.train)
    args = sft_config(
        recipe.train, recipe.model, max_steps=steps, seed=seed, out=Path(folder), silent=True
    )
    shared: dict[str, Any] = {
        field.name: getattr(args, field.name) for field in fields(TrainingArguments) if field.init
    }
    shared |= {"save_strategy": "no", "include_num_input_tokens_seen": "no"}
    template = jinja2.Template(arguments.prompt.read_text(encoding="utf-8"))
    return SDFTConfig(
        **shared,
        num_generations=1,
        max_completion_length=recipe.generate.max_new_tokens,
        max_prompt_length=None,
        teacher_model_kind=arguments.teacher,
        teacher_prompt_template=template.render(question="{prompt}", gold="{privileged_context}"),
    )


if __name__ == "__main__":
    sys.exit(main())
