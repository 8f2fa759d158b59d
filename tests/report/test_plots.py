"""Figures draw what the report says, name everything, and hold whatever names come."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from s3ft.report import build, frontier, style, to_svg
from s3ft.report._palette import ALL
from s3ft.report._plots import plots
from s3ft.report._svg import inline

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "</text><script>alert(1)</script>$\\frac{a}{b}$ & 'q'"


def texts(svg: str) -> list[str]:
    return [
        "".join(found.itertext()).strip()
        for found in ElementTree.fromstring(svg).iter(f"{SVG}text")
    ]


def report_of(run: Any, **changes: Any) -> dict[str, Any]:
    return {**build(run.store, run.recipe, run.path), **changes}


def marks(svg: str, name: str, colour: str) -> list[tuple[float, float]]:
    """Where markers of a colour lie."""
    found = ElementTree.fromstring(svg)
    return [
        (float(use.attrib["x"]), float(use.attrib["y"]))
        for use in found.iter(f"{SVG}use")
        if colour in use.attrib.get("style", "")
    ]


def test_every_method_has_a_mark_in_every_task(written: Any) -> None:
    drawn = (written.path / "figures" / "differences.svg").read_text("utf-8")
    assert {"target", "facts", "myths", "sft", "s3ft"} <= set(texts(drawn))
    for colour in ("#d55e00", "#0072b2"):
        assert len(marks(drawn, "differences", colour)) == 3 + 1, "and one of the legend"


def test_more_forgotten_is_further_right_and_better_higher(written: Any) -> None:
    drawn = (written.path / "figures" / "trade.svg").read_text("utf-8")
    sft, ours = (marks(drawn, "trade", colour) for colour in ("#d55e00", "#0072b2"))
    assert len(sft) == len(ours) == 2 + 1 + 1, "seeds, their mean, the legend's"
    (sft_x, sft_y), (x, y) = sft[2], ours[2]
    assert x < sft_x
    assert y < sft_y, "pixels count downwards"


def test_nothing_is_drawn_where_there_is_nothing(run: Any) -> None:
    assert plots(report_of(run)) == {}


def test_the_papers_figures(finished: Any) -> None:
    likelihood = {"gold": [-3.0, -9.5, -2.0], "self": [-0.1, -0.2]}
    table = {"answered right": 6, "answered wrong": 2, "abstained": 2}
    confusion = {"base": {"answerable": table, "unanswerable": {**table, "answered right": 0}}}
    drift = {"sft": {"task": 0.5, "general": 0.25}, "s3ft": {"task": 0.1}}
    drawn = plots(report_of(finished, likelihood=likelihood, confusion=confusion, drift=drift))
    said = texts(drawn["likelihoods"].svg)
    assert "self, 2 rows, mean −0.15" in said
    assert "gold, 3 rows, mean −4.83" in said, "the mean is of the values, not of what is drawn"
    assert any("−8 and below at the left" in text for text in said)
    assert said.index("self, 2 rows, mean −0.15") < said.index("gold, 3 rows, mean −4.83")
    said = texts(drawn["confusion"].svg)
    assert {"base, answerable", "base, unanswerable", "60", "20", "50"} <= set(said)
    assert {"task", "general", "sft", "s3ft"} <= set(texts(drawn["drift"].svg))


def test_a_drift_of_several_sizes_is_drawn_by_its_size(finished: Any) -> None:
    drift = {"sft": {"task": 0.9, "general": 0.3}, "s3ft": {"task": 0.02, "general": 0.004}}
    said = texts(plots(report_of(finished, drift=drift))["drift"].svg)
    assert {"0.01", "0.1"} <= set(said)


def test_a_sweeps_frontier_rings_what_was_chosen(finished: Any) -> None:
    points = [{"train.learning_rate": rate} for rate in (1e-4, 1e-3)]
    tried = [
        {"point": point, "method": method, "drop": n + 0.5 * (method == "sft"), "accuracy": 40 + n}
        for n, point in enumerate(points)
        for method in ("sft", "s3ft")
    ]
    sweep = {"tried": tried, "chosen": {"sft": points[0], "s3ft": points[1]}, "seed": 0}
    drawn = plots(report_of(finished, sweep=sweep))["sweep"].svg
    assert len(marks(drawn, "sweep", "#d55e00")) == 2 + 1 + 1, "points, the ring, the legend's"
    assert {"sft", "s3ft", "dev rows, %"} <= set(texts(drawn))


def test_the_same_report_gives_the_same_files(finished: Any) -> None:
    report = report_of(finished)
    first, second = plots(report), plots(report)
    assert {name: plot.svg for name, plot in first.items()} == {
        name: plot.svg for name, plot in second.items()
    }
    assert not any(re.search(r"20\d\d-\d\d-\d\d", plot.svg) for plot in first.values())


def test_names_are_text_and_no_formula() -> None:
    with style():
        drawn = to_svg(frontier({EVIL: [(0.5, 40.0), (1.0, 44.0)]}, base=(0.0, 30.0)))
    assert EVIL in texts(drawn)
    assert "<script" not in inline(drawn, "sweep", "x")


def test_a_page_has_its_own_colours_and_identifiers(finished: Any) -> None:
    for name, plot in plots(report_of(finished)).items():
        light = {colour.light for colour in ALL}
        assert not set(re.findall(r"#[0-9a-f]{6}\b", plot.element)) & light
        assert all(
            found.startswith(f"{name}-") for found in re.findall(r'\bid="([^"]*)"', plot.element)
        )
        named = set(re.findall(r'\bid="([^"]*)"', plot.element))
        used = set(re.findall(r'(?:url\(#|href="#)([^")]*)', plot.element))
        assert used <= named


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart(scheme: str) -> None:
    """Contrast of at least 3 to 1 against the page (WCAG 2.2, 1.4.11) of marks and text."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    values = {colour.name: getattr(colour, scheme) for colour in ALL}
    assert len({colour.light for colour in ALL}) == len(ALL), "a page finds them by it"
    paper = luminance(values["paper"])
    for name in ("ink", "soft", "base", "m1", "m2", "m3", "m4", "m5", "m6", "own", "right"):
        bright, dark = sorted((luminance(values[name]), paper), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 3, name
