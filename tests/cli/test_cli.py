"""The command line: wrong requests get one message and leave nothing; quick things are quick."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from s3ft import cli

GOOD_ROWS = [{"id": f"r{n}", "question": f"{n} + 1?", "answer": f"#### {n + 1}"} for n in range(6)]
RESPONSES = [{"id": f"r{n}", "response": f"The answer is {n + n % 2}."} for n in range(6)]
RECIPE = """\
data: {path: rows.jsonl, prompt: "{question}", completion: answer}
judge: {name: math}
generate: {engine: replay, replay: {path: responses.jsonl}}
methods: [ssr]
"""


def write_rows(path: str, rows: list[dict[str, object]]) -> None:
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))


def read_rows(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a recipe that works, and data and responses for it."""
    monkeypatch.chdir(tmp_path)
    Path("recipe.yaml").write_text(RECIPE)
    write_rows("rows.jsonl", GOOD_ROWS)  # type: ignore[arg-type]
    write_rows("responses.jsonl", RESPONSES)  # type: ignore[arg-type]
    return tmp_path


def s3ft(*arguments: str) -> int:
    """Run the command in this process; its exit code."""
    return cli.run_command(list(arguments))


def listing(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def rows_with(**change: object) -> Callable[[], None]:
    """The good rows, the third changed."""
    rows: list[dict[str, object]] = [dict(row) for row in GOOD_ROWS]
    rows[2].update(change)
    return lambda: write_rows("rows.jsonl", rows)


def text(path: str, content: str | bytes) -> Callable[[], None]:
    raw = content.encode() if isinstance(content, str) else content
    return lambda: (Path(path).write_bytes(raw), None)[1]


def folder_with(path: str, **files: str) -> Callable[[], None]:
    def make() -> None:
        Path(path).mkdir()
        for name, content in files.items():
            (Path(path) / name.replace("__", ".")).write_text(content)

    return make


@dataclass
class Bad:
    """A wrong request: what makes it wrong, the command, and what the message must name."""

    name: str
    named: list[str]
    command: list[str] = field(default_factory=lambda: ["select", "recipe.yaml"])
    make: Callable[[], None] = lambda: None
    marks: tuple[pytest.MarkDecorator, ...] = ()


def select(*overrides: str) -> list[str]:
    return ["select", "recipe.yaml", *overrides]


def run(*overrides: str) -> list[str]:
    return ["run", "recipe.yaml", "model.id=lab", *overrides]


BAD = [
    # recipes
    Bad("no such recipe", ["absent.yaml"], ["select", "absent.yaml"]),
    Bad("recipe is a folder", ["folder"], ["select", "folder"], folder_with("folder")),
    Bad(
        "not YAML",
        ["recipe.yaml:3"],
        make=text("recipe.yaml", "data: {path: x}\njudge: {name: [\n"),
    ),
    Bad("a list", ["recipe.yaml"], make=text("recipe.yaml", "- data\n- judge\n")),
    Bad("empty recipe", ["recipe.yaml"], make=text("recipe.yaml", "")),
    Bad("recipe not UTF-8", ["recipe.yaml"], make=text("recipe.yaml", b"data: {path: \xff}\n")),
    Bad(
        "unknown key", ["trian", "train"], make=text("recipe.yaml", RECIPE + "trian: {epochs: 3}\n")
    ),
    Bad(
        "key given twice",
        ["recipe.yaml:5", "methods"],
        make=text("recipe.yaml", RECIPE + "methods: [sft]\n"),
    ),
    Bad("required key missing", ["data"], make=text("recipe.yaml", "judge: {name: math}\n")),
    Bad("wrong type", ["train.epochs"], select("train.epochs=many")),
    Bad("out of range", ["train.learning_rate"], select("train.learning_rate=-1")),
    Bad("unknown method", ["s3tf", "s3ft"], select("methods=[s3tf]")),
    Bad(
        "ladder past gold", ["mine", "gold"], select("ladders.mine=[gold, self]", "methods=[mine]")
    ),
    Bad(
        "greedy samples",
        ["generate", "temperature"],
        select("generate.engine=transformers", "generate.n=4"),
    ),
    Bad("replay without a file", ["generate", "replay"], select("generate.replay=null")),
    Bad("not an override", ["methods"], select("methods")),
    # judges
    Bad("unknown judge", ["maths", "math"], select("judge.name=maths")),
    Bad("unknown option of a judge", ["judge", "tolerence"], select("judge.tolerence=1")),
    Bad("judge not importable", ["no_such_module"], select("judge.name=no_such_module:judge")),
    Bad("gold its own judge refuses", ["judge", "r2"], select("judge.name=choice")),
    # data
    Bad("no such data", ["absent.jsonl"], select("data.path=absent.jsonl")),
    Bad("no rows", ["rows.jsonl"], make=text("rows.jsonl", "")),
    Bad(
        "line is not JSON",
        ["rows.jsonl:2"],
        make=text("rows.jsonl", '{"question": "a", "answer": "1"}\n{"qu\n'),
    ),
    Bad(
        "bad UTF-8",
        ["rows.jsonl:1"],
        make=text("rows.jsonl", b'{"question": "\xff\xfe", "answer": "1"}\n'),
    ),
    Bad("empty field", ["rows.jsonl:3", "answer"], make=rows_with(answer="  ")),
    Bad("missing field", ["rows.jsonl:3", "question"], make=rows_with(question=None)),
    Bad("wrong type in a field", ["rows.jsonl:3", "answer"], make=rows_with(answer={"text": "4"})),
    Bad("NaN", ["rows.jsonl:3", "answer"], make=rows_with(answer=float("nan"))),
    Bad("duplicate ids", ["rows.jsonl:3", "r0"], make=rows_with(id="r0")),
    Bad("unknown column", ["qestion", "question"], select("data.prompt={qestion}")),
    Bad("no such test split", ["test.jsonl"], select("data.test=test.jsonl")),
    Bad(
        "chat without an answer",
        ["rows.jsonl:1", "assistant"],
        select("data.prompt=null", "data.completion=null"),
        text("rows.jsonl", '{"messages": [{"role": "user", "content": "hi"}]}\n'),
    ),
    Bad("where that keeps nothing", ["where"], select("data.where.id=none")),
    # responses
    Bad("no such responses", ["gone.jsonl"], select("generate.replay.path=gone.jsonl")),
    Bad(
        "broken responses", ["responses.jsonl:1"], make=text("responses.jsonl", '{"id": 1, "resp\n')
    ),
    Bad(
        "responses without text",
        ["responses.jsonl:1", "response"],
        make=text("responses.jsonl", '{"id": "r1"}\n'),
    ),
    # models
    Bad("model missing", ["model"], ["run", "recipe.yaml"]),
    Bad("no such model folder", ["./gone"], run("model.id=./gone")),
    Bad("model not on the Hub", ["nobody/nothing"], run("model.id=nobody/nothing")),
    Bad(
        "folder without a model",
        ["config.json"],
        run("model.id=./empty"),
        folder_with("empty", a__txt="x"),
    ),
    Bad(
        "an adapter alone",
        ["adapter"],
        run("model.id=./lora"),
        folder_with("lora", adapter_config__json="{}"),
    ),
    Bad(
        "broken config",
        ["config.json"],
        run("model.id=./bad"),
        folder_with("bad", config__json="{nope"),
    ),
    Bad("paraphrase without a model", ["model", "paraphrase"], select("methods=[s3ft]")),
    Bad(
        "no such paraphrase prompt", ["mine.j2"], run("methods=[s3ft]", "paraphrase.prompt=mine.j2")
    ),
    # training and evaluation
    Bad(
        "unknown training option", ["warmup_step", "warmup_steps"], run("train.args.warmup_step=3")
    ),
    Bad("training option of the run", ["output_dir"], run("train.args.output_dir=x")),
    Bad("rows that do not fit", ["train.max_length", "r0"], run("train.max_length=8")),
    Bad(
        "unknown benchmark",
        ["mmlo", "evaluate.benchmarks"],
        run("evaluate.benchmarks=[mmlo]"),
        marks=(pytest.mark.slow,),  # all of lm-eval's tasks are read
    ),
    Bad(
        "no such task folder", ["./tasks"], run("evaluate.tasks=./tasks", "evaluate.benchmarks=[a]")
    ),
    # places and arguments
    Bad("out is a file", ["rows.jsonl"], [*select(), "--out", "rows.jsonl"]),
    Bad(
        "out holds something else",
        ["photos"],
        [*select(), "--out", "photos"],
        folder_with("photos", a__jpg="x"),
    ),
    Bad("unknown command", ["selct"], ["selct", "recipe.yaml"]),
    Bad("report without a run", ["runs/recipe"], ["report", "recipe.yaml"]),
    Bad(
        "judging a file that is not there",
        ["in.jsonl"],
        ["judge", "--judge", "math", "in.jsonl", "out.jsonl"],
    ),
    Bad(
        "judging onto itself",
        ["rows.jsonl"],
        ["judge", "--judge", "math", "rows.jsonl", "rows.jsonl"],
    ),
    Bad("judging without a place", ["OUT"], ["judge", "--judge", "math", "rows.jsonl"]),
    Bad(
        "audit without labels",
        ["rows.jsonl", "correct"],
        ["audit", "--judge", "match", "rows.jsonl"],
    ),
]


@pytest.mark.parametrize("bad", [pytest.param(bad, id=bad.name, marks=bad.marks) for bad in BAD])
def test_a_wrong_request_gets_one_message_and_leaves_nothing(
    bad: Bad, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad.make()
    before = listing(here)
    code = s3ft(*bad.command)
    printed = capfd.readouterr()
    assert code == 2, printed.err
    assert "Traceback" not in printed.err + printed.out
    for word in bad.named:
        assert word in printed.err, f"the message does not name {word!r}: {printed.err}"
    assert listing(here) == before, "something was written"


def test_the_recipe_that_the_others_spoil_works(here: Path) -> None:
    assert s3ft("select", "recipe.yaml") == 0
    rows = read_rows("runs/recipe/mixture/ssr/train.jsonl")
    assert [row["source"] for row in rows] == ["gold", "self"] * 3
    assert [row["example_id"] for row in rows] == [row["id"] for row in GOOD_ROWS]


def test_another_recipe_on_the_same_run_is_refused(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert s3ft("select", "recipe.yaml") == 0
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    assert s3ft("select", "recipe.yaml", "generate.max_new_tokens=7") == 2
    assert "generate.max_new_tokens was 512, now 7" in capfd.readouterr().err
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


def test_a_method_more_is_not_another_recipe(here: Path) -> None:
    assert s3ft("select", "recipe.yaml") == 0
    assert s3ft("select", "recipe.yaml", "methods=[ssr, rft, sft]") == 0
    mixtures = {path.name for path in Path("runs/recipe/mixture").iterdir()}
    assert mixtures == {"ssr", "rft", "sft"}
    kept = yaml.safe_load(Path("runs/recipe/recipe.yaml").read_text())
    assert kept["methods"] == ["ssr", "rft", "sft"]


def test_the_saved_recipe_makes_the_same_run(here: Path) -> None:
    assert s3ft("select", "recipe.yaml", "--out", "a") == 0
    assert s3ft("select", "a/recipe.yaml", "--out", "b") == 0
    for name in ("mixture/ssr/train.jsonl", "mixture/ssr/train.parquet", "recipe.yaml"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()


def test_a_run_in_use_is_refused(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import fcntl

    assert s3ft("select", "recipe.yaml") == 0
    with open("runs/recipe/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert s3ft("select", "recipe.yaml") == 2
    assert "in use" in capfd.readouterr().err


def test_judging_a_file(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"id": 1, "response": "#### 4", "gold": "4"},
        {"id": 2, "response": "#### 5", "gold": "4"},
        {"id": 3, "gold": "4"},
    ]
    write_rows("in.jsonl", rows)
    assert s3ft("judge", "--judge", "math", "in.jsonl", "out.jsonl") == 1, "a row is malformed"
    judged = read_rows("out.jsonl")
    assert [(row["id"], row["label"]) for row in judged] == [
        (1, "correct"),
        (2, "incorrect"),
        (3, "unknown"),
    ]
    assert judged[0]["judge"] == "math"
    assert "1 malformed" in capfd.readouterr().out


def test_auditing_labels(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"response": f"#### {n % 3}", "gold": "1", "correct": n % 3 == 1 or n == 0}
        for n in range(30)
    ]
    write_rows("labelled.jsonl", rows)
    assert s3ft("audit", "--judge", "math", "--json", "labelled.jsonl") == 0
    found = json.loads(capfd.readouterr().out)
    assert found["overall"]["accuracy"]["value"] == pytest.approx(29 / 30)
    assert s3ft("audit", "--judge", "math", "labelled.jsonl") == 0
    assert "accuracy" in capfd.readouterr().out


def test_help_loads_nothing_that_takes_long_to_load() -> None:
    code = """
import runpy, sys
sys.argv = ["s3ft", "--help"]
try:
    runpy.run_module("s3ft", run_name="__main__")
finally:
    print(*sys.modules, file=sys.stderr)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "check" in done.stdout
    modules = done.stderr.split()
    assert len(modules) < 600  # 416; benchmarks/startup.py has the time
    loaded = {name.partition(".")[0] for name in modules}
    assert "typer" in loaded
    heavy = {"torch", "transformers", "datasets", "pyarrow", "numpy", "scipy", "sympy", "pydantic"}
    heavy |= {"trl", "peft", "accelerate", "lm_eval", "math_verify", "httpx", "ray", "vllm"}
    assert not loaded & heavy


def test_the_installed_command_exits_as_it_should(here: Path) -> None:
    command = [sys.executable, "-m", "s3ft", "select", "absent.yaml"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"}
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") <= 3
    assert done.stderr.startswith("s3ft: absent.yaml")


def test_the_schema_is_json(capfd: pytest.CaptureFixture[str]) -> None:
    assert s3ft("schema") == 0
    assert "learning_rate" in json.dumps(json.loads(capfd.readouterr().out))


def test_a_report_follows_the_run_s_recipe_and_the_changes_to_it(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def methods() -> set[str]:
        return set(json.loads(Path("runs/recipe/report.json").read_text())["mixture"])

    assert s3ft("select", "recipe.yaml", "methods=[ssr, sft]") == 0
    kept = Path("runs/recipe/recipe.yaml").read_bytes()
    assert s3ft("report", "recipe.yaml") == 0
    assert methods() == {"ssr", "sft"}
    assert s3ft("report", "recipe.yaml", "methods=[sft]") == 0
    assert methods() == {"sft"}
    assert Path("runs/recipe/recipe.yaml").read_bytes() == kept, "the run's recipe has changed"
    assert s3ft("report", "recipe.yaml", "generate.max_new_tokens=7") == 2
    assert "generate.max_new_tokens was 512, now 7" in capfd.readouterr().err
    assert Path("runs/recipe/recipe.yaml").read_bytes() == kept


def test_the_version(capfd: pytest.CaptureFixture[str]) -> None:
    assert s3ft("--version") == 0
    assert capfd.readouterr().out == f"s3ft {version('s3ft')}\n"


FORMS = [
    ("run --config my.yaml --output-dir runs/x --train.learning_rate 1e-4",
     "s3ft run my.yaml train.learning_rate=1e-4 --out runs/x"),
    ("--config my.yaml", "s3ft run my.yaml"),
    ("train -c my.yaml -o x", "s3ft train my.yaml --out x"),
    ("check my.yaml --train.epochs=2 --learning-rate 1e-3",
     "s3ft check my.yaml train.epochs=2 train.learning_rate=1e-3"),
    ("run my.yaml --model Qwen/Qwen3-0.6B --num_train_epochs 3",
     "s3ft run my.yaml model=Qwen/Qwen3-0.6B train.epochs=3"),
    ("run my.yaml --trust-remote-code", "s3ft run my.yaml model.trust_remote_code=true"),
    ("run my.yaml --gradient_accumulation_steps 4 --out x",
     "s3ft run my.yaml train.args.gradient_accumulation_steps=4 --out x"),
    ("judge --judge math --input a.jsonl --output b.jsonl --timeout 2",
     "s3ft judge a.jsonl --judge math timeout=2 b.jsonl"),
    ("judge --judge math --openai.url http://localhost a.jsonl b.jsonl",
     "s3ft judge --judge math openai.url=http://localhost a.jsonl b.jsonl"),
    ("audit --judge qa -i a.jsonl", "s3ft audit a.jsonl --judge qa"),
    ("run 'my recipe.yaml' --seeds '[1, 2]'", "s3ft run 'my recipe.yaml' 'seeds=[1, 2]'"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), FORMS, ids=[form[0] for form in FORMS])
def test_the_forms_of_other_programs_are_met_with_the_right_one(
    typed: str, meant: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = listing(here)
    assert s3ft(*shlex.split(typed)) == 2
    first, second = capfd.readouterr().err.splitlines()
    assert "there is no option -" in first
    assert second == f"  Did you mean: {meant}"
    assert listing(here) == before


def test_an_option_that_means_nothing_is_named(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert s3ft("run", "recipe.yaml", "--dry-run") == 2
    assert (
        "no option --dry-run\n  Options: --from, --help, --json, --out, --quiet, --verbose."
        in capfd.readouterr().err
    )


def test_right_options_are_let_through(here: Path) -> None:
    assert s3ft("select", "--out=a", "recipe.yaml") == 0
    assert s3ft("select", "recipe.yaml", "--out", "--b") == 0
    assert Path("--b/recipe.yaml").exists()
    assert s3ft("plan", "recipe.yaml", "--probe", "0") == 0


LONG = "a" * 300


@pytest.mark.parametrize(
    "command",
    [
        ["judge", "--judge", "match", LONG, "out.jsonl"],
        ["judge", "--judge", "match", "rows.jsonl", LONG],
        ["judge", "--judge", "match", f"x={LONG}", "rows.jsonl", "out.jsonl"],
        ["judge", "--judge", LONG, "rows.jsonl", "out.jsonl"],
        ["audit", "--judge", "match", LONG],
        ["audit", "--judge", "match", "rows.jsonl", "--disagreements", LONG],
        ["check", LONG],
        ["run", LONG],
        ["plan", LONG],
        ["report", LONG],
        ["report", "recipe.yaml", "--out", LONG],
        ["select", "recipe.yaml", "--out", LONG],
        ["check", "recipe.yaml", f"data.path={LONG}"],
        ["check", "recipe.yaml", f"data.test={LONG}"],
        ["check", "recipe.yaml", f"model.id={LONG}"],
        ["check", "recipe.yaml", f"model={LONG}"],
        ["check", "recipe.yaml", "model=lab", f"model.chat_template={LONG}"],
        ["check", "recipe.yaml", f"generate.replay.path={LONG}"],
        ["check", "recipe.yaml", "model=lab", "methods=[s3ft]", f"paraphrase.prompt={LONG}"],
        ["check", "recipe.yaml", "model=lab", f"evaluate.tasks={LONG}"],
        ["recipes", LONG],
    ],
    ids=lambda command: " ".join(command).replace(LONG, "LONG"),
)
def test_an_argument_longer_than_a_file_name_may_be(
    command: list[str], here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = listing(here)
    assert s3ft(*command) == 2
    assert "Traceback" not in capfd.readouterr().err
    assert listing(here) == before


def test_a_long_option_is_no_file(here: Path) -> None:
    write_rows("in.jsonl", [{"response": "4", "gold": "4"}])
    long = "judges=[" + ", ".join(["{name: match, ignore_case: true}"] * 20) + "]"
    assert s3ft("judge", "--judge", "cascade", long, "in.jsonl", "out.jsonl") == 0


AS_JSON: list[tuple[str, set[str]]] = [
    ("check recipe.yaml", {"checks"}),
    ("plan recipe.yaml --probe 0", {"checks", "stages", "notes"}),
    ("judge recipe.yaml", {"stages", "verdicts"}),
    ("judge --judge math in.jsonl out.jsonl", {"rows", "correct", "malformed"}),
    ("audit --judge math in.jsonl", {"overall"}),
    ("recipes", {"lab-math"}),
    ("recipes replay", {"recipe"}),
    ("report recipe.yaml --out made", {"mixture"}),
    ("status made", {"stages", "solved"}),
    ("schema", {"properties"}),
]
"""Commands that print a result, and some of its keys."""


@pytest.mark.parametrize(("command", "keys"), AS_JSON, ids=[command for command, _ in AS_JSON])
def test_json_stands_alone_on_standard_output(
    command: str, keys: set[str], here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_rows("in.jsonl", [{"response": "#### 4", "gold": "4", "correct": True}])
    if "made" in command:
        assert s3ft("select", "recipe.yaml", "--out", "made") == 0
    capfd.readouterr()
    arguments = [*shlex.split(command), *(["--json"] if command != "schema" else [])]
    assert s3ft(*arguments) == 0
    assert keys <= json.loads(capfd.readouterr().out).keys()


def test_rows_and_their_summary_do_not_mix(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_rows("in.jsonl", [{"id": 1, "response": "#### 4", "gold": "4"}])
    assert s3ft("judge", "--judge", "math", "in.jsonl", "-", "--json") == 0
    printed = capfd.readouterr()
    assert json.loads(printed.out)["label"] == "correct"
    assert json.loads(printed.err)["correct"] == 1


def test_every_verb_that_prints_a_result_knows_json() -> None:
    import typer

    verbs = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    silent = {"generate", "select", "train", "evaluate", "review", "schema"}
    without = {
        name
        for name, verb in verbs.items()
        if "--json" not in [o for p in verb.params for o in p.opts]
    }
    assert without == silent


@pytest.mark.parametrize("place", ["before", "after"])
def test_quiet_leaves_results_and_errors(
    place: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def quietly(*command: str) -> int:
        return s3ft("-q", *command) if place == "before" else s3ft(*command, "--quiet")

    assert quietly("select", "recipe.yaml") == 0
    assert capfd.readouterr() == ("", "")
    assert quietly("check", "recipe.yaml") == 0
    assert "data: 6 train rows" in capfd.readouterr().out
    assert quietly("select", "absent.yaml") == 2
    assert "absent.yaml" in capfd.readouterr().err
    assert s3ft("select", "recipe.yaml", "--out", "b") == 0
    assert "mixture ssr" in capfd.readouterr().err, "it is quiet only where that is wanted"


def test_verbose_shows_where_an_error_arose(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert s3ft("select", "absent.yaml", "-v") == 2
    assert "Traceback" in capfd.readouterr().err
    assert s3ft("select", "absent.yaml") == 2
    assert "Traceback" not in capfd.readouterr().err


def test_verbose_lets_libraries_speak(here: Path) -> None:
    import logging

    from s3ft.quiet import only_errors

    def level() -> int:
        with only_errors("transformers"):
            return logging.getLogger("transformers").level

    logging.getLogger("transformers").setLevel(logging.WARNING)
    assert s3ft("-v", "recipes") == 0
    assert level() == logging.WARNING
    assert s3ft("recipes") == 0
    assert level() == logging.ERROR


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("s3ft com", ["compare"]),
        ("s3ft run lab-", ["lab-code", "lab-math", "lab-reading"]),
        ("s3ft audit --judge ma", ["match", "math"]),
        ("s3ft check recipe.yaml --js", ["--json"]),
    ],
)
def test_the_shell_completes(typed: str, offered: list[str]) -> None:
    words = typed.split()
    asked = {
        "_S3FT_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    code = "import sys; from s3ft.cli import main; sys.argv = ['s3ft']; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | asked
    )
    assert done.stdout.split() == offered, done.stderr


def test_completion_can_be_installed(capfd: pytest.CaptureFixture[str]) -> None:
    assert s3ft("--help") == 0
    assert "--install-completion" in capfd.readouterr().out
