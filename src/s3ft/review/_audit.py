"""The blind audit: people label answers without seeing the verdict, beside the judge's."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..judges.audit import Confusion
from ..records import Label
from ..stats import Estimate
from ..store import Place, Store
from ._desk import LABELS, Desk, form, go, one_of, whole

SEED = 0
"""Of the queue: the same run has the same."""

MOST = 1000
"""Items that are put into the queue at once."""

SHOWN = 50
"""Disagreements that are listed."""

FIGURES: Mapping[str, str] = {
    "accuracy": "agreement",
    "kappa": "agreement beyond chance, Cohen's kappa",
    "precision": "accepted answers that are right",
    "recall": "right answers that are accepted",
    "false_accept_rate": "wrong answers that are accepted",
}


def overview(desk: Desk, request: Request) -> Response:
    """What was labelled, and how the judge compares."""
    with desk.store() as store:
        queue, labels = store.audited(), store.person_labels()
    confusion, open_, wrong = _compared(queue, labels)
    people = Counter(who for item in queue for who in labels.get(item, {}))
    return desk.page(
        "audit.html.j2",
        queue=len(queue),
        mine=people[desk.who],
        people=people,
        confusion=confusion,
        figures=_figures(confusion),
        open=open_,
        accepts=[place for place, label in wrong if label == "correct"],
        rejects=[place for place, label in wrong if label == "incorrect"],
        shown=SHOWN,
        most=MOST,
    )


def extend(desk: Desk, request: Request) -> Response:
    """Put further answers into the queue."""
    size = min(whole(form(request).get("size")), MOST)
    with desk.store() as store:
        queued = {place for place, _ in store.audited().values()}
        order = _spread((row for row in store.judged() if row[0] not in queued), len(queued))
        store.add_to_audit(order[:size])
    return go("/audit/next")


def next_item(desk: Desk, request: Request) -> Response:
    """On to the first answer that the person has not labelled."""
    with desk.store() as store:
        queue, labels = store.audited(), store.person_labels()
    item = next((item for item in queue if desk.who not in labels.get(item, {})), None)
    return go("/audit" if item is None else f"/audit/{item}")


def show(desk: Desk, request: Request) -> Response:
    """An answer to label, without what the judge or anybody said of it."""
    item = whole(request.path_params["item"])
    with desk.store() as store:
        queue, labels = store.audited(), store.person_labels()
        place = _place(queue, item)
        [entry] = store.entries(
            place.split, [place.source], start=place.position, stop=place.position + 1
        )
    done = [one for one in queue if desk.who in labels.get(one, {})]
    candidate = next(one for one in entry.candidates if one.sample == place.sample)
    return desk.page(
        "label.html.j2",
        item=item,
        done=len(done),
        queue=len(queue),
        example=entry.example,
        text=candidate.response.text,
        label=labels.get(item, {}).get(desk.who),
        before=max((one for one in done if one < item), default=None),
    )


def label(desk: Desk, request: Request) -> Response:
    """Keep a person's label."""
    item = whole(request.path_params["item"])
    given = cast(Label, one_of(form(request).get("label"), LABELS))
    with desk.store() as store:
        queue, labels = store.audited(), store.person_labels()
        _place(queue, item)
        mine = [one for one in queue if desk.who in labels.get(one, {})]
        if item in mine and item != mine[-1]:
            raise HTTPException(
                409, "only the last label can be changed: what comes later is known"
            )
        store.add_label(item, given, desk.who)
    return go("/audit/next")


def export(desk: Desk, request: Request) -> Response:
    """The labelled rows as `s3ft audit` reads them; what people could not tell is left out."""
    with desk.store() as store:
        lines = list(_rows(store))
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    headers = {"Content-Disposition": 'attachment; filename="labels.jsonl"'}
    return Response(text, media_type="application/jsonl", headers=headers)


def majority(votes: Iterable[str]) -> str | None:
    """What most people say; None where as many say something else, or nobody says anything."""
    counts = Counter(votes).most_common(2)
    if not counts or (len(counts) > 1 and counts[0][1] == counts[1][1]):
        return None
    return counts[0][0]


def _place(queue: dict[int, tuple[Place, Label]], item: int) -> Place:
    if item not in queue:
        raise HTTPException(404, "there is no such item in the queue")
    return queue[item][0]


def _spread(rows: Iterable[tuple[Place, Label]], before: int) -> list[Place]:
    """Places in an order at random of which every beginning has each source and verdict in
    proportion: so what is found in a part holds for the whole."""
    random = Random(f"{SEED} {before}")
    strata: dict[tuple[str, str, Label], list[Place]] = {}
    for place, verdict in rows:
        strata.setdefault((place.split, place.source, verdict), []).append(place)
    ranked: list[tuple[float, Place]] = []
    for _, stratum in sorted(strata.items()):
        random.shuffle(stratum)
        start = random.random()
        ranked += [((n + start) / len(stratum), place) for n, place in enumerate(stratum)]
    return [place for _, place in sorted(ranked)]


def _compared(
    queue: dict[int, tuple[Place, Label]], labels: dict[int, dict[str, Label]]
) -> tuple[Confusion, int, list[tuple[Place, Label]]]:
    """Judge against people; how many answers people could not tell; where they disagree."""
    confusion, open_, wrong = Confusion(), 0, []
    for item, (place, verdict) in queue.items():
        if item not in labels:
            continue
        truth = majority(labels[item].values())
        if truth not in ("correct", "incorrect"):
            open_ += 1
            continue
        confusion.counts[truth == "correct"][verdict] += 1
        if verdict not in ("unknown", truth):
            wrong.append((place, verdict))
    return confusion, open_, wrong


def _figures(confusion: Confusion) -> dict[str, Estimate]:
    found = {name: getattr(confusion, name) for name in FIGURES}
    return {FIGURES[name]: figure for name, figure in found.items() if figure is not None}


def _rows(store: Store) -> Iterator[dict[str, Any]]:
    queue, labels = store.audited(), store.person_labels()
    for item, (place, _) in queue.items():
        truth = majority(labels.get(item, {}).values())
        if truth not in ("correct", "incorrect"):
            continue
        position = place.position
        [entry] = store.entries(place.split, [place.source], start=position, stop=position + 1)
        response = next(c for c in entry.candidates if c.sample == place.sample).response
        example = entry.example
        yield {
            **example.meta,
            "id": f"{place.split}-{position}-{place.source}-{place.sample}",
            "prompt": list(example.prompt),
            "completion": example.completion,
            "gold": list(example.accepted),
            "response": response.text,
            "finish_reason": response.finish_reason,
            "system": place.source,
            "correct": truth == "correct",
        }
