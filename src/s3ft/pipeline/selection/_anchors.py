"""Rows that hold the model where it was: what the base answers to what it asks itself.

Behind the opening of a user's turn the base goes on by itself and asks something (Magpie, arXiv
2406.08464); that is put to it, and what it says is trained on beside the targets. So nothing but
the model is needed to keep what it does elsewhere (arXiv 2602.20162; 2505.13811 trains on what it
writes behind nothing at all). Nobody judges these rows: they are no better than the base, and are
not to be.

Both are drawn at temperature 1, as the base's distribution has them: in the mean they pull nowhere
from it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...chat import UserTurn
from ...data import asked
from ...errors import InputError
from ...ladder import ANCHOR
from ...progress import progress
from ...records import Example, Message, Request, Response, Sampling, content_hash, response_key
from ...store import Spent
from ...train import length_limit
from ._mixture import full_size

if TYPE_CHECKING:
    from ..rundir import Run

TRIED = "anchors tried"
"""Metadata of a run: how many questions the base was asked for."""

WINDOW = 64
"""The most questions that are asked for together, and stored with their answers."""

FEWEST = 0.02
"""The least share of them that must become rows."""


def anchors_wanted(run: Run) -> int:
    """How many anchors the method with the most of them mixes in, where it drops no prompt."""
    methods = [run.recipe.method(name) for name in run.recipe.methods]
    return max((method.anchor_rows(full_size(run.store)) for method in methods), default=0)


def make_anchors(run: Run) -> None:
    """Bring as many anchors into a run as its methods mix in, but those that are there.

    They are numbered, each with seeds of its own: always the same, and of a greater share the same
    and more.

    Raises:
        InputError: the base asks hardly anything behind its template, or does not end its answers.
    """
    store, wanted = run.store, anchors_wanted(run)
    there, tried = store.count(ANCHOR), int(store.metadata(TRIED) or 0)
    if there >= wanted:
        return
    turn, limit = UserTurn(run.base.chat), _limit(run)
    known = {asked(entry.example) for entry in store.entries(ANCHOR)}
    size = min(WINDOW, wanted)
    with progress("anchors", wanted, there) as tick:
        while there < wanted:
            start = time.monotonic()
            rows: list[tuple[Example, Response]] = []
            said, tokens = _window(run, turn, range(tried, tried + size))
            for example, response in said:
                ids = response.token_ids or ()
                fits = len(run.base.chat.prompt_ids(example.prompt)) + len(ids) <= limit
                if response.whole and response.text and fits and asked(example) not in known:
                    known.add(asked(example))
                    rows.append((example, response))
            tried += size
            spent = Spent("anchors", ANCHOR, len(rows), tokens, time.monotonic() - start)
            store.add_answered(ANCHOR, rows, {TRIED: str(tried)}, spent)
            tick(min(len(rows), wanted - there), tokens)
            there += len(rows)
            if tried >= 4 * WINDOW and there < FEWEST * tried:
                raise _asks_nothing(run, there, tried)


def _window(run: Run, turn: UserTurn, numbers: range) -> tuple[list[tuple[Example, Response]], int]:
    """What the base asks itself and answers, in the order of the numbers; the tokens of both."""
    names = [f"{ANCHOR}-{number:06d}" for number in numbers]
    asked_itself = _said(run, "question", dict.fromkeys(names, ()), turn)
    questions = {
        name: (Message(role="user", content=text),)
        for name, response in asked_itself.items()
        if (text := turn.read(response.token_ids or ()))
    }
    answers = _said(run, "answer", questions, turn)
    rows = [
        (Example(name, questions[name], one.text, reasoning=one.reasoning), one)
        for name, one in answers.items()
    ]
    made = (*asked_itself.values(), *answers.values())
    return rows, sum(len(response.token_ids or ()) for response in made)


def _said(
    run: Run, what: str, prompts: Mapping[str, tuple[Message, ...]], turn: UserTurn
) -> dict[str, Response]:
    """What the base says behind prompts, by their names; behind none, as the user."""
    sampling = Sampling(temperature=1.0, max_new_tokens=run.recipe.generate.max_new_tokens)
    requests = []
    for name, messages in prompts.items():
        ids = run.base.chat.prompt_ids(messages) if messages else turn.opening
        seed = int(content_hash(name, what)[:15], 16)
        key = response_key(run.base.fingerprint, ids, sampling, seed)
        requests.append(Request(key, messages, ids, sampling, seed, name))
    engine = run.base.engine()
    found = {r.key: r for batch in engine.generate(requests) for r in batch}
    return {request.example_id: found[request.key] for request in requests}


def _limit(run: Run) -> float:
    limit = length_limit(run.base.config, run.base.chat, run.recipe.train.max_length)
    return float("inf") if limit is None else limit


def _asks_nothing(run: Run, rows: int, tried: int) -> InputError:
    methods = [name for name in run.recipe.methods if run.recipe.method(name).anchors]
    return InputError(
        f"ladders.{methods[0]}.anchors" if methods[0] in run.recipe.ladders else "methods",
        f"of {tried} questions that the model was to ask itself, {rows} were asked and answered to"
        " the end",
        "Raise generate.max_new_tokens, or mix in general rows in their place: data.replay.",
    )
