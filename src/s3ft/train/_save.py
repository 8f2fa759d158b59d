"""What training leaves: the whole model and, of LoRA, the adapter, as safetensors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from ..models import is_ordinary_copy, kept_files, load_merged, resolve
from ..recipe import Model


def save(trained: Path, base: Model, out: Path, *, lora: bool) -> None:
    """Write the model in ``trained``, an adapter or full weights in float32, to ``out``.

    ``out`` is a model folder like the base's: same precision, and all files of the base's that are
    not about its weights, as they are; its chat template is that which it was trained with. An
    adapter is kept in ``out/adapter`` and merged into the base's weights as they are stored, not as
    they were cast for training. Its product is added in float32 and the sum rounded once.
    """
    from transformers import AutoModelForCausalLM

    config = resolve(base)
    trust: dict[str, Any] = {"trust_remote_code": config.trust_remote_code, "use_safetensors": True}
    if lora:
        (out / "adapter").mkdir(parents=True)
        for name in ("adapter_model.safetensors", "adapter_config.json"):
            shutil.copy(trained / name, out / "adapter" / name)
        if is_ordinary_copy(Path(config.id)):
            _name_base(out / "adapter" / "adapter_config.json", base)
        model = load_merged(config, trained)
    else:
        model = AutoModelForCausalLM.from_pretrained(
            config.id, revision=config.revision, dtype="auto", **trust
        )
        generation_config = model.generation_config
        model = AutoModelForCausalLM.from_pretrained(trained, dtype=model.dtype, **trust)
        model.generation_config = generation_config
    model.save_pretrained(out)
    for source, place in kept_files(base):
        (out / place).parent.mkdir(exist_ok=True)
        shutil.copyfile(source, out / place)
    if base.chat_template is not None:
        template = Path(base.chat_template).expanduser().read_text(encoding="utf-8")
        (out / "chat_template.jinja").write_text(template, encoding="utf-8")
    _apply_umask(out)


def _name_base(settings: Path, base: Model) -> None:
    """Name an adapter's base as the user does: the ordinary folder made of it may be deleted."""
    told = json.loads(settings.read_text(encoding="utf-8"))
    file = Path(base.id).expanduser() / (base.gguf_file or "")
    told["base_model_name_or_path"] = str(file.absolute()) if file.exists() else base.id
    settings.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _apply_umask(folder: Path) -> None:
    """Let others read the weights as they may any new file: safetensors keeps them to their owner.

    How a new file may be read shows in one that was made in the usual way.
    """
    mode = (folder / "config.json").stat().st_mode
    for path in folder.rglob("*.safetensors"):
        path.chmod(mode)
