"""Loading a recipe: what is right reads back equal, what is wrong names its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from s3ft.errors import InputError
from s3ft.ladder import Rung
from s3ft.recipe import Recipe, load, parse_option, schema
from s3ft.records import Sampling

BASE = "model: {id: lab}\ndata: {path: lab}\njudge: {name: math}\n"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "recipe.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_design_recipe_loads(tmp_path: Path) -> None:
    recipe = load(
        write(
            tmp_path,
            """
model: {id: Qwen/Qwen2.5-1.5B-Instruct}
data:  {path: openai/gsm8k, name: main, test: test, prompt: "{question}", completion: answer}
judge: {name: math, tolerance: 1e-4}
generate: {engine: transformers, temperature: 0.0, max_new_tokens: 512}
methods: [sft, s3ft, mine]
ladders: {mine: [paraphrase, self, gold]}
train: {lora: {r: 8, target_modules: all-linear}, learning_rate: 1.0e-4, epochs: 3}
evaluate: {target: {judge: {name: math}}, benchmarks: [mmlu, hellaswag]}
""",
        )
    )
    assert recipe.judge.options == {"tolerance": 1e-4}
    assert recipe.train.learning_rate == 1e-4
    assert recipe.train.epochs == 3.0
    assert recipe.ladder("mine") == ("paraphrase", "self", "gold")
    assert recipe.ladder("ssr") == ("self", "gold")
    assert recipe.rung("self").first.max_new_tokens == 512


def test_resolved_recipe_reads_back_equal(tmp_path: Path) -> None:
    recipe = load(
        {
            "data": {
                "path": "x",
                "revision": "12e4567",
                "prompt": "{a}\n\n{b}: 'ü' ☃",
                "where": {"a": "no", "b": "1e5", "c": True, "d": "0x1F", "e": "null", "f": 1.5},
            },
            "judge": {"name": "m:f", "small": 1e-7, "nothing": None, "list": ["2024-01-01", 10]},
            "train": {"lora": None, "args": {"warmup_ratio": 0.1}},
        }
    )
    assert load(write(tmp_path, recipe.to_yaml())) == recipe


def test_yaml_is_read_as_version_1_2(tmp_path: Path) -> None:
    text = BASE.replace("path: lab", "path: lab, where: {a: no, b: on, c: 1:30, d: 010, e: true}")
    where = load(write(tmp_path, text + "train: {learning_rate: 5e-5}")).data.where
    assert where == {"a": "no", "b": "on", "c": "1:30", "d": "010", "e": True}


def test_anchors_and_merges_are_no_repeated_keys(tmp_path: Path) -> None:
    text = """
model: {id: lab}
data: {path: lab}
judge: &judge {name: math, tolerance: 1}
evaluate: {target: {judge: {<<: *judge, tolerance: 2}}}
generate: {n: 1}
"""
    target = load(write(tmp_path, text)).evaluate.target
    assert target is not None
    assert target.judge is not None
    assert (target.judge.name, target.judge.options) == ("math", {"tolerance": 2})


def test_mapping_is_not_changed_by_overrides() -> None:
    source = {"data": {"path": "x"}, "judge": {"name": "math"}}
    assert load(source, {"data.path": "y"}).data.path == "y"
    assert source["data"] == {"path": "x"}


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("train.learning_rate=5e-5", "train.learning_rate", 5e-5),
        ("methods=[ssr, sft]", "methods", ["ssr", "sft"]),
        ("data.test=null", "data.test", None),
        ("data.test=", "data.test", None),
        ("data.prompt={question}", "data.prompt", "{question}"),
        ("data.prompt=Q: {question}", "data.prompt", "Q: {question}"),
        ("data.prompt={a}\n{b}", "data.prompt", "{a}\n{b}"),
        (r'data.prompt="{a}\n{b}"', "data.prompt", "{a}\n{b}"),
        ("model.revision=1234567", "model.revision", "1234567"),
        ("model.revision='12e4'", "model.revision", "12e4"),
        ("data.where={system: a}", "data.where", {"system": "a"}),
        ("data.where.n=3", "data.where", {"n": 3}),
        ("train.lora=null", "train.lora", None),
        ("train.lora.r=4", "train.lora.r", 4),
        ("train.lora.target_modules=[q, v]", "train.lora.target_modules", ["q", "v"]),
        ("evaluate.target.judge.name=match", "evaluate.target.judge.name", "match"),
        ("data.path=a=b", "data.path", "a=b"),
    ],
)
def test_overrides(tmp_path: Path, override: str, key: str, value: object) -> None:
    found: object = load(write(tmp_path, BASE), [override])
    for part in key.split("."):
        found = getattr(found, part)
    assert found == value


def test_later_override_wins_and_reopens_a_null_group(tmp_path: Path) -> None:
    path = write(tmp_path, BASE)
    lora = load(path, ["train.lora=null", "train.lora.r=2", "train.lora.r=4"]).train.lora
    assert lora is not None
    assert lora.r == 4


WRONG = [
    # text, where (after the file's name), words that the message must have
    ("", "", ["is empty", "begins with keys"]),
    ("# only a comment\n", "", ["is empty"]),
    ("- a\n- b\n", "", ["not a mapping but a list"]),
    ("just words", "", ["not a mapping but a str"]),
    (b"model: \xff\xfe", "", ["not UTF-8: byte 0xff at offset 7"]),
    ("model: {id: lab\ndata: 3", ":2", ["cannot be read as YAML"]),
    ("model:\n\tid: lab", ":2", ["cannot be read as YAML"]),
    (BASE + "---\na: b\n", ":4", ["another document"]),
    (BASE + 'train:\n  args: {deepspeed: "a\\0b"}\n', ":5: train.args.deepspeed", ["NUL"]),
    (BASE + 'methods: [s3ft, "m\\0"]\n', ":4: methods.1", ["NUL", "Take it out"]),
    (BASE + "model: {id: b}\n", ":4", ["'model' is given twice"]),
    (BASE + "train:\n  epochs: 1\n  epochs: 2\n", ":6", ["'epochs' is given twice"]),
    ("a: &a [*a]", ":1", ["contains itself"]),
    (BASE + "train:\n  learn_rate: 1\n", ":5: train.learn_rate", ["'train.learning_rate'"]),
    (BASE + "learning_rate: 1\n", ":4: learning_rate", ["unknown key", "'train.learning_rate'"]),
    (BASE + "evaluate: {judge: {name: x}}\n", ":4: evaluate.judge", ["'evaluate.target.judge'"]),
    (BASE + "train: {lora: {rank: 4}}\n", ":4: train.lora", ["rank is called r here"]),
    (BASE + "train: {lora: {lora_alpha: 4}}\n", ":4: train.lora", ["is called alpha here"]),
    (BASE + "train: {epochs: '3'}\n", ":4: train.epochs", ["must be a number (given: '3')"]),
    (BASE + "train: {epochs: .nan}\n", ":4: train.epochs", ["must be a number"]),
    (BASE + "train: {epochs: 0}\n", ":4: train.epochs", ["greater than 0"]),
    (BASE + "train: {batch_size: true}\n", ":4: train.batch_size", ["whole number (given: True)"]),
    (BASE + "train: {batch_size: 2.5}\n", ":4: train.batch_size", ["whole number (given: 2.5)"]),
    (
        BASE + "generate: {engine: vlm}\n",
        ":4: generate.engine",
        ["'transformers', 'vllm', 'openai' or 'replay'"],
    ),
    (BASE + "generate: {engine: replay}\n", ":4: generate", ["replay: {path: FILE}"]),
    (BASE + "generate: {engine: openai}\n", ":4: generate", ["openai: {url: ADDRESS"]),
    (
        BASE + "generate: {engine: openai, openai: {url: localhost}}\n",
        ":4: generate.openai.url",
        ["http://localhost:8000/v1"],
    ),
    (
        BASE + "generate: {engine: openai, openai: {max_cost: 1}}\n",
        ":4: generate.openai",
        ["max_cost needs"],
    ),
    (BASE + "generate:\n  n: 4\n", ":4: generate", ["need a temperature"]),
    (BASE + "methods:\n- sft\n- sfft\n", ":4: methods", ["'sfft'; did you mean 'sft'?"]),
    (BASE + "methods: [sft, sft]\n", ":4: methods", ["'sft' is named twice"]),
    (BASE + "seeds: []\n", ":4: seeds", ["at least one"]),
    (BASE + "seeds: [1, 1]\n", ":4: seeds", ["1 is named twice"]),
    (BASE + "ladders:\n  my: [gold, self]\n", ":5: ladders.my", ["nothing can follow it"]),
    (BASE + "ladders: {sft: [gold]}\n", ":4: ladders.sft", ["built-in method"]),
    (BASE + "ladders: {a/b: [gold]}\n", ":4: ladders.a/b", ["letters, digits"]),
    (BASE + "ladders: {my: [golf]}\n", ":4: ladders.my.0", ["'self', 'paraphrase' or 'gold'"]),
    (BASE + "evaluate:\n  benchmarks:\n  - a\n  - 3\n", ":7: evaluate.benchmarks.1", ["text"]),
    (BASE + "3: 4\n", ":4: 3", ["cannot be a key"]),
    ("model: 3\ndata: {path: x}\njudge: {name: m}", ":1: model", ["must be a mapping", "id,"]),
    ("data: {path: x}\njudge: [math]", ":2: judge", ["must be a mapping", "Its keys: name."]),
    (BASE + "train: full\n", ":4: train", ["must be a mapping"]),
    (
        BASE + "gradient_accumulation_steps: 4\n",
        ":4: gradient_accumulation_steps",
        ["'train.args.gradient_accumulation_steps'"],
    ),
    (BASE + "train: {warmup_step: 4}\n", ":4: train.warmup_step", ["'train.args.warmup_steps'"]),
    (BASE + "train: {num_train_epochs: 4}\n", ":4: train.num_train_epochs", ["'train.epochs'"]),
    (BASE + "generate: {seed: 4}\n", ":4: generate.seed", ["'seeds'"]),
    ("data: {name: x}\njudge: {name: m}", ":1: data.path", ["is required"]),
    ("data: {path: x}", ": judge", ["is required"]),
    (BASE.replace("lab}\nj", "lab, revision: 123}\nj"), ":2: data.revision", ["quotes"]),
    (BASE.replace("lab}\nj", "lab, where: {a: null}}\nj"), ":2: data.where.a", ["text or a whole"]),
]


@pytest.mark.parametrize(("text", "place", "words"), WRONG)
def test_wrong_recipe_names_place_and_remedy(
    tmp_path: Path, text: str | bytes, place: str, words: list[str]
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        load(path)
    assert error.value.where == f"{path}{place}"
    for word in words:
        assert word in str(error.value)


def test_key_from_a_merge_has_the_line_where_it_is_written(tmp_path: Path) -> None:
    text = "model: &m\n  id: lab\n  epochs: 1\ndata: {path: x}\njudge: {name: m}\ntrain: {<<: *m}\n"
    with pytest.raises(InputError) as error:
        load(write(tmp_path, text))
    assert "recipe.yaml:3: model.epochs" in str(error.value)
    assert "recipe.yaml:3: train.epochs" not in str(error.value)
    assert "recipe.yaml:2: train.id" in str(error.value)


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load(write(tmp_path, "model: {id: 3}\ndata: {path: x, tset: y}\ntrain: {epochs: x}\n"))
    for place in (":1: model.id", ":2: data.tset", ":3: train.epochs", ": judge: is required"):
        assert place in str(error.value)


@pytest.mark.parametrize(
    ("override", "where", "words"),
    [
        ("train.epohcs=2", "argument train.epohcs=2", "'train.epochs'"),
        ("train.epochs=two", "argument train.epochs=two", "must be a number (given: 'two')"),
        ("train=3", "argument train=3", "must be a mapping"),
        ("model.id.x=2", "argument model.id.x=2", "model.id is a value"),
        ("seeds.0=2", "argument seeds.0=2", "replaced whole\n  Set it as seeds=..."),
        ("nothing", "argument nothing", "key.path=value"),
        ("a..b=3", "argument a..b=3", "key.path=value"),
        ("=3", "argument =3", "key.path=value"),
        ("train.args={a: [", "argument train.args={a: [", "not YAML"),
    ],
)
def test_wrong_override_is_named(tmp_path: Path, override: str, where: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        load(write(tmp_path, BASE + "seeds: [1]\n"), [override])
    assert error.value.where == where
    assert words in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="is a folder"):
        load(tmp_path)


def test_option() -> None:
    assert parse_option("tolerance=1e-3") == ("tolerance", 1e-3)
    assert parse_option("labels=[A, B]") == ("labels", ["A", "B"])
    with pytest.raises(InputError, match="not YAML"):
        parse_option("labels=[A")


def test_schema_describes_every_key() -> None:
    found = schema()
    groups = {"Recipe": found, **found["$defs"]}
    for name, group in groups.items():
        for key, about in group["properties"].items():
            assert about.get("description"), f"{name}.{key}"
    assert set(found["properties"]) == set(Recipe.model_fields)
    assert found["additionalProperties"] is False
    assert found["$defs"]["JudgeConfig"]["additionalProperties"] is True


def test_importing_recipes_is_light() -> None:
    code = (
        "import sys, s3ft.recipe, s3ft.data;"
        "heavy = {'torch', 'transformers', 'datasets', 'pyarrow', 'numpy'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("n", "rounds"),
    [(1, (1,)), (2, (1, 2)), (3, (1, 2, 3)), (5, (1, 2, 4, 5)), (8, (1, 2, 4, 8))],
)
def test_rounds_double_up_to_the_limit(n: int, rounds: tuple[int, ...]) -> None:
    generate = {"n": n, "temperature": 0.7}
    assert rung(generate=generate).rounds == rounds
    assert rung(generate={**generate, "adaptive": False}).rounds == (n,)
    all_at_once = rung("paraphrase", generate=generate, paraphrase={**generate, "adaptive": False})
    assert all_at_once.rounds == (n,)
    assert all_at_once.sampling(0).temperature == 0.7


def rung(name: str = "self", **keys: Any) -> Rung:
    return load({"data": "rows.jsonl", "judge": "math", **keys}).rung(name)


def test_the_first_of_several_samples_is_greedy() -> None:
    drawn = rung(generate={"n": 4, "temperature": 0.7})
    assert [drawn.sampling(sample).temperature for sample in range(4)] == [0.0, 0.7, 0.7, 0.7]
    assert rung(generate={"temperature": 0.7}).sampling(0).temperature == 0.7
    all_at_once = {"n": 4, "temperature": 0.7, "adaptive": False}
    assert rung(generate=all_at_once).sampling(0).temperature == 0.7


def test_a_text_stands_for_a_group_that_it_names(tmp_path: Path) -> None:
    text = "model: lab\ndata: rows.jsonl\njudge: math\nevaluate: {target: {judge: qa}}\n"
    long = (
        "model: {id: lab}\ndata: {path: rows.jsonl}\njudge: {name: math}\n"
        "evaluate: {target: {judge: {name: qa}}}\n"
    )
    path = write(tmp_path, text)
    short = load(path)
    assert short == load(write(tmp_path, long))
    path = write(tmp_path, text)
    changed = load(
        path, ["model.device=cpu", "judge=match", "judge.ignore_case=false", "data=b.csv"]
    )
    assert (changed.model and changed.model.id, changed.data.path) == ("lab", "b.csv")
    assert (changed.judge.name, changed.judge.options) == ("match", {"ignore_case": False})
    assert load({"data": "x", "judge": "math"}, {"model": "lab"}).judge.name == "math"
    kinds = schema()["$defs"]
    assert kinds["Model"]["type"] == kinds["JudgeConfig"]["type"] == ["object", "string"]


def test_evaluate_null_measures_nothing(tmp_path: Path) -> None:
    for recipe in (
        load(write(tmp_path, BASE + "evaluate: null\n")),
        load(write(tmp_path, BASE + "evaluate: {benchmarks: [mmlu]}\n"), ["evaluate=null"]),
    ):
        assert recipe.evaluate.target is None
        assert recipe.evaluate.benchmarks == []
        assert load(write(tmp_path, recipe.to_yaml())) == recipe


def test_the_target_is_measured_greedily_unless_told_otherwise(tmp_path: Path) -> None:
    text = BASE + "generate: {temperature: 0.7, top_p: 0.9, n: 4, adaptive: false}\n"
    path = write(tmp_path, text)
    assert load(path).rung("self").sampling(0).temperature == 0.7
    assert load(path).measured == Sampling(0.0, 0.9, 0, 512)
    changes = ["evaluate.target.temperature=0.5", "evaluate.target.max_new_tokens=9"]
    assert load(path, changes).measured == Sampling(0.5, 0.9, 0, 9)


def test_rungs_are_asked_in_the_order_of_the_ladders() -> None:
    rungs = {name: {"prompt": "paraphrase.j2"} for name in ("late", "early")}
    ladders = {"a": ["self", "early", "gold"], "b": ["early", "late", "gold"]}
    told = {"data": "rows.jsonl", "judge": "math", "rungs": rungs, "ladders": ladders}
    recipe = load({**told, "methods": ["b", "a"]})
    assert [rung.name for rung in recipe.rungs_to_ask()] == ["self", "early", "late"]
    assert [rung.name for rung in recipe.rungs_to_ask(["b"])] == ["early", "late"]
    assert recipe.rungs_to_ask([]) == []
    disagreeing = {"a": ["late", "early"], "b": ["early", "late"]}
    recipe = load({**told, "ladders": disagreeing, "methods": ["a", "b"]})
    assert {rung.name for rung in recipe.rungs_to_ask()} == {"early", "late"}
