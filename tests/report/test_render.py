"""The page, the Markdown and the table say what the report says, and nothing breaks out of them."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from typing import Any

from rich.console import Console

from s3ft.recipe import LadderConfig
from s3ft.report import build, summary_table, write
from s3ft.store import Answer, Item, Spent
from s3ft.text import cell, duration, fence, number, signed

EVIL = "<script>alert('x')</script>\"'><img src=x onerror=y>"


class Page(HTMLParser):
    """Collects what a browser would make of a page: tags, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def texts(run: Any) -> tuple[dict[str, Any], str, str]:
    """What is written of a run: the report, Markdown, HTML."""
    whole, markdown, html = (
        (run.path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("json", "md", "html")
    )
    return json.loads(whole), markdown, html


def write_of(run: Any) -> tuple[dict[str, Any], str, str]:
    report = build(run.store, run.recipe, run.path)
    paths = write(report, run.path)
    assert [path.name for path in paths[:3]] == ["report.json", "report.md", "report.html"]
    told = texts(run)
    assert told[0] == report
    return told


def test_markdown_has_the_headline(written: Any) -> None:
    _, markdown, _ = texts(written)
    assert "| | items | base | sft | s3ft |\n|---|---:|---:|---:|---:|\n" in markdown
    rows = re.findall(
        r"^\| (target %|facts %|mean drop) \| ?(\d*) ?\| ?([\d.]*) ?\|(.*)\|$", markdown, re.M
    )
    assert [row[:3] for row in rows] == [
        ("target %", "4", "25.0"), ("facts %", "4", "100.0"), ("mean drop", "", "")
    ]  # fmt: skip
    target, facts, drop = (row[3].split(" | ") for row in rows)
    assert target[0].startswith(" 62.5 (+37.5 [")
    assert target[1].startswith("75.0 (+50.0 [")
    assert facts[0].startswith(" 37.5 (−62.5 [")
    assert drop[0].startswith(" 43.8 [")
    assert drop[1].startswith("6.2 [")
    assert "| s3ft | 4 | 50.0 | 25.0 | 25.0 | 0 |" in markdown


def test_the_page_has_the_figures(written: Any) -> None:
    _, _, html = texts(written)
    text = " ".join(Page(html).text.split())
    assert re.search(r"target 4 items 25\.0 62\.5 ?\+37\.5 \[.*?\] 75\.0 ?\+50\.0 \[", text)
    assert re.search(r"facts 4 items 100\.0 37\.5 ?−62\.5 \[", text)
    assert "self: the base model's own verified answer" in text
    assert "own answer 2" in text
    assert "1 min 15 s" in text
    assert re.findall(r'<figure id="(\w+)">', html) == [
        "differences", "trade", "composition", "losses"
    ]  # fmt: skip
    files = sorted(path.stem for path in (written.path / "figures").iterdir())
    assert files == ["composition", "differences", "losses", "trade"]


def test_a_figure_of_an_earlier_report_goes(finished: Any) -> None:
    report, _, _ = write_of(finished)
    assert (finished.path / "figures" / "losses.svg").exists()
    write({**report, "training": {}}, finished.path)
    assert not (finished.path / "figures" / "losses.svg").exists()
    assert (finished.path / "figures" / "trade.svg").exists()


def test_what_each_stage_cost_is_added_up(written: Any) -> None:
    _, markdown, html = texts(written)
    assert "| generate | 240 | 0.5 s |" in markdown
    assert "| in all | 240 | 6.8 s |" in markdown
    assert "in all2406.8 s" in "".join(Page(html).text.split("\n")).replace("  ", "")


def test_the_page_needs_nothing_else(written: Any) -> None:
    _, _, html = texts(written)
    page = Page(html)
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert not re.search(r"https?://|url\((?!#)|@import", html)


def test_data_cannot_become_markup(run: Any) -> None:
    """Prompts, answers, reasons, names of benchmarks and models come from outside."""
    run.recipe = run.recipe.model_copy(
        update={
            "methods": ["sft", "s3ft", EVIL],
            "evaluate": run.recipe.evaluate.model_copy(update={"benchmarks": [EVIL]}),
            "data": run.recipe.data.model_copy(update={"path": EVIL}),
            "ladders": {EVIL: LadderConfig(rungs=["gold"])},
        }
    )
    run.examples(text=EVIL)
    run.mixtures()
    run.store.replace_targets(EVIL, [(0, EVIL, "gold", EVIL)])
    run.candidates((3, EVIL, EVIL, "correct", EVIL))
    models = ("base", "sft-seed0", f"{EVIL}-seed0")
    run.scores("target", "accuracy", {model: [1, 0] for model in models})
    run.scores(EVIL, EVIL, {model: [1, 0] for model in models})
    run.training("sft-seed0", [[1, 2.0], [2, 1.0]])

    _, markdown, html = write_of(run)

    page = Page(html)
    assert "alert" in page.text
    assert not {"script", "img"} & set(page.tags)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert "<script" not in re.sub(r"```text\n.*?\n```", "", markdown, flags=re.DOTALL)


def test_a_run_that_only_began_renders(run: Any) -> None:
    report, markdown, html = write_of(run)
    assert "## Mixture" not in markdown
    assert "<svg" not in html
    assert summary_table(report).row_count == 0


def test_only_the_mixture_renders(run: Any) -> None:
    run.examples()
    run.mixtures()
    _, markdown, html = write_of(run)
    assert "target %" not in markdown
    assert "What the models were trained on" in html


def test_the_terminals_table(finished: Any) -> None:
    report = build(finished.store, finished.recipe, finished.path)
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(summary_table(report))
    text = console.export_text()
    rows = {}
    for line in text.splitlines():
        if line.startswith("│"):
            name, *cells = (cell.strip() for cell in line.strip("│").split("│"))
            rows[name] = cells
    assert rows["target %"][0] == "25.0"
    assert re.fullmatch(r"62\.5 \+37\.5 \[.+, .+\]", rows["target %"][1])
    assert rows["facts"][0] == "100.0"
    assert re.fullmatch(r"37\.5 −62\.5 \[−.+, .+\]", rows["facts"][1])
    assert re.fullmatch(r"87\.5 −12\.5 \[−.+, .+\]", rows["facts"][2])
    assert re.fullmatch(r"43\.8 \[.+, .+\]", rows["mean drop"][1])
    assert rows["mean drop"][0] == "–"


def test_figures_as_people_write_them() -> None:
    assert [number(v) for v in (None, 0, -0.04, -3.25, 99.96)] == [
        "–",
        "0.0",
        "0.0",
        "−3.2",
        "100.0",
    ]
    assert [signed(v) for v in (None, 0.04, 2, -2)] == ["–", "0.0", "+2.0", "−2.0"]
    assert [duration(v) for v in (None, 0.42, 59.6, 185, 7800)] == [
        "–",
        "0.4 s",
        "1 min 0 s",
        "3 min 5 s",
        "2 h 10 min",
    ]


def test_markdown_stays_inside_its_cell_and_block() -> None:
    assert cell("a|b\n<i> *c*") == r"a\|b &lt;i> \*c\*"
    assert fence("x\n```\ny").startswith("````text\n")


def test_a_sweep_is_shown_with_what_it_chose(finished: Any) -> None:
    point, other = {"train.learning_rate": 2e-4}, {"train.learning_rate": 1e-3}
    figures = {"accuracy": 41.25, "drop": 1.5, "accuracy_minus_drop": 39.75}
    tried = [{"point": p, "method": "sft", **figures} for p in (point, other)]
    sweep = {"tried": tried, "chosen": {"sft": other}}
    (finished.path / "sweep.json").write_text(json.dumps(sweep))
    try:
        report, markdown, html = write_of(finished)
    finally:
        (finished.path / "sweep.json").unlink()
    assert report["sweep"] == sweep
    assert "| sft | learning_rate=0.0002 | 41.2 | 1.5 | 39.8 |  |" in markdown
    assert "| sft | learning_rate=0.001 | 41.2 | 1.5 | 39.8 | chosen |" in markdown
    assert Page(html).text.count("learning_rate=") == 2
    assert html.count("<td>chosen</td>") == 1


def test_nothing_breaks_out_of_lost_items(finished: Any) -> None:
    items = [Item("facts", f"i{n}", EVIL, (), EVIL) for n in range(4)]
    models = ("base", "sft-seed0", "sft-seed1", "s3ft-seed0", "s3ft-seed1")
    said = [Answer(m, "facts", i.item, EVIL, None) for m in models for i in items]
    finished.store.add_scores([], Spent("benchmarks", "base", 0, 0, 0.0), items, said)
    report, _, html = write_of(finished)
    [facts] = [one for one in report["changed"] if (one["method"], one["task"]) == ("sft", "facts")]
    assert (facts["lost"], facts["gained"], len(facts["items"])) == (2, 0, 2)
    page = Page(html)
    assert page.text.count(EVIL) >= 8
    assert "script" not in page.tags
    assert "img" not in page.tags
