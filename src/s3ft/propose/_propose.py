"""From data and a model to a whole proposal: keys, reasons, and rows as they are understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from ..data import first_rows, from_rows
from ..embedded import embedded
from ..judges import registry
from ..recipe import Data, Recipe, load
from ..records import Example
from ._judge import Choice, choose
from ._layout import layout_of
from ._mapping import mapping
from ._proposed import Proposed, Row
from ._splits import splits

SAMPLE = 10_000
"""Rows that are looked at: enough to see the articles of a data set that is ordered by them."""

ROOM = (64, 128, 256, 512, 1024, 2048)
"""Tokens of an answer, of which the proposal takes one."""

CHARS_PER_TOKEN = 3
"""Of a gold, on the short side, so that answers have room."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a recipe would say, and the examples that it would make of the first rows."""

    proposed: list[Proposed]
    examples: list[Example]

    @property
    def tree(self) -> dict[str, Any]:
        """The recipe as a mapping."""
        tree: dict[str, Any] = {}
        for key, value, _ in self.proposed:
            *groups, last = key.split(".")
            reduce(lambda here, group: here.setdefault(group, {}), groups, tree)[last] = value
        return tree


def propose(
    path: str, *, model: str, judge: str | None = None, changes: list[str] | None = None
) -> Proposal:
    """A recipe for these data, each key with its reason.

    Args:
        path: as `data.path` of a recipe.
        model: as `model.id` of a recipe.
        judge: who judges; default: who fits the golds.
        changes: ``key.path=value``, which are taken as they are.

    Raises:
        InputError: the data cannot be read, or `Unmapped`: what is asked and answered must be told.
    """
    if judge is not None:
        registry.is_stateless(judge, where="--judge")  # there is one of that name
    tree = {"model": {"id": model}, "data": {"path": path}, "judge": {"name": judge or "match"}}
    told = load(tree, changes or [])
    given = [_given(change, told) for change in changes or []]
    data, proposed = told.data, [Proposed("model.id", model), Proposed("data.path", path)]
    proposed += [one for one in given if one.key.startswith(("model.", "data."))]
    raw = first_rows(data, SAMPLE)
    if data.layout is None and (found := layout_of(raw)) is not None:
        data = data.model_copy(update={"layout": found[0]})
        proposed.append(Proposed("data.layout", *found))
    rows = raw if data.layout is None else first_rows(data, SAMPLE)
    for step in (mapping, splits):
        found_keys = list(step(data, rows))
        proposed += found_keys
        data = load({**tree, "data": _with(data, found_keys)}).data
    examples = _examples(data, rows)
    choice = Choice({"name": judge}, "") if judge else choose(examples, rows, model)
    proposed += _judge(choice, [one for one in given if one.key.startswith("judge.")])
    if choice.config["name"] == "match" and not _is_given("data.prompt", given):
        proposed = [_naming_classes(one, examples) for one in proposed]
    others = [one for one in given if not one.key.startswith(("model.", "data.", "judge."))]
    measured = any(one.key in ("evaluate", "evaluate.benchmarks") for one in others)
    for one in _settings(model, choice, examples):
        is_own = _is_given(one.key, others) or (measured and one.key.startswith("evaluate."))
        proposed += [] if is_own else [one]
    return Proposal(_in_order([*proposed, *others]), examples[:3])


def _with(data: Data, proposed: list[Proposed]) -> dict[str, Any]:
    named = {one.key.removeprefix("data."): one.value for one in proposed}
    return {**data.model_dump(exclude_unset=True), **named}


def _given(change: str, told: Recipe) -> Proposed:
    """A change of the user's with the value that the recipe understands."""
    key = change.partition("=")[0].strip()
    value: Any = told.model_dump(mode="json")
    for part in key.split("."):
        value = value[part]
    key = {"model": "model.id", "data": "data.path", "judge": "judge.name"}.get(key, key)
    return Proposed(key, value)


def _is_given(key: str, given: list[Proposed]) -> bool:
    return any(
        f"{one.key}.".startswith(f"{key}.") or f"{key}.".startswith(f"{one.key}.") for one in given
    )


def _examples(data: Data, rows: list[Row]) -> list[Example]:
    plain = data.model_copy(update={"layout": None, "shuffle": None, "unanswerable": None})
    return list(from_rows(rows, plain, name=data.path))


def _judge(choice: Choice, given: list[Proposed]) -> list[Proposed]:
    named = [Proposed(f"judge.{key}", value) for key, value in choice.config.items()]
    named[0] = named[0]._replace(why=choice.why)
    return named + [one for one in given if one.key != "judge.name"]


def _naming_classes(one: Proposed, examples: list[Example]) -> Proposed:
    """The judge compares the whole answer, so that the prompt must say what may be said."""
    if one.key != "data.prompt" or "{" not in one.value:
        return one
    classes = sorted({example.accepted[0].strip() for example in examples})
    listed = ", ".join(classes).replace("{", "{{").replace("}", "}}")
    return one._replace(
        value=f"{one.value}\n\nAnswer with one of these alone: {listed}.",
        why=f"{one.why}; the judge compares the whole answer",
    )


def _settings(model: str, choice: Choice, examples: list[Example]) -> Iterator[Proposed]:
    lengths = sorted(len(example.completion) for example in examples)
    longest = lengths[int(0.95 * (len(lengths) - 1))]
    least = 512 if choice.config["name"] in ("math", "code") else 64
    wanted = max(least, 2 * longest // CHARS_PER_TOKEN)
    room = next((size for size in ROOM if size >= wanted), ROOM[-1])
    why = f"golds have up to {longest:,} characters (95 %); a model that thinks needs more"
    yield Proposed("generate.max_new_tokens", room, why)
    yield Proposed("methods", ["sft", "s3ft"], "the baseline, and own answers where they are right")
    yield Proposed("seeds", [0], "one seed tells little; [0, 1, 2] tell more")
    yield Proposed("train.lora", {"r": 8, "alpha": 16, "dropout": 0.1}, "the papers' adapter")
    world = embedded(model)
    rate = (2e-3, "the embedded model is small") if world else (1e-4, "LoRA's usual one")
    yield Proposed("train.learning_rate", rate[0], f"{rate[1]}; a `sweep` finds yours")
    yield Proposed("train.epochs", 3)
    yield Proposed("train.batch_size", 16)
    if world is not None:
        tasks = sorted(path.stem for path in world.TASKS.glob("[!_]*_*.yaml"))
        yield Proposed("evaluate.tasks", model, "the embedded world's own suite")
        yield Proposed("evaluate.benchmarks", tasks)
        yield Proposed("evaluate.apply_chat_template", True)
        return
    yield Proposed("evaluate.benchmarks", ["general"], "what may be forgotten, by lm-eval")
    yield Proposed("evaluate.limit", 500, "a fixed sample of each; null asks all")


_ORDER = ("model", "data", "judge", "generate", "methods", "seeds", "train", "evaluate")


def _in_order(proposed: list[Proposed]) -> list[Proposed]:
    def rank(one: Proposed) -> int:
        group = one.key.partition(".")[0]
        return _ORDER.index(group) if group in _ORDER else len(_ORDER)

    return sorted(proposed, key=rank)
