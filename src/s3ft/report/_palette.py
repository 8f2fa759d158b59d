"""Colours of page and figures: each has one meaning, told apart by the colour-blind as well.

Models are told by hue (after Okabe and Ito, Color Universal Design) and by marker, sources by
shade: what the model itself said is slate, gold is gold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Colour(NamedTuple):
    """One meaning in both schemes, as ``#rrggbb``; no two of the light ones are equal."""

    name: str
    light: str
    dark: str


INK = Colour("ink", "#1c2126", "#e6e9ec")
SOFT = Colour("soft", "#5b6570", "#9aa5af")
LINE = Colour("line", "#dfe3e7", "#343c44")
PAPER = Colour("paper", "#ffffff", "#15181c")
WASH = Colour("wash", "#f4f6f7", "#1d2227")

BASE_MODEL = Colour("base", "#6f7983", "#8d98a3")
MODELS = (
    Colour("m1", "#d55e00", "#f0894a"),
    Colour("m2", "#0072b2", "#55a9e3"),
    Colour("m3", "#009e73", "#36c298"),
    Colour("m4", "#a9529a", "#dd94cd"),
    Colour("m5", "#8a6a2f", "#c8a566"),
    Colour("m6", "#51565c", "#c2c8ce"),
)
MARKERS = ("o", "s", "^", "D", "v", "P")

OWN = Colour("own", "#3d4c5c", "#a9bccf")
PROMPTED = (
    Colour("p1", "#8496a9", "#566a7e"),
    Colour("p2", "#b9c5d1", "#3e4d5b"),
    Colour("p3", "#667b6d", "#87a491"),
    Colour("p4", "#a9bdae", "#4a5d50"),
)
GOLD = Colour("gold", "#e3ac3d", "#94701f")
DROPPED = Colour("dropped", "#e9ecef", "#2a3036")

RIGHT = Colour("right", "#33383d", "#d6dade")
ABSTAINED = Colour("abstained", "#9aa2aa", "#6b747d")
WRONG = Colour("wrong", "#dadee2", "#3e464e")

ALL = (
    *(INK, SOFT, LINE, PAPER, WASH),
    *(BASE_MODEL, *MODELS),
    *(OWN, *PROMPTED, GOLD, DROPPED),
    *(RIGHT, ABSTAINED, WRONG),
)


def style_sheet() -> str:
    """Every colour as a variable of CSS by its name, in the reader's scheme; printed on white."""
    light, dark = (
        " ".join(f"--{colour.name}: {getattr(colour, scheme)};" for colour in ALL)
        for scheme in ("light", "dark")
    )
    schemes = "@media screen and (prefers-color-scheme: dark)"
    return f":root {{ color-scheme: light dark; {light} }}\n{schemes} {{ :root {{ {dark} }} }}\n"


def model_colours(methods: Sequence[str]) -> dict[str, Colour]:
    """A colour for each method, by its place."""
    return {method: MODELS[n % len(MODELS)] for n, method in enumerate(methods)}


def model_markers(methods: Sequence[str]) -> dict[str, str]:
    """A marker for each method, as matplotlib names them."""
    return {method: MARKERS[n % len(MARKERS)] for n, method in enumerate(methods)}


def source_colours(rungs: Sequence[Mapping[str, Any]]) -> dict[str, Colour]:
    """A colour for each source of targets: own answers, gold, and prompted ones by their number."""
    prompted = [rung["name"] for rung in rungs if rung["kind"] == "prompted"]
    kinds = {"own": OWN, "gold": GOLD}
    shades = {name: PROMPTED[n % len(PROMPTED)] for n, name in enumerate(prompted)}
    named = {rung["name"]: kinds[rung["kind"]] for rung in rungs if rung["kind"] in kinds}
    return {**named, **shades, "dropped": DROPPED}
