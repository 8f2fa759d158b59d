"""Stops a run where one cause spoils nearly all of its answers or verdicts.

Each single one is passed over as it should be: a cut answer is not correct, an unknown verdict
accepts nothing. If it is so for nearly all, a ladder falls to gold from end to end, and what is
trained is something else than what was asked for. A wrong answer is no such cause: that is what
the ladders are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from ...errors import InputError
from ...finish import describe_finish
from ...judges import shorten
from ...recipe import Recipe
from ...records import VerdictCode
from ...stats import wilson
from ...store import Entry, Store
from ..rundir import STOPPED

SHARE = 0.9
"""One cause may take so much of a source's prompts, and no more."""

LEAST, PART = 8, 0.1
"""At the end of a source that was asked about so many prompts, or all there are, and about so much
of the split. Few prompts left by the source before it may all be hard in the same way."""

EARLY = 256
"""Among the first prompts, the run stops as soon as the share is beyond doubt (95 %)."""

SHOWN = 3
"""Rows named in a message."""

UNKNOWN = "unknown"

REMEDIES = {
    "length": "Raise {limit}.",
    "thinking": "Where a server answers, it puts the text into a field for reasoning: set its "
    "parser of reasoning right, or turn thinking off (model.chat_template_kwargs, "
    "generate.openai.extra); or raise {limit}.",
    "empty": "See what the model is shown: its chat template, or the server's.",
    "tool_calls": "Turn tools off on the server, or see that its parser of calls fits the model.",
    "too_long": "Lower {limit}, which is part of what must fit, or "
    "serve the model with more context.",
    "unmatched": "Name the columns as generate.replay.id and generate.replay.prompt.",
    VerdictCode.UNREADABLE: "This judge may not know the language or the form of the answers: "
    "choose another (llm reads any), or begin anew and ask for a form that it reads (data.prompt, "
    "data.system).",
    UNKNOWN: "Mend the judge's options, or choose another judge.",
}


class Guard:
    """Looks at what one source, or one measured model, answered, and at the verdicts on it.

    Args:
        samples: how many a prompt is asked for at most. Before the last round of asking, the source
            is not at its end.
        answers: whether answers can be at fault. Those of a model that is measured cannot: if it
            never stops, that is the result.
        again: whether it is asked what failed before: that may all fail for the same cause again,
            and nothing is stopped.
    """

    def __init__(
        self,
        store: Store,
        recipe: Recipe,
        split: str,
        source: str,
        *,
        samples: int = 1,
        answers: bool = True,
        again: bool = False,
    ) -> None:
        self._store, self._recipe, self._split, self._source = store, recipe, split, source
        self._last, self._answers, self._again = samples - 1, answers, again
        self._rows = store.count(split)
        self._early = True

    def check_answers(self, *, end: bool = True) -> None:
        """See whether the answers so far are any.

        Args:
            end: whether a round of asking is over.

        Raises:
            InputError: nearly all have one and the same fault that the recipe does not allow.
        """
        if not self._answers or not (end or self._early):
            return
        found = self._store.endings(self._split, self._source)
        total = sum(found.values())
        self._early = total < EARLY
        for reason, count in found.items():
            if reason and self._is_systematic(reason, count, total, end):
                self._stop(reason, count, total, f"answers: {describe_finish(reason)}")

    def check_verdicts(self, *, end: bool = True) -> None:
        """See whether the judge could decide, as `check_answers` does for the answers."""
        if not (end or self._early):
            return
        unknown, unread, total = self._store.undecided(self._split, self._source)
        self._early = total < EARLY
        if self._is_systematic(UNKNOWN, unknown, total, end):
            self._stop(UNKNOWN, unknown, total, "verdicts: the judge could not decide")
        if self._is_systematic(VerdictCode.UNREADABLE, unread, total, end):
            self._stop(
                VerdictCode.UNREADABLE, unread, total, "verdicts: the judge could read no answer"
            )

    def note(self) -> str:
        """What there is to say of a measured model whose answers nearly all have one fault."""
        found = self._store.endings(self._split, self._source)
        total = sum(found.values())
        return "".join(
            f"{self._split}: {self._source}: {count:,} of {total:,} answers: "
            f"{describe_finish(reason)}"
            for reason, count in found.items()
            if reason and count > SHARE * total
        )

    def _is_systematic(self, reason: str, count: int, total: int, end: bool) -> bool:
        if self._again or reason in self._recipe.allow or not count:
            return False
        enough = total >= max(min(LEAST, self._rows), PART * self._rows)
        if end and enough and self._store.has_candidates(self._split, self._source, self._last):
            return count > SHARE * total
        share = wilson(count, total)
        return share is not None and share.low > SHARE

    def _stop(self, reason: str, count: int, total: int, what: str) -> None:
        self._store.set_metadata(STOPPED, self._split)
        shown = "; ".join(islice(self._examples(reason), SHOWN))
        remedy = REMEDIES.get(reason, "See what the server says of it.")
        remedy = remedy.format(limit=self._limit())
        raise InputError(
            f"{self._split}: {self._source}",
            f"{count:,} of {total:,} {what}, such as {shown}",
            f"{remedy} If it is meant to be so, set allow=[{reason}]. What was answered is kept, "
            "and with the recipe mended the same command goes on; if it was the server that was "
            "mended, choose another --out.",
        )

    def _limit(self) -> str:
        """The key of the limit of these answers, and what it is."""
        limit = self._recipe.generate.max_new_tokens
        for rung in self._recipe.rungs_to_ask():
            own = rung.first.max_new_tokens
            if rung.name == self._source and own != limit:
                return f"{rung.key}.max_new_tokens (it is {own})"
        return f"generate.max_new_tokens (it is {limit})"

    def _examples(self, reason: str) -> Iterator[str]:
        entries: Iterable[Entry] = self._store.entries(self._split, [self._source])
        for entry in entries:
            for candidate in entry.candidates:
                response, verdict = candidate.response, candidate.verdict
                words = response.text or response.reasoning
                if reason == UNKNOWN:
                    found = verdict is not None and verdict.label == UNKNOWN
                    words = verdict.reason if verdict else ""
                elif reason == VerdictCode.UNREADABLE:
                    found = verdict is not None and verdict.code == VerdictCode.UNREADABLE
                elif reason == "empty":
                    found = response.whole and not response.text.strip()
                else:
                    found = response.finish_reason == reason
                if found:
                    yield f"row {entry.example.id}" + (f" ({shorten(words)})" if words else "")
                    break
