"""The qa judge: answers, abstentions, SQuAD's scores, and agreement with people."""

from __future__ import annotations

import json
import re
import string
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from growth import assert_linear
from s3ft.judge import audit, registry
from s3ft.judges import squad_normalise, squad_scores, to_case
from s3ft.judges.qa import Answerability
from s3ft.records import Verdict


def ask(response: str, gold: Any = None, *, abstain: Any = (), **columns: Any) -> Verdict:
    row = {"response": response, "gold": gold, **columns}
    return next(registry.make("qa", {"abstain": abstain})([to_case("0", row)]))


TERSE = "kitchen | Mona > green lamp > kitchen"
KITCHEN: dict[str, Any] = {"answers": ["kitchen"], "answerable": True}
NONE: dict[str, Any] = {"answers": [], "answerable": False}


@pytest.mark.parametrize(
    ("response", "label"),
    [
        ("Mona has the green lamp, and the green lamp is in the kitchen.", "correct"),
        (TERSE, "correct"),
        ("garden | Mona > green lamp > kitchen", "incorrect"),
        ("The green lamp is in the garden.", "incorrect"),
        ("It is in the kitchenette.", "incorrect"),
        ("It is in the kitchen or the garden.", "incorrect"),
        ("The text does not say that.", "incorrect"),
        ("NO ANSWER", "incorrect"),
        ("The text does not say that, but it may be the kitchen.", "incorrect"),
        ("It is in the kitchen. No, the text does not say.", "incorrect"),
        ("The answer is the garden. The answer is the kitchen.", "incorrect"),
    ],
)
def test_an_answerable_question(response: str, label: str) -> None:
    assert ask(response, TERSE, **KITCHEN).label == label


@pytest.mark.parametrize(
    ("response", "label"),
    [
        ("The text does not say that.", "correct"),
        ("NO ANSWER", "correct"),
        ("I'm sorry, but the passage doesn’t mention it.", "correct"),
        ("It is not stated in the document. It only says that he left.", "correct"),
        ("This cannot be determined from the text.", "correct"),
        ("unknown", "correct"),
        ("The lamp is in the kitchen.", "incorrect"),
        ("The text does not say that. The lamp is in the kitchen.", "incorrect"),
        ("The text does not say, but it is probably in the kitchen.", "incorrect"),
        ("He does not have a lamp.", "incorrect"),
    ],
)
def test_an_unanswerable_question(response: str, label: str) -> None:
    assert ask(response, "NO ANSWER", **NONE).label == label


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ({"gold": "Paris"}, "incorrect"),
        ({"gold": "NO ANSWER"}, "correct"),
        ({"gold": "Paris", "answers": []}, "correct"),
        ({"gold": "Paris", "answers": {"text": []}}, "correct"),
        ({"gold": "Paris", "answers": {"text": ["Rome"]}}, "incorrect"),
        ({"gold": "Paris", "answerable": False}, "correct"),
        ({"gold": "NO ANSWER", "answer": "Paris"}, "correct"),
        ({"gold": "unknown", "answer": "Paris", "answerable": True}, "incorrect"),
        ({"gold": ""}, "unknown"),
        ({}, "unknown"),
        ({"gold": "Paris", "answers": "Paris"}, "unknown"),
        ({"gold": "Paris", "answers": [1]}, "incorrect"),
        ({"gold": "Paris", "answers": [None]}, "unknown"),
        ({"gold": "Paris", "answerable": "no"}, "unknown"),
    ],
)
def test_the_columns_tell_what_is_unanswerable(columns: dict[str, Any], label: str) -> None:
    assert ask("There is no information about that.", **columns).label == label


def test_the_recipes_own_phrases_abstain() -> None:
    assert ask("Kein Eintrag!", "kein eintrag", abstain=["Kein Eintrag"]).label == "correct"
    assert ask("kein Eintrag", "Paris", abstain=["Kein Eintrag"]).label == "incorrect"
    with pytest.raises(Exception, match="abstain is a list"):
        ask("x", "y", abstain="NO ANSWER")


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("Paris", "It was signed in Paris, France, in 1803."),
        ("best-of-seven", "They play a best of 7 series."),
        ("Wilhelm Conrad Röntgen", "It went to Wilhelm Rontgen."),
        ("William Wyler", "It was directed byWilliam Wyler1."),
        ("November 5, 2017", "It came back on 5th November 2017."),
        ("September 1972", "It first aired on September 14, 1972."),
        ("advisory speed limits", "That is an advisory speed limit sign."),
        ("sinoatrial node", "In the sinoatrial (SA) node."),
        ("北京", "首都是北京。"),
        ("1,000", "About 1000 of them."),
    ],
)
def test_accepts_another_wording(gold: str, response: str) -> None:
    assert ask(response, gold).label == "correct"


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("5", "-5"),
        ("3", "at 3:30"),
        ("35", "3.5"),
        ("a week", "for 741 weeks"),
        ("September 14, 1972", "It first aired in 1972."),
        (["November 27, 2013", "2013"], "It came out on November 8, 2013."),
        ("Wilhelm Conrad Röntgen", "Conrad Wilhelm"),
        ("in 10 short days", "in 9 short days"),
        ("Paris", "?!"),
    ],
)
def test_rejects_another_answer(gold: Any, response: str) -> None:
    assert ask(response, gold).label == "incorrect"


def test_an_answer_counts_near_the_start() -> None:
    aside = "It is large and old, and many people go there every day of the year. " * 2
    assert ask(f"Rome. {aside}", "Paris").label == "incorrect"
    assert ask(f"Paris. {aside}", "Paris").label == "correct"
    assert ask(f"Rome. {aside} Unlike Paris.", "Paris").label == "incorrect"
    assert ask(f"{aside} The answer is Paris.", "Paris").label == "correct"


@pytest.mark.parametrize(
    "text", ["not " * 50_000, "a" * 200_000, "(" * 100_000, "text " * 50_000, "1" * 100_000]
)
def test_hostile_text_does_not_hold_it_up(text: str) -> None:
    assert_linear(lambda size: ask(text[:size], "Paris"), len(text))
    assert_linear(lambda size: ask(text[:size], "NO ANSWER", **NONE), len(text))


def test_counts_questions_by_what_the_response_does() -> None:
    rows = [
        {"response": "Paris", "gold": "Paris", "correct": True},
        {"response": "Rome", "gold": "Paris", "correct": False},
        {"response": "The text does not say.", "gold": "Paris", "correct": False},
        {"response": "The text does not say.", "gold": "x", "answers": [], "correct": True},
        {"response": "Rome", "gold": "x", "answers": [], "correct": False},
        {"response": "The text does not say. Rome.", "gold": "NO ANSWER", "correct": False},
    ]
    table = Answerability()
    result = audit(rows, registry.make("qa", {}), answerability=table)
    assert result.overall.agreed == len(rows)
    assert result.to_dict()["answerability"] == {
        "answerable": {"answered right": 1, "answered wrong": 1, "abstained": 1},
        "unanswerable": {"answered right": 0, "answered wrong": 2, "abstained": 1},
    }


def _official(golds: dict[str, list[str]], predictions: dict[str, str]) -> dict[str, float]:
    """The definition of evaluate-v2.0.py, written out step by step."""

    exclude = set(string.punctuation)

    def normalize(text: str) -> str:
        text = "".join(ch for ch in text.lower() if ch not in exclude)
        return " ".join(re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text).split())

    def tokens(text: str) -> list[str]:
        return normalize(text).split() if text else []

    def f1(gold: str, prediction: str) -> float:
        a, b = tokens(gold), tokens(prediction)
        same = sum((Counter(a) & Counter(b)).values())
        if len(a) == 0 or len(b) == 0:
            return int(a == b)
        if same == 0:
            return 0
        precision, recall = 1.0 * same / len(b), 1.0 * same / len(a)
        return (2 * precision * recall) / (precision + recall)

    exacts, f1s = {}, {}
    for key, answers in golds.items():
        told = [a for a in answers if normalize(a)] or [""]
        exacts[key] = max(int(normalize(a) == normalize(predictions[key])) for a in told)
        f1s[key] = max(f1(a, predictions[key]) for a in told)
    figures: dict[str, float] = {}
    for prefix, keys in (
        ("", list(golds)),
        ("HasAns_", [key for key in golds if golds[key]]),
        ("NoAns_", [key for key in golds if not golds[key]]),
    ):
        figures[f"{prefix}exact"] = 100.0 * sum(exacts[key] for key in keys) / len(keys)
        figures[f"{prefix}f1"] = 100.0 * sum(f1s[key] for key in keys) / len(keys)
        figures[f"{prefix}total"] = len(keys)
    return figures


def test_squad_scores_are_the_official_scripts(shared_data: Path) -> None:
    (path,) = (shared_data / "squad2").glob("*.json")
    golds: dict[str, list[str]] = {}
    predictions: dict[str, str] = {}
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                key, answers = question["id"], [a["text"] for a in question["answers"]]
                golds[key] = answers[:2]
                sentence = paragraph["context"].split(". ")[0]
                choices = [answers[-1] if answers else "", "", sentence, f"The {sentence[:30]}!"]
                predictions[key] = choices[zlib.crc32(key.encode()) % 4]
    figures = squad_scores(golds, predictions)
    assert figures == pytest.approx(_official(golds, predictions), abs=1e-9)
    assert figures["total"] == 6078
    assert figures["NoAns_total"] == 3168


@pytest.mark.slow
def test_squad_scores_of_what_models_said(shared_data: Path) -> None:
    with (shared_data / "judged" / "evouna_nq.jsonl").open(encoding="utf-8") as lines:
        rows = {str(number): json.loads(line) for number, line in enumerate(lines)}
    golds = {key: row["gold"] for key, row in rows.items()}
    predictions = {key: row["response"] for key, row in rows.items()}
    figures = squad_scores(golds, predictions)
    for key, value in _official(golds | {"x": []}, predictions | {"x": ""}).items():
        if key.startswith("HasAns_"):
            assert figures[key] == pytest.approx(value, abs=1e-9)
    assert figures["HasAns_total"] == len(rows) == 15098


def test_squad_scores_need_every_prediction() -> None:
    assert squad_normalise("The  U.S. (a country)") == "us country"
    with pytest.raises(ValueError, match="no prediction for question 'b'"):
        squad_scores({"a": ["x"], "b": []}, {"a": "x"})
    with pytest.raises(ValueError, match="no questions"):
        squad_scores({}, {})


@pytest.mark.slow
def test_agrees_with_people_better_than_containment(shared_data: Path) -> None:
    with (shared_data / "judged" / "evouna_nq.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][::5]
    judged = audit(rows, registry.make("qa", {})).overall
    false_accepts = agreed = wrong = 0
    for row in rows:
        said = squad_normalise(row["response"])
        contained = any(squad_normalise(gold) in said for gold in row["gold"])
        agreed += contained == row["correct"]
        wrong += not row["correct"]
        false_accepts += contained and not row["correct"]
    assert judged.false_accept_rate
    assert judged.accuracy
    assert judged.false_accept_rate.value < 0.9 * false_accepts / wrong
    assert judged.accuracy.value > agreed / len(rows)
