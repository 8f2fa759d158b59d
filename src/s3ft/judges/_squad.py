"""The scores of SQuAD 2.0 (Rajpurkar et al. 2018), exactly as its official script computes them.

They are for comparison with published figures; whether a response is right, `qa` says better:
token F1 falls with every word that an answer in a whole sentence has more than the gold.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def squad_normalise(text: str) -> str:
    """Lower case, without ASCII punctuation and articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact(gold: str, prediction: str) -> float:
    """1 if both are the same text once normalised, else 0."""
    return float(squad_normalise(gold) == squad_normalise(prediction))


def f1(gold: str, prediction: str) -> float:
    """The harmonic mean of token precision and recall; where either is empty, 1 if both are."""
    golden, said = squad_normalise(gold).split(), squad_normalise(prediction).split()
    if not golden or not said:
        return float(golden == said)
    common = (Counter(golden) & Counter(said)).total()
    if not common:
        return 0.0
    precision, recall = common / len(said), common / len(golden)
    return 2 * precision * recall / (precision + recall)


def squad_scores(
    golds: Mapping[str, Sequence[str]], predictions: Mapping[str, str]
) -> dict[str, float]:
    """The official script's figures, in percent and by its names.

    Args:
        golds: the accepted answers by question id; none where it is unanswerable.
        predictions: the answer by question id; empty where it abstains.

    Returns:
        ``exact``, ``f1`` and ``total``, and each with ``HasAns_`` and ``NoAns_`` in front for the
        questions with and without an answer, if there are any.

    Raises:
        ValueError: there are no questions, or one has no prediction.
    """
    missing = next((key for key in golds if key not in predictions), None)
    if not golds or missing is not None:
        problem = "no questions" if missing is None else f"no prediction for question {missing!r}"
        raise ValueError(problem)
    best = {key: _best(answers, predictions[key]) for key, answers in golds.items()}
    figures = _means("", best.values())
    for prefix, has_answer in (("HasAns_", True), ("NoAns_", False)):
        part = [score for key, score in best.items() if bool(golds[key]) is has_answer]
        figures |= _means(prefix, part) if part else {}
    return figures


def _best(answers: Sequence[str], prediction: str) -> tuple[float, float]:
    told = [answer for answer in answers if squad_normalise(answer)] or [""]
    return max(exact(a, prediction) for a in told), max(f1(a, prediction) for a in told)


def _means(prefix: str, scores: Iterable[tuple[float, float]]) -> dict[str, float]:
    exacts, f1s = zip(*scores, strict=True)
    total = len(exacts)
    return {
        f"{prefix}exact": 100.0 * sum(exacts) / total,
        f"{prefix}f1": 100.0 * sum(f1s) / total,
        f"{prefix}total": total,
    }
