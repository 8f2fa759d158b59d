"""TRL's trainer, made the same for a training and for its dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ..errors import InputError
from ..models import load_tokenizer
from ..recipe import Model, Train
from ._args import key_at_fault
from ._lora_config import lora_config

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

    Args:
        kind: the class of the trainer.
        weights: the base, on the device where it is trained (or meta); LoRA's float32 adapter is
            added to it, whatever its dtype.
        dataset: what `tokenize` made. TRL's collator pads ``input_ids`` on the right to (rows,
            longest), int64, and makes of ``completion_mask`` the ``labels`` of the same shape: the
            id where the mask is 1, -100 elsewhere, so that the loss is the mean over completion
            tokens alone.

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
        raise trainer_error(config, error) from error
    if model.quantization is not None:
        # TRL casts an adapter on packed weights to bf16, in which small updates are lost.
        for parameter in trainer.model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()
    return trainer


def trainer_error(config: Train, error: Exception) -> InputError:
    """What TRL's trainer says to settings that it cannot have."""
    problem = f"TRL's SFTTrainer refuses it: {str(error).splitlines()[0]}"
    remedy = "Change or remove it; the settings are those of TRL's SFTConfig."
    return InputError(key_at_fault(config, error), problem, remedy)
