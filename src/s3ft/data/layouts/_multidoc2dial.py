"""MultiDoc2Dial: dialogues grounded in documents (Feng et al., arXiv 2109.12595).

The official files are ``{"dial_data": {domain: [{"dial_id", "turns"}]}}`` and, beside it,
``multidoc2dial_doc.json``: ``{"doc_data": {domain: {doc_id: {"title", "doc_text"}}}}``. Rows may
also be single dialogues, the Hub's (``IBM/multidoc2dial``: ``question`` is the last turn, then
``[SEP]`` and the earlier ones, latest first, between ``||``), or turns with their ``document`` and
``history``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from typing import Any

from .._values import BadValue
from ._nested import Flat, Found, LayoutOptions, objects, question, text, unknown, value

NO_SOLUTION = "respond_no_solution"
"""The act of an agent's turn that says that the documents have no answer."""

_ROLES = {"user": "user", "agent": "assistant"}


def multidoc2dial(row: Mapping[str, Any], options: LayoutOptions) -> Found:
    """The agent's turns that follow one of the user's.

    Beside a question's columns they have ``history``, the turns before the user's last one as
    messages (neighbours of one role are one message), ``utterance``, what the agent said, its act
    ``da``, ``doc_id``, ``dial_id`` and ``domain``. Where it said that it found nothing, the
    question has no answer.

    Raises:
        BadValue: the row is none of the forms.
        InputError: the documents are needed, and cannot be read.
    """
    if "dial_data" in row:
        domains = value(row, "dial_data", dict)
        for domain in domains:
            for index, dialogue in enumerate(objects(domains, domain)):
                at = f"dial_data.{domain}[{index}]."
                yield from _dialogue({"domain": domain, **dialogue}, at, options)
    elif "turns" in row:
        yield from _dialogue(row, "", options)
    elif {"document", "history"} <= row.keys():
        if _asks(_messages(_said(row, "history", "text"))):
            yield "", partial(_grounded, row, options)
    elif {"context", "utterance"} <= row.keys():
        yield "", partial(_hub, row, options)
    else:
        raise unknown(
            "MultiDoc2Dial's: it has neither dial_data, nor turns, nor document and history, nor "
            "context and utterance",
            row,
        )


def _dialogue(dialogue: Mapping[str, Any], inside: str, options: LayoutOptions) -> Found:
    turns = objects(dialogue, "turns")
    for number, turn in enumerate(turns):
        before = turns[number - 1] if number else {}
        if turn.get("role") == "agent" and before.get("role") == "user":
            at = f"{inside}turns[{number}]"
            yield at, partial(_turn, dialogue, turns[:number], turn, options)


def _turn(
    dialogue: Mapping[str, Any],
    before: list[Mapping[str, Any]],
    turn: Mapping[str, Any],
    options: LayoutOptions,
) -> Flat:
    dial_id = text(dialogue, "dial_id")
    references = objects(turn, "references") or objects(before[-1], "references")
    if not references:
        raise BadValue("references", "are none, so nothing says which document it is about")
    doc_id = value(references[0], "doc_id", str)
    title, context = _document(doc_id, options)
    return _row(
        id=f"{dial_id}_{turn.get('turn_id', len(before) + 1)}",
        turns=_messages(_said({"turns": before}, "turns", "utterance")),
        context=context,
        utterance=text(turn, "utterance"),
        act=turn.get("da"),
        about={
            "title": title,
            "doc_id": doc_id,
            "dial_id": dial_id,
            "domain": dialogue.get("domain"),
        },
        options=options,
    )


def _grounded(row: Mapping[str, Any], options: LayoutOptions) -> Flat:
    return _row(
        id=text(row, "id"),
        turns=_messages(_said(row, "history", "text")),
        context=text(row, "document"),
        utterance=text(row, "answer"),
        act=NO_SOLUTION if row.get("answerable") is False else row.get("da"),
        about=_about(row, "doc_id"),
        options=options,
    )


def _hub(row: Mapping[str, Any], options: LayoutOptions) -> Flat:
    asked, _, earlier = text(row, "question").partition("[SEP]")
    parted = [turn.partition(": ") for turn in reversed(earlier.split("||")) if turn.strip()]
    turns = [*((role.strip(), said) for role, _, said in parted), ("user", asked)]
    return _row(
        id=text(row, "id"),
        turns=_messages(turns),
        context=text(row, "context"),
        utterance=text(row, "utterance"),
        act=None,  # `da` is that of the user's turn; turns without an answer are left out there
        about=_about(row, "title"),
        options=options,
    )


def _about(row: Mapping[str, Any], key: str) -> Flat:
    """What a row of a single turn says of its document and dialogue.

    Args:
        key: that of the document's id, such as ``Permits#1_0``.
    """
    doc_id = text(row, key)
    return {
        "title": doc_id.rpartition("#")[0] or doc_id,
        "doc_id": doc_id,
        "dial_id": text(row, "id").rpartition("_")[0],
        "domain": row.get("domain"),
    }


def _row(
    *,
    id: str,
    turns: list[dict[str, str]],
    context: str,
    utterance: str,
    act: str | None,
    about: Flat,
    options: LayoutOptions,
) -> Flat:
    if not _asks(turns):
        raise BadValue("turns", "do not end with the user's")
    flat = question(
        id=id,
        question=turns[-1]["content"],
        context=context.strip(),
        answers=[] if act == NO_SOLUTION else [utterance],
        options=options,
    )
    return flat | about | {"history": turns[:-1], "utterance": utterance, "da": act}


def _said(row: Mapping[str, Any], key: str, said: str) -> Iterator[tuple[str, str]]:
    """Role and words of each turn under a key."""
    for turn in objects(row, key):
        yield value(turn, "role", str), value(turn, said, str)


def _messages(turns: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Turns as messages; neighbours of one role are one, since chat templates want them in turn."""
    said = []
    for role, utterance in turns:
        if role not in _ROLES:
            raise BadValue("turns", f"has a turn of {role!r}; known are {', '.join(_ROLES)}")
        if utterance.strip():
            said.append((_ROLES[role], utterance.strip()))
    return [
        {"role": role, "content": "\n".join(text for _, text in together)}
        for role, together in groupby(said, key=lambda turn: turn[0])
    ]


def _asks(turns: list[dict[str, str]]) -> bool:
    return bool(turns) and turns[-1]["role"] == "user"


def _document(doc_id: str, options: LayoutOptions) -> tuple[str, str]:
    """Title and text of a document."""
    found = options.documents.get(doc_id)
    if found is None:
        raise BadValue("references.doc_id", f"{options.documents.path} has no document {doc_id!r}")
    return str(found.get("title") or ""), text(found, "doc_text")
