"""Supervised fine-tuning on targets: TRL's SFTTrainer on exact token ids.

    dataset = rows(targets, chat, length_limit(model, chat, config.max_length))
    trained = train(dataset, model=model, config=config, seed=0, out=folder, fingerprint=identity,
                    steps=budget(number_of_examples, config))

The loss is that of plain SFTTrainer on the same prompts and completions, step by step, but for
what a template writes after the stop token (Qwen's newline, Phi's end of text): TRL trains on it,
although no model ever produces it, and here it is left out.
"""

from ._args import budget, check_config
from ._checkpoints import PARTIAL
from ._fit import time_steps
from ._probe import Probe
from ._rehearse import Step, rehearse
from ._rows import completion_ids, length_limit, rows, trained_reasoning
from ._train import Trained, train

__all__ = [
    "PARTIAL",
    "Probe",
    "Step",
    "Trained",
    "budget",
    "check_config",
    "completion_ids",
    "length_limit",
    "rehearse",
    "rows",
    "time_steps",
    "train",
    "trained_reasoning",
]
