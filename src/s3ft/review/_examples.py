"""Examples: pages of them, one of them with all that was said to it, and verdicts overruled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..records import Label
from ..store import Entry, Filter, Found, Place, Store
from ._cards import cards, outcomes
from ._desk import LABELS, Desk, form, go, link, one_of, whole

PAGE = 50
"""Examples on a page."""

LONGEST_NOTE = 500


def browse(desk: Desk, request: Request) -> Response:
    """A page of a split."""
    wanted, query = _filter(desk, request), request.query_params
    with desk.store() as store:
        size = store.size(wanted.split)
        backwards = "before" in query
        start = whole(query["before"]) - 1 if backwards else whole(query.get("start"), 0)
        start = min(start, max(size - 1, 0))
        found = store.find(wanted, start, PAGE, backwards=backwards)
        positions = sorted(found.positions)
        sources = desk.sources(wanted.split)
        rows = [
            (entry, store.targets(entry.position) if wanted.split == "train" else {})
            for position in positions
            for entry in _entry(store, wanted.split, position, sources)
        ]
        waiting = desk.waiting(store)
    end = found.looked_until
    if end is None:
        end = 0 if backwards else size - 1
    low, high = (end, start) if backwards else (start, end)
    values = wanted._asdict()
    earlier = link("/examples", values, before=low) if low > 0 else ""
    later = link("/examples", values, start=high + 1) if high < size - 1 else ""
    return desk.page(
        "browse.html.j2",
        wanted=wanted,
        values=values,
        carried=_carried(wanted),
        filtered=bool(wanted.target or wanted.label or wanted.text),
        rows=rows,
        size=size,
        waiting=waiting,
        cut=found.looked_until is not None and len(positions) < PAGE,
        low=low,
        high=high,
        earlier=earlier,
        later=later,
        on=earlier if backwards else later,
        last=link("/examples", values, before=size) if later else "",
    )


def example(desk: Desk, request: Request) -> Response:
    """One example, and what comes before and after it by the filter."""
    wanted = _filter(desk, request)
    split = one_of(request.path_params["split"], ("train", "test"))
    wanted, position = wanted._replace(split=split), whole(request.path_params["position"])
    with desk.store() as store:
        for entry in _entry(store, split, position, desk.sources(split)):
            targets = store.targets(position) if split == "train" else {}
            after = store.find(wanted, position + 1, 1)
            before = store.find(wanted, position - 1, 1, backwards=True)
            return desk.page(
                "example.html.j2",
                wanted=wanted,
                values=wanted._asdict(),
                carried=_carried(wanted),
                entry=entry,
                cards=list(cards(desk, store, entry, split, targets)),
                outcomes=list(outcomes(desk, entry, targets)) if split == "train" else [],
                waiting=desk.waiting(store),
                after=_beside(wanted, after, "start", 1),
                before=_beside(wanted, before, "before", 0),
            )
    raise HTTPException(404, "there is no such example")


def overrule(desk: Desk, request: Request) -> Response:
    """Put a person's word in the place of a verdict, or take it back."""
    given = form(request)
    position = whole(request.path_params["position"])
    place = Place("train", position, given.get("source", ""), whole(given.get("sample")))
    label = one_of(given.get("label"), [*LABELS, "judge"])
    word = None if label == "judge" else cast(Label, label)
    note = " ".join(given.get("note", "").split())[:LONGEST_NOTE]
    with desk.store() as store:
        try:
            store.overrule(place, word, desk.who, note, seen=whole(given.get("seen")))
        except ValueError as error:
            raise HTTPException(400, str(error)) from None
    back = link(f"/examples/train/{position}", _carried(_filter(desk, request)))
    return go(f"{back}#{place.source}-{place.sample}")


def _filter(desk: Desk, request: Request) -> Filter:
    query = request.query_params
    wanted = Filter(**{name: query.get(name, "") for name in Filter._fields})
    split = one_of(wanted.split or "train", ("train", "test"))
    if split == "test" or not wanted.target:
        wanted = wanted._replace(target="", method="")
    elif not wanted.method:
        wanted = wanted._replace(method=desk.recipe.methods[-1] if desk.recipe.methods else "")
    return wanted._replace(split=split, source=wanted.source if wanted.label else "")


def _beside(wanted: Filter, found: Found, key: str, step: int) -> str:
    """The address of the next example on one side; where the time was up, of the list from there;
    empty where there is none."""
    if found.positions:
        return link(f"/examples/{wanted.split}/{found.positions[0]}", _carried(wanted))
    if found.looked_until is None:
        return ""
    return link("/examples", wanted._asdict(), **{key: found.looked_until + step})


def _carried(wanted: Filter) -> dict[str, str]:
    """What an example's address has of the filter, beside its split."""
    return {name: value for name, value in wanted._asdict().items() if name != "split"}


def _entry(store: Store, split: str, position: int, sources: list[str]) -> Iterator[Entry]:
    return store.entries(split, sources, start=position, stop=position + 1)
