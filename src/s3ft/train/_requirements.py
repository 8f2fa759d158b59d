"""What a training needs that is not the recipe's to set: a model that can be trained, packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from ..models import other_senses, quantised
from ..recipe import Model, Train

if TYPE_CHECKING:
    from transformers import PretrainedConfig
    from trl import SFTConfig


def check_trainable(model: Model, config: Train, architecture: PretrainedConfig) -> None:
    """See that it is a model of text alone, stored as it is, and packed only under an adapter.

    Raises:
        InputError: it is not.
    """
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    senses = other_senses(architecture)
    if senses:
        name = (architecture.architectures or [architecture.model_type])[0]
        text = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(architecture.model_type)
        remedy = "Choose a model of text alone."
        if text not in (None, name):
            remedy += (
                f" Or make one of its {text}: AutoModelForCausalLM.from_pretrained(id)"
                ".save_pretrained(folder), its tokenizer too."
            )
        problem = f"{model.id} is multimodal ({name}, with {', '.join(senses)}), and only text"
        raise InputError("model.id", f"{problem} models can be trained here", remedy)
    if (method := quantised(architecture)) is not None:
        problem = f"{model.id} is quantised ({method}), and can be asked and measured, not trained"
        remedy = (
            "Give the model that is not quantised (model.quantization packs it when it is loaded), "
            "or a GGUF file of it, which is dequantised: a "
            "tuned model has its adapter merged into its weights, and with packed ones that rounds "
            "the tuning away or cannot be done."
        )
        raise InputError("model.id", problem, remedy)
    if model.quantization is not None and config.lora is None:
        problem = "packed weights cannot be trained, an adapter on them can"
        raise InputError("model.quantization", problem, "Set train.lora, or leave it out.")


def check_packages(args: SFTConfig) -> None:
    """See that what the settings name is installed, and that there is a token where one is needed.

    Raises:
        InputError: something is missing.
    """
    from huggingface_hub import constants, get_token
    from transformers.integrations.integration_utils import get_reporting_integration_callbacks
    from transformers.utils import is_liger_kernel_available

    try:
        for reporter in get_reporting_integration_callbacks(args.report_to):
            reporter()
    except (ValueError, RuntimeError, ImportError) as error:
        remedy = "Install that package, or set train.args.report_to: none."
        raise InputError("train.args.report_to", str(error), remedy) from error
    if args.use_liger_kernel and not is_liger_kernel_available():
        remedy = "Run `pip install liger-kernel`, or leave it out."
        raise InputError("train.args.use_liger_kernel", "liger-kernel is not installed", remedy)
    if args.push_to_hub and (constants.HF_HUB_OFFLINE or get_token() is None):
        problem = "HF_HUB_OFFLINE is set" if get_token() else "there is no token of the Hub"
        remedy = "Run `hf auth login` or set HF_TOKEN, or leave it out and push the model later."
        raise InputError("train.args.push_to_hub", problem, remedy)
