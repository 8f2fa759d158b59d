"""PEFT's configuration of an adapter, made of the recipe's keys."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..recipe import Lora
from ..suggest import did_you_mean

if TYPE_CHECKING:
    from peft import LoraConfig

_OURS = "it is set for every training"
_CHANGES_BASE = "it changes the base's weights before training, and the adapter is merged into them"
_NO_MERGE = "such an adapter cannot be merged into its base's weights"
_WITH = "they belong to an initialisation of init_lora_weights that cannot be had here"

RESERVED_LORA: dict[str, str] = {
    "task_type": _OURS,
    "peft_type": _OURS,
    "peft_version": _OURS,
    "auto_mapping": _OURS,
    "inference_mode": _OURS,
    "base_model_name_or_path": "set model.id",
    "revision": "set model.revision",
    "layer_replication": "the tuned model would have other layers than its base",
    "alora_invocation_tokens": _NO_MERGE,
    "arrow_config": _NO_MERGE,
    "loftq_config": _WITH,
    "eva_config": _WITH,
    "corda_config": _WITH,
    "lora_ga_config": _WITH,
    "kasa_config": _CHANGES_BASE,
    "use_qalora": "it is of bases that are quantised with GPTQ",
    "qalora_group_size": "it is of bases that are quantised with GPTQ",
    "megatron_config": "the model is loaded by transformers, not by Megatron",
    "megatron_core": "the model is loaded by transformers, not by Megatron",
    "runtime_config": "it says how a training is computed, and is kept in no file",
}
"""What `train.lora` may not set, and why."""

_INITIALISATIONS = {
    "pissa": _CHANGES_BASE,
    "olora": _CHANGES_BASE,
    "corda": _CHANGES_BASE,
    "loftq": _CHANGES_BASE,
    "lora_ga": _CHANGES_BASE,
    "eva": "it needs a look at the data before training",
}
"""Values of ``init_lora_weights``, by how they begin, that cannot be had, and why."""


def lora_config(lora: Lora) -> LoraConfig:
    """PEFT's configuration. The recipe's defaults are the paper's (S3FT, arXiv 2502.08130): r 8,
    alpha 16, dropout 0.1.

    Raises:
        InputError: LoraConfig has no such key, it is not the recipe's to set, or its value is
            refused.
    """
    from peft import LoraConfig

    _check_options(lora.options, [field.name for field in fields(LoraConfig) if field.init])
    try:
        return LoraConfig(
            r=lora.r,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            target_modules=lora.target_modules,
            task_type="CAUSAL_LM",
            **deepcopy(lora.options),  # PEFT adds to some of them
        )
    except (TypeError, ValueError, ImportError, AttributeError) as error:
        problem = f"PEFT's LoraConfig refuses it: {first_line(error)}"
        raise InputError(key_at_fault(lora, error), problem, "Change or remove it.") from error


def _check_options(options: dict[str, Any], known: list[str]) -> None:
    for key, value in options.items():
        where = f"train.lora.{key}"
        if key in RESERVED_LORA:
            raise InputError(where, f"cannot be set here: {RESERVED_LORA[key]}", "Remove it.")
        if key not in known:
            hint = did_you_mean(key, (*Lora.model_fields, *known))
            remedy = hint or "See PEFT's LoraConfig for what is."
            raise InputError(where, "is not an option of PEFT's LoraConfig", remedy)
        if key == "init_lora_weights":
            for name, reason in _INITIALISATIONS.items():
                if str(value).lower().startswith(name):
                    remedy = "Leave it out, or use gaussian or orthogonal."
                    raise InputError(where, f"{value} cannot be had: {reason}", remedy)


def first_line(error: Exception) -> str:
    """What a library says, in one line."""
    text = str(error)
    return text.splitlines()[0] if text else type(error).__name__


def key_at_fault(lora: Lora, error: Exception) -> str:
    """Where the recipe says what PEFT refuses: the key that it names, else the only one there is
    beside the usual ones, else where the adapter is put."""
    text = str(error)
    given = {"dropout": "lora_dropout", "alpha": "lora_alpha"}
    given |= {key: key for key in lora.options}
    named = [key for key, name in given.items() if re.search(rf"\b{name}\b", text)]
    [*others] = lora.options
    key = named[0] if named else others[0] if len(others) == 1 else "target_modules"
    return f"train.lora.{key}"
