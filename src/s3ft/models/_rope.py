"""Rotary positions that a GGUF file stretches, which transformers does not read from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError

if TYPE_CHECKING:
    from gguf import GGUFReader
    from transformers import PretrainedConfig

_LLAMA3 = {
    "rope_type": "llama3",
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
"""What all of Llama 3.1 to 3.3 have; the factor is the largest number in ``rope_freqs``."""

_TOLERANCE = 1e-3


def set_rope(file: Path, reader: GGUFReader, config: PretrainedConfig) -> None:
    """Give a configuration the stretched positions that its file states.

    transformers reads the base of the rotation from most files and nothing else: Llama 3's scaling
    (in the tensor ``rope_freqs``) and ``rope.scaling`` would be lost without a word, and the model
    would be another.

    Raises:
        InputError: they are stretched in a way that cannot be told from the file.
    """
    architecture = reader.fields["general.architecture"].contents()
    stated = {
        key.removeprefix(f"{architecture}.rope.scaling."): field.contents()
        for key, field in reader.fields.items()
        if key.startswith(f"{architecture}.rope.scaling.")
    }
    factors = {tensor.name: tensor for tensor in reader.tensors if tensor.name.startswith("rope_")}
    parameters = getattr(config, "rope_parameters", None) or {}
    # Where kinds of layers have positions of their own, the local ones are not stretched.
    own = parameters.get("full_attention", parameters)
    kind = stated.get("type", "none")
    if own.get("rope_type", "default") != "default":
        return  # transformers read it
    if list(factors) == ["rope_freqs.weight"] and own is parameters and own:
        numbers = factors["rope_freqs.weight"].data
        own |= {**_LLAMA3, "factor": float(numbers.max())}
        if _divides_by(numbers, config):
            return
    elif not factors and kind == "none":
        return
    elif not factors and kind in ("linear", "yarn") and own:
        own |= {"rope_type": kind, "factor": float(stated["factor"])}
        if kind == "yarn":
            own["original_max_position_embeddings"] = stated["original_context_length"]
        return
    how = ", ".join([*factors, *([] if kind == "none" else [f"rope.scaling.type {kind}"])])
    problem = f"{file} stretches positions ({how}), which transformers does not read from it"
    raise InputError("model.id", problem, "Give the model's ordinary folder or its Hub id.")


def _divides_by(numbers: Any, config: PretrainedConfig) -> bool:
    """Whether a configuration divides the frequencies by the file's numbers."""
    import torch
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    frequencies, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    theta, count = config.rope_parameters["rope_theta"], len(frequencies)
    if len(numbers) != count:
        return False
    plain = theta ** -(torch.arange(count, dtype=torch.float64) / count)
    ratio = plain / frequencies.double() / torch.from_numpy(numbers.astype("float64"))
    return bool(((ratio - 1).abs() < _TOLERANCE).all())
