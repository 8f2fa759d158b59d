"""TRL's trainer, made the same for a training and for its rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ..errors import InputError
from ..models import load_tokenizer
from ..recipe import Model, Train
from ._args import blamed
from ._lora import lora_config

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, TrainerCallback
    from trl import SFTConfig, SFTTrainer

Trainer = TypeVar("Trainer", bound="SFTTrainer")


def make_trainer(
    kind: type[Trainer],
    weights: PreTrainedModel,
    model: Model,
    config: Train,
    args: SFTConfig,
    dataset: Dataset,
    callbacks: list[TrainerCallback],
) -> Trainer:
    """Put model, adapter, settings and rows together.

    Raises:
        InputError: they do not go together.
    """
    tokenizer = load_tokenizer(model)
    if tokenizer.pad_token is None and tokenizer.eos_token is None:
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(0)  # masked, so that any will do
    try:
        trainer: Trainer = kind(
            model=weights,
            args=args,
            train_dataset=dataset,
            processing_class=tokenizer,
            peft_config=lora_config(config.lora) if config.lora else None,
            callbacks=callbacks,
        )
    except (ValueError, TypeError, ImportError, NotImplementedError) as error:
        raise refused(config, error) from error
    return trainer


def refused(config: Train, error: Exception) -> InputError:
    """What TRL's trainer says to settings that it cannot have."""
    problem = f"TRL's SFTTrainer refuses it: {str(error).splitlines()[0]}"
    remedy = "Change or remove it; the settings are those of TRL's SFTConfig."
    return InputError(blamed(config, error), problem, remedy)
