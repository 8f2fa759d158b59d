"""One message for all that can be wrong with a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import InputError, RunError
from ..quiet import only_errors
from ..recipe import Model
from ._memory import is_out_of_memory


@contextmanager
def explained(config: Model, what: str, remedy: str) -> Iterator[None]:
    """Turn what transformers raises about a model into one message.

    Raises:
        InputError: the model cannot be loaded.
        RunError: it does not fit into memory.
    """
    from safetensors import SafetensorError

    expected = (OSError, ValueError, LookupError, ImportError, TypeError, AttributeError)
    try:
        with only_errors("transformers", "huggingface_hub"):  # the message says what they would
            yield
    except (*expected, RuntimeError, MemoryError, SafetensorError) as error:
        if is_out_of_memory(error):
            remedy = "Close what else uses it, take a smaller model, or set model.dtype: bfloat16."
            raise RunError(f"{config.id} does not fit into memory ({error})\n  {remedy}") from error
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        if "trust_remote_code" in str(error):
            raise InputError(
                "model.id",
                f"{config.id} needs code that comes with it",
                "Read that code; if you trust it, set model.trust_remote_code: true.",
            ) from error
        if not Path(config.id).exists():
            at = f" at revision {config.revision}" if config.revision else ""
            remedy = (
                "Check the id and your connection; private models need HF_TOKEN; offline, only "
                "what was downloaded before is there. Or give a local folder; for a repository of "
                "GGUF files, set model.gguf_file."
            )
            what = f"{what} from the Hub{at}"
        raise InputError(
            "model.id", f"{config.id}: cannot load {what}: {reason}", remedy
        ) from error
