"""MultiDoc2Dial: dialogues grounded in documents (Feng et al., arXiv 2109.12595).

The official files are ``{"dial_data": {domain: [{"dial_id", "turns"}]}}`` and, beside it,
``multidoc2dial_doc.json``: ``{"doc_data": {domain: {doc_id: {"title", "doc_text"}}}}``. Rows may
also be single dialogues, the Hub's (``IBM/multidoc2dial``: ``question`` is the last turn, then
``[SEP]`` and the earlier ones, latest first, between ``||``), or turns with their ``document`` and
``history``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import groupby
from typing import Any

from .._values import BadValue
from ._nested import Flat, Found, LayoutOptions, items, question, text, unknown, value

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
        for domain, dialogues in value(row, "dial_data", dict).items():
            for index, dialogue in enumerate(dialogues):
                at = f"dial_data.{domain}[{index}]."
                yield from _dialogue({"domain": domain} | dialogue, at, options)
    elif "turns" in row:
        yield from _dialogue(row, "", options)
    elif {"document", "history"} <= row.keys():
        if _asks(_messages((turn.get("role"), turn.get("text")) for turn in row["history"])):
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
    turns = items(dialogue, "turns")
    for number, turn in enumerate(turns):
        before = turns[number - 1] if number else {}
        if turn.get("role") == "agent" and before.get("role") == "user":
            at = f"{inside}turns[{number}]"
            yield at, partial(_turn, dialogue, turns[:number], turn, options)


def _turn(
    dialogue: Mapping[str, Any], before: list[Any], turn: Mapping[str, Any], options: LayoutOptions
) -> Flat:
    dial_id = text(dialogue, "dial_id")
    references = [*items(turn, "references"), *items(before[-1], "references")]
    if not references:
        raise BadValue("references", "are none, so nothing says which document it is about")
    doc_id = value(references[0], "doc_id", str)
    title, context = _document(doc_id, options)
    return _row(
        id=f"{dial_id}_{turn.get('turn_id', len(before) + 1)}",
        turns=_messages((one.get("role"), one.get("utterance")) for one in before),
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
    id, doc_id = text(row, "id"), row.get("doc_id") or ""
    return _row(
        id=id,
        turns=_messages((turn.get("role"), turn.get("text")) for turn in row["history"]),
        context=text(row, "document"),
        utterance=text(row, "answer"),
        act=NO_SOLUTION if row.get("answerable") is False else row.get("da"),
        about={
            "title": doc_id.rpartition("#")[0] or doc_id,
            "doc_id": doc_id,
            "dial_id": id.rpartition("_")[0],
            "domain": row.get("domain"),
        },
        options=options,
    )


def _hub(row: Mapping[str, Any], options: LayoutOptions) -> Flat:
    asked, _, earlier = text(row, "question").partition("[SEP]")
    parted = [turn.partition(": ") for turn in reversed(earlier.split("||")) if turn.strip()]
    turns = [*((role.strip(), said) for role, _, said in parted), ("user", asked)]
    id, doc_id = text(row, "id"), row.get("title") or ""
    return _row(
        id=id,
        turns=_messages(turns),
        context=text(row, "context"),
        utterance=text(row, "utterance"),
        act=None,  # `da` is that of the user's turn; turns without an answer are left out there
        about={
            "title": doc_id.rpartition("#")[0] or doc_id,
            "doc_id": doc_id,
            "dial_id": id.rpartition("_")[0],
            "domain": row.get("domain"),
        },
        options=options,
    )


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


def _messages(turns: Iterable[tuple[Any, Any]]) -> list[dict[str, str]]:
    """Turns as messages; neighbours of one role are one, since chat templates want them in turn."""
    said = []
    for role, utterance in turns:
        if role not in _ROLES or not isinstance(utterance, str):
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
