"""Which modules of a model an adapter is put on, and whether it can be merged into them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import InputError
from ..recipe import Lora
from ..suggest import did_you_mean
from ._lora_config import first_line, key_at_fault, lora_config

if TYPE_CHECKING:
    from transformers import PreTrainedModel

WHERE = "train.lora.target_modules"
DROPOUT = "train.lora.dropout"
ALL_LINEAR = "all-linear"


def check_targets(lora: Lora, model: PreTrainedModel) -> None:
    """See that an adapter can be put where it is wanted, and merged afterwards.

    Args:
        model: may be without weights, on the meta device; an adapter is merged into it if all is
            well.

    Raises:
        InputError: a name matches nothing; an adapter is put on the output layer, which TRL's loss
            multiplies with past any adapter; embeddings that the output layer shares are changed
            in one place and not in the other, so that no merged model could be as it was trained;
            or PEFT has no such LoRA for modules of that kind.
    """
    from peft import get_peft_model

    names = [name for name, _ in model.named_modules() if name]
    matched = set(names) if lora.target_modules == ALL_LINEAR else _matched(lora, names, model)
    if lora.target_modules != ALL_LINEAR:
        _check_embeddings(model, matched)
    _check_saved(lora, names, model)
    _check_parameters(lora, model)
    config = lora_config(lora)
    try:
        adapted = get_peft_model(model, config)
    except (ValueError, TypeError, AttributeError, NotImplementedError, KeyError) as error:
        where = key_at_fault(lora, error)
        problem = f"PEFT has no such LoRA for this model: {first_line(error)}"
        remedy = "Change or remove it."
        if where == WHERE:
            remedy = _linear_hint(model)
        elif where == DROPOUT:
            remedy = "Set it to 0: experts that share one tensor can have no dropout of their own."
        raise InputError(where, problem, remedy) from error
    try:
        adapted.merge_and_unload()
    except (ValueError, TypeError, AttributeError, NotImplementedError, RuntimeError) as error:
        problem = f"PEFT cannot merge such an adapter: {first_line(error)}"
        raise InputError(key_at_fault(lora, error), problem, "Change or remove it.") from error


def _check_parameters(lora: Lora, model: PreTrainedModel) -> None:
    """See that tensors which get an adapter of their own, such as fused experts', are there."""
    names = [name for name, _ in model.named_parameters()]
    for wanted in lora.options.get("target_parameters") or ():
        if not any(name == wanted or name.endswith(f".{wanted}") for name in names):
            inner = dict.fromkeys(".".join(name.split(".")[-2:]) for name in names)
            hint = did_you_mean(str(wanted), inner) or "Name them by the end of their names."
            problem = f"the model has no parameter {wanted!r}"
            raise InputError("train.lora.target_parameters", problem, hint)


def _check_saved(lora: Lora, names: list[str], model: PreTrainedModel) -> None:
    """See that what is trained whole, modules or tokens' rows, is there and not half of a pair."""
    first, last = model.get_input_embeddings(), model.get_output_embeddings()
    shared = last is not None and first.weight is last.weight
    tied = lora.options.get("ensure_weight_tying") is True
    where = "train.lora.modules_to_save"
    for wanted in lora.options.get("modules_to_save") or ():
        matched = {name for name in names if name == wanted or name.endswith(f".{wanted}")}
        if not matched:
            parts = dict.fromkeys(name.split(".")[-1] for name in names)
            hint = did_you_mean(str(wanted), parts) or "Name modules by the end of their names."
            raise InputError(where, f"the model has no module {wanted!r}", hint)
        if (
            shared
            and not tied
            and any(model.get_submodule(one) in (first, last) for one in matched)
        ):
            problem = f"{wanted!r} shares its weights with the model's other end"
            remedy = "Leave it out, or set train.lora.ensure_weight_tying: true."
            raise InputError(where, problem, remedy)
    tokens = lora.options.get("trainable_token_indices")
    if tokens and (shared or (isinstance(tokens, dict) and set(tokens) != {"embed_tokens"})):
        problem = "TRL's loss cannot read an output layer of which some tokens are trained"
        if shared:
            problem += ", and this model's is its embedding"
        remedy = "Leave it out, or train the whole: train.lora.modules_to_save."
        raise InputError("train.lora.trainable_token_indices", problem, remedy)


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
