"""What is compared: a model, or a method over its seeds, with each item's result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Task:
    """What one model did in one task.

    Attributes:
        metric: its name; values are better the higher they are.
        values: in percent, by item.
        prompts: what the model read, by item; empty where it was not kept.
        golds: the right answers as text, by item, as far as they are kept.
        answers: what the model said, by item, as far as it is kept.
        settings: what the task hangs on beside its prompts, in words for people, such as
            ``{"few-shot examples": "5"}``; of what only one side tells, nothing is said.
    """

    metric: str
    values: Mapping[str, float]
    prompts: Mapping[str, str] = field(default_factory=dict)
    golds: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contender:
    """A side of the comparison.

    Attributes:
        name: as the tables show it.
        source: the folder or file that it is from.
        models: each seed's tasks by name; of a single model one.
    """

    name: str
    source: str
    models: Mapping[str, Mapping[str, Task]]

    def tasks(self) -> list[str]:
        """The tasks that all its models have, in their order."""
        first, *others = self.models.values()
        return [task for task in first if all(task in other for other in others)]


def with_choices(prompt: str, choices: Sequence[str]) -> str:
    """What was asked as one text: the prompt, and a line for each choice."""
    return "\n".join((prompt, *(f"- {choice.strip()}" for choice in choices)))
