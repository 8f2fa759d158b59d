"""Supervised fine-tuning on targets: TRL's SFTTrainer on exact token ids.

    dataset = tokenize(targets, chat, length_limit(model, chat, config.max_length))
    trained = train(dataset, model=model, config=config, seed=0, out=folder, fingerprint=identity,
                    steps=max_steps(number_of_examples, config))

The loss is that of plain SFTTrainer on the same prompts and completions, step by step, but for
what a template writes after the stop token (Qwen's newline, Phi's end of text): TRL trains on it,
although no model ever produces it, and here it is left out.
"""

from ._args import RESERVED_ARGS, check_config, max_steps, sft_config
from ._checkpoints import PARTIAL_SUFFIX, kept_models, kept_steps, last_checkpoint
from ._dry_run import DryRun, dry_run
from ._fit import seconds_per_step
from ._lora_config import lora_config
from ._micro_batch import largest_micro_batch
from ._probe import Probe
from ._tokenize import IGNORED, completion_ids, length_limit, reasoning_to_train, tokenize
from ._trackers import report_figures, reports
from ._train import CHECKPOINTS, TrainedModel, train

__all__ = [
    "CHECKPOINTS",
    "IGNORED",
    "PARTIAL_SUFFIX",
    "RESERVED_ARGS",
    "DryRun",
    "Probe",
    "TrainedModel",
    "check_config",
    "completion_ids",
    "dry_run",
    "kept_models",
    "kept_steps",
    "largest_micro_batch",
    "last_checkpoint",
    "length_limit",
    "lora_config",
    "max_steps",
    "reasoning_to_train",
    "report_figures",
    "reports",
    "seconds_per_step",
    "sft_config",
    "tokenize",
    "train",
]
