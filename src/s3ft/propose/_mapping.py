"""Which columns are asked, and which are answered: told by their names and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..errors import InputError
from ..recipe import Data
from ._proposed import Proposed, Row

ASKED = (
    *("question", "prompt", "instruction", "query", "problem", "task_description", "utterance"),
    *("input", "text", "sentence", "source", "user", "q"),
)
ANSWERED = (
    *("answer", "completion", "output", "response", "solution", "target", "best_answer"),
    *(
        "canonical_solution",
        "code",
        "answers",
        "label",
        "summary",
        "assistant",
        "chosen",
        "gold",
        "a",
    ),
)
PASSAGES = ("context", "passage", "document", "article", "paragraph", "body", "background")
CHOICES = ("choices", "options")
TESTS = ("tests", "test_list", "test")
"""Columns by what people call them, the surest first; case, spaces and hyphens do not count."""

LETTERS = "ABCDEFGHIJ"

FROM_PASSAGE = "Answer the question from the passage."
OR_NOT = f"{FROM_PASSAGE} If the passage does not hold the answer, reply with the one word: {{}}."


class Unmapped(InputError):
    """Nothing is known by its name: the user must say what is asked and what is answered."""

    def __init__(self, data: Data, columns: list[str], problem: str, remedy: str = "") -> None:
        self.columns = columns
        example = "data.prompt='{COLUMN}' data.completion=COLUMN"
        super().__init__(data.path, problem, remedy or f"Name them: {example}.")


def find(row: Row, names: tuple[str, ...]) -> str | None:
    """The row's column that is called the first of these names."""
    by_name = {str(column).lower().replace(" ", "_").replace("-", "_"): column for column in row}
    return next((by_name[name] for name in names if name in by_name), None)


def mapping(data: Data, rows: list[Row]) -> Iterator[Proposed]:
    """The keys of ``data`` that say what is asked and answered, but for those that it has.

    Raises:
        Unmapped: the columns' names tell nothing, or what they hold is no answer.
    """
    first = rows[0]
    if data.layout in ("xlam", "sharegpt"):  # their rows are chats
        return
    if data.layout not in (None, "gsm8k"):
        yield from _of_layout(data, rows)
        return
    is_trl = {"prompt", "completion"} <= set(first) or (
        "messages" in first and not {"prompt", "completion"} & set(first)
    )
    if data.prompt is None and data.completion is None and is_trl and _is_usable(first):
        return
    if data.prompt is None:
        yield _prompt(data, rows)
    if data.completion is None:
        yield from _completion(data, rows)


def _is_usable(row: Row) -> bool:
    """TRL's columns need no mapping where they hold texts or chats, and nothing stands beside."""
    return all(isinstance(row.get(name, ""), (str, list)) for name in ("prompt", "completion"))


def _of_layout(data: Data, rows: list[Row]) -> Iterator[Proposed]:
    if data.prompt is None:
        lacking = any(not row["answerable"] for row in rows)
        told = OR_NOT.format(data.abstention) if lacking else FROM_PASSAGE
        title = "{title?}\n" if any(row.get("title") for row in rows) else ""
        why = "some rows have no answer" if lacking else ""
        template = f"{told}\n\nPassage: {title}{{context}}\n\nQuestion: {{question}}"
        yield Proposed("data.prompt", template, why)
    if data.history is None and data.layout == "multidoc2dial":
        yield Proposed("data.history", "history", "the dialogue's earlier turns")
    if data.completion is None:
        yield Proposed("data.completion", "answer", "the layout's column")


def _prompt(data: Data, rows: list[Row]) -> Proposed:
    first = rows[0]
    asked, passage = find(first, ASKED), find(first, PASSAGES)
    if asked is None:
        columns = list(map(str, first))
        if (turns := next(filter(partial(_are_turns, first), columns), None)) is not None:
            problem = f"{turns!r} holds the turns of a chat, which are read from 'messages'"
            remedy = "Rename the column, and its keys to role and content."
            raise Unmapped(data, columns, problem, remedy)
        problem = f"which column is asked cannot be told: there are {', '.join(columns)}"
        raise Unmapped(data, columns, problem)
    extra = find(first, ("input",))
    if asked.lower() == "instruction" and extra is not None:
        has_input = any(row.get(extra) not in (None, "") for row in rows)
        template = f"{{{asked}}}\n\n{{{extra}?}}" if has_input else f"{{{asked}}}"
        return Proposed("data.prompt", template, "Alpaca's columns: an instruction, and its input")
    if choices := find(first, CHOICES):
        listed = _listed(data, rows, choices)
        template = f"{{{asked}}}\n\n{listed}\n\nAnswer with the letter of the right choice."
        return Proposed("data.prompt", template, f"the choices are in {choices!r}")
    if passage is not None and passage != asked:
        if passage.lower() in ("body", "background"):
            return Proposed("data.prompt", f"{{{passage}}} {{{asked}}}", "told, and then asked")
        template = f"{FROM_PASSAGE}\n\nPassage: {{{passage}}}\n\nQuestion: {{{asked}}}"
        return Proposed("data.prompt", template, f"what to answer from is in {passage!r}")
    tests = find(first, TESTS)
    if tests is not None and isinstance(first[tests], list) and all(row[tests] for row in rows):
        told = "The code must pass this test, which shows its name"
        template = f"{{{asked}}}\n\n{told}:\n{{{tests}.0}}"
        return Proposed("data.prompt", template, "without a test nobody can know the names")
    if isinstance(first[asked], list):
        return Proposed("data.prompt", asked, "it holds turns of a chat")
    return Proposed("data.prompt", f"{{{asked}}}", f"{asked!r} is what is asked, by its name")


def _are_turns(row: Row, column: str) -> bool:
    """Whether a column is a chat: OpenAI's turns, or ShareGPT's."""
    value = row.get(column)
    turn = value[0] if isinstance(value, list) and value else None
    keys = set(turn) if isinstance(turn, dict) else set()
    return {"role", "content"} <= keys or {"from", "value"} <= keys


def _listed(data: Data, rows: list[Row], column: str) -> str:
    """The choices with their letters, as a template."""
    inside = ".text" if isinstance(rows[0][column], dict) else ""
    counts = {len(row[column]["text"] if inside else row[column]) for row in rows}
    if len(counts) > 1:
        problem = f"rows have {min(counts)} to {max(counts)} choices, and a template has one number"
        remedy = (
            "Put the choices into the question's text, or keep rows of one number (data.where)."
        )
        raise Unmapped(data, list(map(str, rows[0])), problem, remedy)
    letters = LETTERS[: counts.pop()]
    return "\n".join(f"{letter}. {{{column}{inside}.{n}}}" for n, letter in enumerate(letters))


def _completion(data: Data, rows: list[Row]) -> Iterator[Proposed]:
    first = rows[0]
    if data.layout == "gsm8k":
        why = "the steps without the calculator's marks, and the result, marked for the judge"
        yield Proposed("data.completion", "{solution}\n#### {result}", why)
        return
    column = find(first, tuple(name for name in ANSWERED if name != (find(first, ASKED) or "")))
    if column is None:
        columns = list(map(str, first))
        problem = f"which column is the answer cannot be told: there are {', '.join(columns)}"
        raise Unmapped(data, columns, problem)
    value, by_name = first[column], f"{column!r} is the answer, by its name"
    if find(first, CHOICES) is not None and isinstance(value, int):
        problem = f"{column} is the choice's number ({value}), which nobody would say"
        remedy = (
            "Write its letter or its text into a column, and name that: data.completion=COLUMN."
        )
        raise Unmapped(data, list(map(str, first)), problem, remedy)
    if find(first, TESTS) is not None and isinstance(value, str) and "```" not in value:
        beginning = find(first, ("prompt",)) if column == "canonical_solution" else None
        program = f"{{{beginning}}}{{{column}}}" if beginning else f"{{{column}}}"
        why = f"{by_name}, a program, in a block as models write one"
        yield Proposed("data.completion", f"```python\n{program}\n```", why)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield Proposed("data.completion", f"{{{column}}}", f"{by_name}, a number")
    elif isinstance(value, dict):
        inside = next((key for key in ("value", "text", "answer") if key in value), None)
        if inside is None:
            raise Unmapped(data, list(map(str, first)), f"{column} holds {', '.join(value)}")
        yield Proposed("data.completion", f"{column}.{inside}", f"{by_name}, inside {column!r}")
        if isinstance(value.get("aliases"), list) and data.gold is None:
            yield Proposed("data.gold", f"{column}.aliases", "what the judge accepts as well")
        if not data.ignore:
            yield Proposed("data.ignore", [column], "judges take what it holds from the gold")
    else:
        many = isinstance(value, list) and all(isinstance(one, str) for one in value)
        yield Proposed("data.completion", column, by_name + (": all are accepted" if many else ""))
