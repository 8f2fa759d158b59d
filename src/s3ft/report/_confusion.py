"""How questions with and without an answer are answered: SSR's figure 3 (arXiv 2409.04787)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..judges.qa import Answerability
from ..recipe import Recipe
from ..records import Case
from ..store import Store


def confusion(
    store: Store, recipe: Recipe, models: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, dict[str, int]]]:
    """Test answers by question (``answerable``, ``unanswerable``) and response, seeds pooled.

    Args:
        models: the labels of each method's models.

    Returns:
        ``{method: {question: {response: answers}}}`` (`s3ft.judges.qa.Answerability`); nothing
        where another judge measures, or no question is without an answer.
    """
    target = recipe.evaluate.target
    config = (target and target.judge) or recipe.judge
    if target is None or config.name != "qa":
        return {}
    found = {}
    for method, labels in models.items():
        table = Answerability(config.options.get("abstain", ()))
        for label in labels:
            for _, example, candidates, _ in store.entries("test", [label]):
                for candidate in candidates[:1]:
                    if candidate.verdict is not None:
                        case = Case.of(example.id, example, candidate.response)
                        table.add(case, candidate.verdict)
        if any(sum(row.values()) for row in table.counts.values()):
            found[method] = table.to_dict()
    unanswerable = any(sum(table["unanswerable"].values()) for table in found.values())
    return found if unanswerable else {}
