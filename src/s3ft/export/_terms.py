"""What a model or data set is called on the Hub, and under which terms, as its own card tells."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from ..embedded import embedded

CARD = "README.md"


@dataclass(frozen=True, slots=True)
class Terms:
    """A license as cards name it: the Hub's word for it, and of one that has none (``other``) its
    name and where it stands."""

    license: str | None = None
    license_name: str | None = None
    license_link: str | None = None

    def metadata(self) -> dict[str, Any]:
        """What a card's metadata say of it."""
        return {key: value for key, value in asdict(self).items() if value is not None}


_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w.-]+")


def hub_id(name: str) -> str | None:
    """The id on the Hub; None of what lies here, or comes with the package."""
    if embedded(name) is not None or Path(name).expanduser().exists():
        return None
    return name if _HUB_ID.fullmatch(name) else None


def short_name(name: str) -> str:
    """A Hub id as it is; of a path its last part, since it is nobody else's."""
    return name if hub_id(name) else Path(name).expanduser().name or name


def terms_of(name: str, kind: Literal["model", "dataset"], revision: str | None = None) -> Terms:
    """The license that a card tells which is at hand: in the folder, or in the Hub's cache.

    Empty where there is no such card, or it names none; nothing is asked of the Hub.
    """
    card = _card(name, kind, revision)
    try:
        told = _metadata(card.read_text(encoding="utf-8-sig")) if card else {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return Terms()
    license = told.get("license")
    if isinstance(license, list):  # of a data set there may be several
        license = license[0] if len(license) == 1 else None
    return (
        Terms(license, told.get("license_name"), told.get("license_link")) if license else Terms()
    )


def _card(name: str, kind: str, revision: str | None) -> Path | None:
    if (world := embedded(name)) is not None:
        return world.MODEL / CARD if kind == "model" else None
    place = Path(name).expanduser()
    if place.exists():
        card = (place if place.is_dir() else place.parent) / CARD
        return card if card.is_file() else None
    if hub_id(name) is None:
        return None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(name, CARD, revision=revision, repo_type=kind)
    return Path(found) if isinstance(found, str) else None


def _metadata(text: str) -> dict[str, Any]:
    """The YAML block at the head of a card."""
    match = re.match(r"\s*---\r?\n(.*?)\r?\n---[ \t]*(\r?\n|$)", text, re.DOTALL)
    told = yaml.safe_load(match[1]) if match else None
    return told if isinstance(told, dict) else {}
