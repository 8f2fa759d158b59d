"""Packages that come with extras: what is not installed, and how to install it.

The core judges, selects, compares and exports without torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from .errors import InputError

EXTRAS: dict[str, tuple[str, ...]] = {
    "train": ("torch", "transformers", "accelerate", "trl", "peft", "gguf"),
    "eval": ("torch", "transformers", "accelerate", "lm_eval"),
    "qlora": ("bitsandbytes",),
    "ray": ("ray",),
    "review": ("starlette", "uvicorn"),
    "vllm": ("vllm",),
}
"""What each extra of `pip install 's3ft[...]'` brings, by the names of modules."""


def require(extras: Iterable[str], why: str) -> None:
    """See that these extras are installed.

    Args:
        why: what for: "to show a page".

    Raises:
        InputError: a package of one is missing.
    """
    wanted = list(extras)
    absent = {name for extra in wanted for name in EXTRAS[extra] if find_spec(name) is None}
    if absent:
        lacking = [extra for extra in wanted if absent & set(EXTRAS[extra])]
        raise _missing(f"not installed: {', '.join(sorted(absent))}, {why}", lacking)


def explained(error: ModuleNotFoundError) -> InputError | None:
    """What to install where a module of an extra was not found; None for other modules."""
    name = (error.name or "").partition(".")[0]
    extra = next((extra for extra, names in EXTRAS.items() if name in names), None)
    return None if extra is None else _missing(f"not installed: {name}", [extra])


def _missing(problem: str, extras: Iterable[str]) -> InputError:
    return InputError("packages", problem, f"Run `pip install 's3ft[{','.join(extras)}]'`.")
