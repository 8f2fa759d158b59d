"""Reports that libraries send of their use: off, unless the user's environment says otherwise."""

from __future__ import annotations

import os

OFF = {
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, and through it transformers and TRL
    "VLLM_NO_USAGE_STATS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "GRADIO_ANALYTICS_ENABLED": "False",  # under trackio
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "WANDB_ERROR_REPORTING": "false",
}
"""Each library's own variable, read when it is imported, here and in processes that are started."""


def switch_off() -> None:
    """Set what the user has not set; the general `DO_NOT_TRACK` is left to them."""
    for name, value in OFF.items():
        os.environ.setdefault(name, value)
