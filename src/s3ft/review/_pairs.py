"""Which of two models answers better, by people who do not know whose answer is whose.

As the human evaluation of SSR (arXiv 2409.04787): two answers to a test prompt side by side. Sides
are at random; answers that are the same are not asked about, and counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..records import Example, content_hash
from ..records import Response as Answer
from ..stats import Estimate, wilson
from ..stats.paired import sign_test
from ..store import Choice, Store
from ._audit import majority
from ._desk import Desk, form, go, link, one_of, whole

CHOICES = ("left", "right", "tie", "neither")

SEED = 0


@dataclass(frozen=True)
class Result:
    """Prompts by which of two models most people found better there.

    ``rate`` is the second's share of those that have a winner (Wilson's interval), ``p`` the exact
    sign test of its wins against the first's.
    """

    wins: dict[str, int]
    ties: int
    neither: int
    people: int
    rate: Estimate | None
    p: float


def overview(desk: Desk, request: Request) -> Response:
    """The two models, and how people chose between them."""
    with desk.store() as store:
        models = [model for model in desk.models if store.has_candidates("test", model)]
        one, other = request.query_params.get("one", ""), request.query_params.get("other", "")
        if not one and len(models) > 1:
            one, other = models[0], models[-1]
        shown = one in models and other in models and one != other
        answered, same = store.pairs(one, other) if shown else (0, 0)
        choices = store.choices(one, other) if shown else []
    return desk.page(
        "pairs.html.j2",
        models=models,
        one=one,
        other=other,
        shown=shown,
        answered=answered,
        same=same,
        mine=len({c.position for c in choices if c.who == desk.who}),
        result=_result(choices, one, other),
    )


def next_pair(desk: Desk, request: Request) -> Response:
    """On to the first prompt on which the person has not chosen."""
    one, other = _models(desk, request)
    with desk.store() as store:
        chosen = {c.position for c in store.choices(one, other) if c.who == desk.who}
        for position in _order(store.size("test"), one, other):
            if position not in chosen and _differ(store, position, one, other):
                return go(link(f"/pairs/{position}", one=one, other=other))
    return go(link("/pairs", one=one, other=other))


def show(desk: Desk, request: Request) -> Response:
    """Two answers, without whose they are."""
    (one, other), position = _models(desk, request), whole(request.path_params["position"])
    with desk.store() as store:
        example, answers = _answers(store, position, one, other)
        mine = [c for c in store.choices(one, other) if c.who == desk.who]
        answered, same = store.pairs(one, other)
    left, right = sides(position, one, other)
    return desk.page(
        "choose.html.j2",
        position=position,
        values={"one": one, "other": other},
        example=example,
        left=answers[left].text,
        right=answers[right].text,
        choice=next((c.choice for c in reversed(mine) if c.position == position), None),
        before=next((c.position for c in reversed(mine) if c.position != position), None),
        done=len({c.position for c in mine}),
        total=answered - same,
    )


def choose(desk: Desk, request: Request) -> Response:
    """Keep a choice, with the sides as they were shown."""
    (one, other), position = _models(desk, request), whole(request.path_params["position"])
    choice = one_of(form(request).get("choice"), CHOICES)
    left, right = sides(position, one, other)
    with desk.store() as store:
        _, answers = _answers(store, position, one, other)
        mine = [c.position for c in store.choices(one, other) if c.who == desk.who]
        if position in mine and position != mine[-1]:
            raise HTTPException(409, "only the last choice can be changed")
        there, here = ((model, answers[model].key) for model in (left, right))
        store.add_choice(position, there, here, choice, desk.who)
    return go(link("/pairs/next", one=one, other=other))


def sides(position: int, one: str, other: str) -> tuple[str, str]:
    """Which model stands left and which right: at random, and always the same."""
    first, second = sorted((one, other))
    swapped = int(content_hash(SEED, first, second, position)[:8], 16) % 2
    return (second, first) if swapped else (first, second)


def _order(size: int, one: str, other: str) -> list[int]:
    positions = list(range(size))
    Random(f"{SEED} {sorted((one, other))}").shuffle(positions)
    return positions


def _models(desk: Desk, request: Request) -> tuple[str, str]:
    one, other = (one_of(request.query_params.get(n), desk.models) for n in ("one", "other"))
    if one == other:
        raise HTTPException(400, "two models are needed")
    return one, other


def _answers(
    store: Store, position: int, one: str, other: str
) -> tuple[Example, dict[str, Answer]]:
    for entry in store.entries("test", [one, other], start=position, stop=position + 1):
        answers = {c.source: c.response for c in entry.candidates if c.sample == 0}
        if len(answers) == 2:
            return entry.example, answers
    raise HTTPException(404, "these two did not both answer that prompt")


def _differ(store: Store, position: int, one: str, other: str) -> bool:
    try:
        _, answers = _answers(store, position, one, other)
    except HTTPException:
        return False
    return answers[one].text != answers[other].text


def _result(choices: list[Choice], one: str, other: str) -> Result:
    votes: dict[int, dict[str, str]] = {}
    for choice in choices:  # of one person's the last counts
        votes.setdefault(choice.position, {})[choice.who] = _winner(choice)
    found = Counter(majority(people.values()) or "tie" for people in votes.values())
    wins = {one: found[one], other: found[other]}
    return Result(
        wins,
        found["tie"],
        found["neither"],
        len({c.who for c in choices}),
        wilson(found[other], found[one] + found[other]),
        sign_test(found[one], found[other]),
    )


def _winner(choice: Choice) -> str:
    return {"left": choice.left, "right": choice.right}.get(choice.choice, choice.choice)
