"""The pre-flight: what would go wrong hours later is found before anything is spent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from ..chat import check as check_chat
from ..errors import InputError
from ..evaluate import check_benchmarks
from ..judges import registry
from ..ladder import ATTEMPTED, REPLAY, Rung, no_likelihood
from ..models import check_model, pick_device, pick_dtype
from ..progress import progress
from ..recipe import JudgeConfig
from ..records import Case, Example, Response, content_hash
from ..store import Store
from ..train import dry_run, length_limit, reasoning_to_train
from ..workers import connect
from ._measuring import targets
from ._stages import Stage, reaches
from .rundir import Run, count_gold, data_notes, environment
from .selection import full_size, needs_likelihood

SAMPLE = 1000
"""Rows whose gold is judged and whose rendering is examined; lengths are measured on all."""

SHOWN = 5
"""Rows named in a message."""


def preflight(run: Run, *, until: Stage, ask: bool = True) -> list[str]:
    """Examine recipe, data and model together; what was found, a line each.

    The judges come last: they may cost money, and what they said goes with a beginning that is
    refused.

    Args:
        until: the last stage to come: what only later stages need is not asked for.
        ask: whether a judge that may ask a model is shown the golds; others are in any case.

    Raises:
        InputError: the gold is refused by its own judge too often, the stop token would not be
            trained, prompt ids are no prefix, a row does not fit, the training or a benchmark
            would be refused, or options are wrong.
    """
    recipe, store, base = run.recipe, run.store, run.base
    others = [one.split for one in targets(recipe) if one.split != "test"]
    found = [
        f"data: {store.count(split):,} {split} rows"
        for split in ("train", "test", *others)
        if store.count(split)
    ]
    if replayed := store.count(REPLAY):
        share = replayed / full_size(store)
        found.append(f"data: {replayed:,} general rows are mixed in, {share:.1%} of all")
    found += data_notes(store)
    rungs = recipe.rungs_to_ask()
    _check_rungs(run, rungs)
    if base.exists:
        found.append(_chat(run))
        if (vllm := base.vllm()) is not None:
            vllm.check()
    if recipe.ray is not None:
        found.append(f"ray: {connect(recipe.ray)}")
    if recipe.methods and reaches(until, "judge" if recipe.asked_twice else "train"):
        lengths = _lengths(run)
        found.append(str(lengths))
        step = dry_run(base.config, recipe.train, lengths.longest, lengths.longest_gold)
        found.append(f"training: {step}")
    elif base.exists and rungs and recipe.generate.engine == "transformers":
        dtype = pick_dtype(base.config.dtype, pick_device(base.config.device))
        check_model(base.config, dtype)
    if reaches(until, "evaluate"):
        found += [
            f"benchmark {name}: {n:,} items"
            for name, n in check_benchmarks(recipe.evaluate).items()
        ]
        if recipe.sweep:
            check_benchmarks(recipe.evaluate.model_copy(update={"part": "dev"}))
    if rungs:
        found.append(_gold_accepted(run, recipe.judge, "judge", "train", ask))
    if reaches(until, "evaluate"):
        for one in targets(recipe):
            if store.count(one.split):
                found.append(_gold_accepted(run, one.judge, one.where, one.split, ask))
    return found


def _check_rungs(run: Run, rungs: list[Rung]) -> None:
    """Each rung has somebody to ask, and a prompt that can be filled.

    What is known of likelihoods before anything is asked is said too; the rest shows with the first
    response.
    """
    recipe, base = run.recipe, run.base
    _check_weights(run)
    for rung in rungs:
        base.check(rung)
        replay, server = base.replay(rung), base.server(rung)
        if needs_likelihood(recipe, rung):
            if replay is not None and not replay.has_likelihoods:
                raise no_likelihood(replay.name)
            if server is not None and not base.exists:
                raise no_likelihood(server.name)  # token ids are checked by the model's own format
        if (prompt := run.prompt(rung)) is None:
            continue
        example = next(sample(run.store))
        prompt.messages(example, example.accepted)
        for method in recipe.methods if prompt.shows_attempt else ():
            ladder = recipe.ladder(method)
            if rung.name in ladder and ATTEMPTED not in ladder[: ladder.index(rung.name)]:
                raise InputError(
                    f"{rung.key}.prompt: {rung.prompt}",
                    f"shows the failed attempt, but on the ladder of {method!r} there is none yet",
                    f"Put {ATTEMPTED!r} before {rung.name!r}, or leave {{{{ attempt }}}} out.",
                )


def _check_weights(run: Run) -> None:
    """Where a method needs the base's weights before it is trained, they are at hand."""
    for name, method in ((name, run.recipe.method(name)) for name in run.recipe.methods):
        weighed = [rung.name for rung in method.rungs if method.weighs(rung)]
        weighed += ["gold"] if method.weighs_gold else []
        if weighed and not run.base.exists:
            problem = f"is required: method {name!r} asks it how likely it finds {weighed[0]}"
            raise InputError("model", problem, "Name the model whose weights tell that.")
        if method.first_round and not run.base.exists:
            problem = f"is required: method {name!r} asks a tuned one in a second round"
            raise InputError("model", problem, "Name the model that is to be tuned.")


def sample(store: Store, split: str = "train", size: int = SAMPLE) -> Iterator[Example]:
    """At most ``size`` rows, evenly spaced."""
    step = max(1, -(-store.count(split) // size))
    return (entry.example for entry in islice(store.entries(split), 0, None, step))


def _gold_accepted(run: Run, config: JudgeConfig, where: str, split: str, ask: bool) -> str:
    """Every gold answer must be right in the eyes of the judge that will use it.

    What was accepted once is not judged again by a later start.
    """
    if not ask and not registry.is_stateless(config.name, where=where):
        return f"{where} {config.name!r}: was not asked about the golds"
    packages = environment(run.recipe)["packages"]
    state = content_hash(config.model_dump(mode="json"), run.recipe.min_gold_accepted, packages)
    known = run.store.metadata(f"golds: {where}") or ""
    if known.startswith(state):
        return known.removeprefix(f"{state} ")
    judge = run.judge(config)
    examples = {example.id: example for example in sample(run.store, split)}
    refused: list[str] = []
    with progress("check: gold answers", len(examples)) as tick:
        for verdict in judge(_gold_case(example) for example in examples.values()):
            if verdict.label != "correct":
                refused.append(f"{verdict.key} ({verdict.label}: {verdict.reason})")
            tick()
    share = 1 - len(refused) / len(examples)
    named = "; ".join(refused[:SHOWN])
    if share < run.recipe.min_gold_accepted:
        raise InputError(
            where,
            f"{config.name!r} accepts only {share:.1%} of the gold answers as their own: {named}",
            "Choose another judge or data.gold, mend these rows, or lower min_gold_accepted.",
        )
    line = f"{where} {config.name!r}: accepts {share:.1%} of {len(examples):,} {split} golds"
    if (level := getattr(judge, "level", None)) is not None:
        line += f", running them in the sandbox at level {level}"
    if refused:
        line += f", not {len(refused)}: {named}"
    run.store.set_metadata(f"golds: {where}", f"{state} {line}")
    return line


def _gold_case(example: Example) -> Case:
    return Case.of(example.id, example, Response(example.id, example.completion))


def _chat(run: Run) -> str:
    base = run.base
    for example in chain(sample(run.store), sample(run.store, REPLAY)):
        thought = reasoning_to_train(example, run.recipe.train.reasoning)
        problems = check_chat(base.chat, example.prompt, example.completion, thought)
        if problems:
            where = f"model.id: {base.config.id}: row {example.id}"
            remedy = "Set model.chat_template or model.chat_template_kwargs."
            raise InputError(where, "; ".join(problems), remedy)
    stop = base.chat.tokenizer.convert_ids_to_tokens(base.chat.stop_id)
    return f"chat: prompt ids are a prefix, the stop token {stop!r} is trained"


def _to_train(store: Store) -> Iterator[tuple[Example, str]]:
    """The rows that are trained on, with what messages call them."""
    for entry in store.entries("train"):
        yield entry.example, entry.example.id
    for entry in store.entries(REPLAY):
        yield entry.example, f"{entry.example.id} of data.replay"


@dataclass
class _Lengths:
    limit: int | None
    longest: int = 0
    longest_gold: int = 0
    tokens: int = 0
    over: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        of = "" if self.limit is None else f" of {self.limit}"
        return f"lengths: {self.tokens:,} tokens of gold rows, the longest {self.longest}{of}"


def _lengths(run: Run) -> _Lengths:
    """Gold rows and general ones must fit; the model's own answers are limited by
    ``generate.max_new_tokens``."""
    chat, total = run.base.chat, full_size(run.store)
    limit = length_limit(run.base.config, chat, run.recipe.train.max_length)
    seen = _Lengths(limit)
    with progress("check: lengths", total) as tick:
        for example, named in _to_train(run.store):
            gold = count_gold(chat, example, run.recipe.train.reasoning)
            length = len(chat.prompt_ids(example.prompt)) + gold
            seen.tokens += length
            seen.longest_gold = max(seen.longest_gold, gold)
            seen.longest = max(seen.longest, length)
            if limit is not None and length > limit:
                seen.over.append(named)
            tick()
    if seen.over:
        raise InputError(
            "train.max_length",
            f"{len(seen.over)} of {total} rows are longer than {limit} tokens (longest"
            f" {seen.longest}): {', '.join(seen.over[:SHOWN])}",
            "Raise train.max_length if the model allows it, or leave these rows out: "
            "data.too_long=drop, when a run begins.",
        )
    return seen
