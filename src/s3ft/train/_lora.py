"""The adapter: PEFT's configuration, and which modules of a model it can be put on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import InputError
from ..recipe import Lora
from ..suggest import did_you_mean

if TYPE_CHECKING:
    from peft import LoraConfig
    from transformers import PreTrainedModel

WHERE = "train.lora.target_modules"
ALL_LINEAR = "all-linear"


def lora_config(lora: Lora) -> LoraConfig:
    """PEFT's configuration. The recipe's defaults are the paper's (S3FT, arXiv 2502.08130): r 8,
    alpha 16, dropout 0.1."""
    from peft import LoraConfig

    return LoraConfig(
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.target_modules,
        task_type="CAUSAL_LM",
    )


def check_targets(lora: Lora, model: PreTrainedModel) -> None:
    """See that an adapter can be put where it is wanted, and merged afterwards.

    Args:
        model: may be without weights, on the meta device; it is given an adapter if all is well.

    Raises:
        InputError: a name matches nothing; it is the output layer, which TRL's loss multiplies with
            past any adapter; it is an embedding that shares its weights with the output layer, so
            that a merged model could not have the one changed and the other not; or PEFT has no
            LoRA for modules of that kind.
    """
    from peft import get_peft_model

    names = [name for name, _ in model.named_modules() if name]
    matched = set(names) if lora.target_modules == ALL_LINEAR else _matched(lora, names, model)
    if lora.target_modules != ALL_LINEAR:
        _check_embeddings(model, matched)
    try:
        get_peft_model(model, lora_config(lora))
    except (ValueError, TypeError, AttributeError, NotImplementedError) as error:
        problem = f"PEFT has no LoRA for them in this model: {str(error).splitlines()[0]}"
        raise InputError(WHERE, problem, _linear_hint(model)) from error


def _matched(lora: Lora, names: list[str], model: PreTrainedModel) -> set[str]:
    """The modules that are named, by the end of their name or by a pattern for the whole."""
    targets = lora.target_modules
    if isinstance(targets, str):
        try:
            found = {name for name in names if re.fullmatch(targets, name)}
        except re.error as error:
            raise InputError(WHERE, f"{targets!r} is no pattern: {error}", "Give a list.") from None
        if not found:
            problem = f"{targets!r} is a pattern that matches the whole name of no module"
            is_name = any(name.split(".")[-1] == targets for name in names)
            remedy = f"Write [{targets}]." if is_name else _suggestion(targets, model)
            raise InputError(WHERE, problem, remedy)
        return found
    found = set()
    for target in targets:
        here = {name for name in names if name == target or name.endswith(f".{target}")}
        if not here:
            raise InputError(
                WHERE, f"the model has no module {target!r}", _suggestion(target, model)
            )
        found |= here
    return found


def _check_embeddings(model: PreTrainedModel, matched: set[str]) -> None:
    first, last = model.get_input_embeddings(), model.get_output_embeddings()
    for name, module in model.named_modules():
        if name not in matched:
            continue
        if module is last:
            problem = f"{name!r} is the output layer, whose adapter TRL would leave untrained"
            raise InputError(WHERE, problem, "Leave it out, or train all weights: train.lora=null.")
        if module is first and last is not None and first.weight is last.weight:
            problem = f"{name!r} shares its weights with the output layer: they cannot be merged"
            raise InputError(WHERE, problem, "Leave it out, or train all weights: train.lora=null.")


def _suggestion(target: str, model: PreTrainedModel) -> str:
    return did_you_mean(target.split(".")[-1], _linear_names(model)) or _linear_hint(model)


def _linear_hint(model: PreTrainedModel) -> str:
    return f"Use {ALL_LINEAR}, or some of {', '.join(_linear_names(model))}."


def _linear_names(model: PreTrainedModel) -> list[str]:
    """The last parts of the names of all linear layers but the output, each once."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    last = model.get_output_embeddings()
    return list(
        dict.fromkeys(
            name.split(".")[-1]
            for name, module in model.named_modules()
            if isinstance(module, (Linear, Conv1D)) and module is not last
        )
    )
