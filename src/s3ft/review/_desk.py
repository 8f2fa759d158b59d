"""What all pages share: the run, who looks at it, and how a page is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..calls import said
from ..evaluate import BASE, tuned
from ..recipe import Recipe, load
from ..store import OVERRULINGS, Store
from ..text import count, ranged
from ..train import PARTIAL_SUFFIX
from ._security import TOKEN, Keys

LABELS = ["correct", "incorrect", "unknown"]

RUN_FILE = "run.sqlite"


@dataclass(frozen=True)
class Desk:
    """A run under review. Every request opens its file anew, so that none waits for another."""

    run: Path
    who: str
    keys: Keys

    @cached_property
    def recipe(self) -> Recipe:
        return load(self.run / "recipe.yaml")

    @cached_property
    def rungs(self) -> list[str]:
        """The sources of the train split."""
        return [rung.name for rung in self.recipe.rungs_to_ask()]

    @cached_property
    def models(self) -> list[str]:
        """The sources of the test split."""
        recipe = self.recipe
        models = [tuned(method, seed) for method in recipe.methods for seed in recipe.seeds]
        return [BASE, *models]

    def sources(self, split: str) -> list[str]:
        return self.rungs if split == "train" else self.models

    def store(self) -> Store:
        return Store(self.run / RUN_FILE)

    @property
    def trained(self) -> bool:
        """Whether the run's mixtures stay as they are: a model was trained on them."""
        return any(path.suffix != PARTIAL_SUFFIX for path in self.run.glob("models/*"))

    def waiting(self, store: Store) -> int:
        """How many verdicts were overruled that the mixtures do not go by yet."""
        return store.overruled_since(int(store.metadata(OVERRULINGS) or 0))

    def page(self, name: str, status: int = 200, **context: Any) -> Response:
        shared = {"desk": self, "form_token": self.keys.form, "TOKEN": TOKEN, "LABELS": LABELS}
        return HTMLResponse(_templates.get_template(name).render(shared | context), status)


def link(path: str, values: Mapping[str, object] | None = None, **more: object) -> str:
    """An address of this page, without what is empty."""
    pairs = {**(values or {}), **more}
    query = urlencode({name: value for name, value in pairs.items() if value not in ("", None)})
    return f"{path}?{query}" if query else path


def go(address: str) -> Response:
    """What a form is answered with: a page that may be loaded again."""
    return RedirectResponse(address, 303)


def form(request: Request) -> dict[str, str]:
    """What a form held; it has passed the gate."""
    found: dict[str, str] = request.scope["form"]
    return found


def whole(text: str | None, default: int | None = None) -> int:
    """A number from an address or a form.

    Raises:
        HTTPException: it is none, or is out of range of a file's numbers.
    """
    if text is None and default is not None:
        return default
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 15:
        raise HTTPException(400, "a number is not one")
    return int(text)


def one_of(value: str | None, known: Sequence[str]) -> str:
    """A word from an address or a form.

    Raises:
        HTTPException: it is none of those that are known.
    """
    if value not in known:
        raise HTTPException(400, f"must be one of {', '.join(known)}")
    return str(value)


def _clip(text: str, longest: int) -> str:
    """A text in one line, cut at its end."""
    flat = " ".join(text[: 4 * longest].split())
    return flat if len(flat) <= longest else f"{flat[:longest].rstrip()}…"


def _ends(text: str, longest: int) -> str:
    """A text in one line, cut in the middle: a question stands first or last."""
    flat, half = " ".join(text.split()), longest // 2
    if len(flat) <= longest:
        return flat
    first, last = flat[:half].rpartition(" ")[0], flat[-half:].partition(" ")[2]
    return f"{first or flat[:half]} … {last or flat[-half:]}"


_templates = Environment(
    loader=PackageLoader("s3ft.review", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {"count": count, "clip": _clip, "ends": _ends, "ranged": ranged, "said": said}
_templates.globals |= {"link": link}
