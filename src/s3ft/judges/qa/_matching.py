"""Whether a response says an accepted answer."""

from __future__ import annotations

from collections.abc import Sequence

from ._reading import Reading
from ._wanted import Wanted


def says(response: str, answers: Sequence[str], question: str = "") -> tuple[str, str] | None:
    """How the response says which answer, such as ("contains", "Paris"); None if it says none.

    All is compared as `words`. The response may equal an answer; contain it as a phrase that it
    claims; tell a date that is the answer or finer; give first and last part of a longer name; or
    have all telling words of an answer. What it denies, offers as one of several, or names beside
    what is not accepted is not said, and neither is an answer that stands in the question.
    """
    wanted = [one for answer in answers if (one := Wanted(answer)).form]
    reading = Reading(response, question, wanted)
    if not wanted:
        same = next((answer for answer in answers if answer.strip() == response.strip()), None)
        return None if same is None else ("equals", same)
    for one in wanted:
        if reading.equals(one):
            return "equals", one.answer
    if reading.tells_another() or reading.lists_another():
        return None
    for one in wanted:
        if how := reading.says(one):
            return how, one.answer
    return None
