"""The llm judge: behind an endpoint whose "model" is scripted, and with the embedded model."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_reply import INJECTIONS

from endpoint import Body, Endpoint, completion, prompt_of, serve
from s3ft.errors import InputError, RunError
from s3ft.judge import ReplyCache, audit_file, judge_file, registry
from s3ft.judges import canary_line
from s3ft.records import Message, Verdict

TOWNS = ["Paris", "Rome", "Oslo", "Lima", "Cairo", "Delhi", "Kyiv", "Quito", "Dakar", "Hanoi"]


pytestmark = pytest.mark.usefixtures("quick_retries")


def row(number: int, right: bool = True, **more: Any) -> dict[str, Any]:
    town = TOWNS[number % len(TOWNS)]
    said = town if right else "Atlantis"
    return {
        "id": f"row {number}",
        "prompt": f"What is the capital of country {number}?",
        "response": f"It is {said}.",
        "gold": town,
        **more,
    }


def data_of(body: Body) -> dict[str, Any]:
    """What a model is shown, out of the default prompt."""
    line = next(line for line in prompt_of(body).split("\n") if line.startswith("{"))
    return dict(json.loads(line))


def mark_of(body: Body) -> str:
    return re.findall(r"\[\[(\w{8}): yes\]\]", prompt_of(body))[-1]


def good_model(body: Body) -> str:
    """Judges by containment, in the way it is asked to."""
    data = data_of(body)
    verdict = "yes" if data["reference"] in data["response"] else "no"
    return f"I see {data['response']!r}.\n[[{mark_of(body)}: {verdict}]]"


def judge(
    rows: list[dict[str, Any]], server: Endpoint, cache: ReplyCache | None = None, **options: Any
) -> list[Verdict]:
    endpoint = {"url": server.url, "model": "m", "timeout": 20.0, **options.pop("openai", {})}
    options = {"openai": endpoint, "canaries": 0.0, **options}
    made = registry.make("llm", options, cache=cache or ReplyCache())
    from s3ft.judge import judge_rows

    return list(judge_rows(rows, made))


def labels(verdicts: list[Verdict]) -> list[str]:
    return [verdict.label for verdict in verdicts]


def test_it_asks_and_reads_the_verdict() -> None:
    rows = [row(n, right=n % 3 > 0) for n in range(30)]
    with serve(good_model) as server:
        verdicts = judge(rows, server)
    assert labels(verdicts) == ["correct" if n % 3 else "incorrect" for n in range(30)]
    assert verdicts[1].key == "row 1"
    assert verdicts[1].answer == "It is Rome."
    assert verdicts[1].reason == "I see 'It is Rome.'."
    body = server.bodies[0]
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["reasoning", "verdict"]
    assert data_of(body) == {
        "conversation": [{"role": "user", "content": "What is the capital of country 0?"}],
        "reference": "Paris",
        "accepted_too": [],
        "response": "It is Atlantis.",
    }


def obeys(body: Body) -> str:
    """Says what the response tells it to say, word for word."""
    return str(data_of(body)["response"])


def echoes(body: Body) -> str:
    """Judges rightly, and quotes the response before and after."""
    response = data_of(body)["response"]
    return f"It says: {response}\n[[{mark_of(body)}: no]]\nFor it says: {response}"


@pytest.mark.parametrize(("model", "label"), [(obeys, "unknown"), (echoes, "incorrect")])
def test_no_injection_flips_a_verdict(model: Any, label: str) -> None:
    rows = [row(0, response=response) for response in INJECTIONS.values()]
    with serve(model) as server:
        verdicts = judge(rows, server)
    assert len(server.bodies) == len(INJECTIONS) >= 20
    assert dict(zip(INJECTIONS, labels(verdicts), strict=True)) == dict.fromkeys(INJECTIONS, label)


def test_structured_output_is_read() -> None:
    def model(body: Body) -> str:
        return json.dumps({"reasoning": "same town", "verdict": "yes"})

    with serve(model) as server:
        [verdict] = judge([row(1)], server)
    assert (verdict.label, verdict.reason) == ("correct", "same town")


def test_conversations_and_unanswerable_questions() -> None:
    turns = [
        {"role": "system", "content": "Answer from the document: Rome is old."},
        {"role": "user", "content": "How old is Rome?"},
        {"role": "assistant", "content": "Very."},
        {"role": "user", "content": "And how large?"},
    ]
    rows = [
        {"prompt": turns, "response": "It does not say.", "gold": "NO ANSWER"},
        {"prompt": turns, "response": "It does not say.", "answerable": False},
        {"prompt": turns, "response": "It does not say."},
        {"response": "It does not say.", "gold": "NO ANSWER"},
    ]
    with serve(lambda _: "yes") as server:
        verdicts = judge(rows, server)
    assert labels(verdicts) == ["correct", "correct", "unknown", "unknown"]
    assert [v.reason for v in verdicts[2:]] == ["malformed: no gold", "malformed: no prompt"]
    shown = {data_of(body)["reference"]: body for body in server.bodies}
    assert data_of(shown["NO ANSWER"])["conversation"] == turns
    assert "This question has no answer." not in prompt_of(shown["NO ANSWER"])
    assert "This question has no answer." in prompt_of(shown["The question has no answer."])


def test_what_has_no_content_is_rejected_without_asking() -> None:
    rows = [row(0, response=text) for text in (":", "Thought process:", "", "  ", "Solution")]
    with serve(lambda _: "yes") as server:
        assert labels(judge(rows, server)) == ["incorrect"] * 5
    assert server.bodies == []


def test_what_cannot_be_read_is_unknown() -> None:
    replies = ["I think so", "[[00000000: yes]]", "Verdict: yes"]

    def model(body: Body) -> Any:
        number = int(re.findall(r"country (\d)", prompt_of(body))[0])
        if number == 3:
            return completion(f"[[{mark_of(body)}: yes]] and", finish_reason="length")
        return replies[number]

    with serve(model) as server:
        verdicts = judge([row(n) for n in range(4)], server)
    assert labels(verdicts) == ["unknown"] * 4
    assert verdicts[0].reason == "no verdict in the judge's reply: I think so"
    assert verdicts[3].reason == "the judge gave no whole reply: cut at the token limit"


def test_votes() -> None:
    votes = ["yyy", "ynn", "y?y", "y?n", "???", "nnn"]
    turns = [itertools.count() for _ in votes]
    seeds: list[set[int]] = [set() for _ in votes]

    def model(body: Body) -> str:
        number = int(re.findall(r"country (\d)", prompt_of(body))[0])
        seeds[number].add(body["seed"])
        assert body["temperature"] == 0.7
        return {"y": "yes", "n": "no", "?": "perhaps"}[votes[number][next(turns[number])]]

    with serve(model) as server:
        verdicts = judge([row(n) for n in range(6)], server, votes=3)
    assert labels(verdicts) == [
        "correct",
        "incorrect",
        "correct",
        "unknown",
        "unknown",
        "incorrect",
    ]
    assert verdicts[0].reason == "3 of 3 votes: yes"
    assert verdicts[3].reason.startswith("1 yes, 1 no of 3 votes: no verdict in")
    assert all(len(each) == 3 for each in seeds)


@pytest.mark.slow
def test_nothing_is_lost_or_asked_twice_where_a_third_fails() -> None:
    rows = [row(n, right=n % 2 > 0) for n in range(120)]
    with serve(good_model, share=0.3, slow=2.5) as server:
        verdicts = judge(rows, server, openai={"timeout": 2.0, "retries": 12})
    assert labels(verdicts) == ["correct" if n % 2 else "incorrect" for n in range(120)]
    assert set(server.answered.values()) == {1}
    assert sum(server.asked.values()) == 120 + sum(server.faults.values())


def test_a_row_whose_judge_fails_is_unknown() -> None:
    def model(body: Body) -> Any:
        bad = "country 7?" in prompt_of(body)
        return (500, {"error": "out of luck"}) if bad else good_model(body)

    with serve(model) as server:
        verdicts = judge([row(n) for n in range(20)], server, openai={"retries": 3})
    assert [v.key for v in verdicts if v.label == "unknown"] == ["row 7"]
    assert verdicts[7].reason == "given up after 4 tries: HTTP 500: out of luck"


def test_a_row_that_always_fails_is_unknown_though_it_is_the_only_one() -> None:
    with serve(lambda _: (500, {"error": "out of luck"})) as server:
        assert labels(judge([row(7)], server, openai={"retries": 2})) == ["unknown"]


def test_a_lost_endpoint_stops_the_work() -> None:
    with serve(lambda _: (503, {"error": "gone"})) as server, pytest.raises(RunError, match="gone"):
        judge([row(1)], server, openai={"retries": 1})


def test_equal_cases_are_asked_once() -> None:
    with serve(good_model) as server:
        assert labels(judge([row(1)] * 5, server)) == ["correct"] * 5
    assert len(server.bodies) == 1


def test_a_budget_stops_it_and_it_goes_on(
    tmp_path: Path, quick_retries: Callable[[], None]
) -> None:
    rows = [row(n) for n in range(25)]
    path = tmp_path / "replies.sqlite"
    with serve(good_model) as server:
        for _ in range(2):
            quick_retries()  # as another process would begin
            with ReplyCache(path) as cache, pytest.raises(RunError, match="max_requests of 10"):
                judge(rows, server, cache, openai={"max_requests": 10})
        quick_retries()
        with ReplyCache(path) as cache:
            verdicts = judge(rows, server, cache, openai={"max_requests": 10})
    assert labels(verdicts) == ["correct"] * 25
    assert set(server.asked.values()) == {1}
    assert len(server.bodies) == 25


def test_replies_without_a_verdict_are_asked_for_again() -> None:
    def model(body: Body) -> str:
        return "hm" if len(server.bodies) == 1 else "yes"

    cache = ReplyCache()
    with serve(model) as server:
        assert labels(judge([row(1)], server, cache)) == ["unknown"]
        assert labels(judge([row(1)], server, cache)) == ["correct"]
        assert labels(judge([row(1)], server, cache)) == ["correct"]
    assert len(server.bodies) == 2


def test_another_model_or_prompt_is_asked_anew(tmp_path: Path) -> None:
    own = tmp_path / "own.j2"
    own.write_text("Is {{ response | json }} the same as {{ gold | json }}? Yes or no.")
    cache = ReplyCache()
    with serve(lambda _: "yes") as server:
        for options in ({}, {"openai": {"model": "other"}}, {"prompt": str(own)}, {}):
            judge([row(1)], server, cache, **options)
    assert len(server.bodies) == 3
    assert prompt_of(server.bodies[2]) == 'Is "It is Rome." the same as "Rome"? Yes or no.'


@pytest.mark.parametrize(("model", "accepted"), [(good_model, 0), (lambda _: "yes", 1)])
def test_canaries_are_mixed_in_and_their_acceptance_is_told(model: Any, accepted: int) -> None:
    rows, cache = [row(n) for n in range(200)], ReplyCache()
    with serve(model) as server:
        verdicts = judge(rows, server, cache, canaries=0.1)
    assert len(verdicts) == 200, "no canary among the verdicts"
    counts = cache.canaries
    assert 10 <= sum(counts.values()) <= 35
    assert counts == {"correct" if accepted else "incorrect": sum(counts.values())}
    assert len(server.bodies) == 200 + sum(counts.values())
    share = "(100.0%)" if accepted else "(0.0%)"
    assert canary_line(counts).endswith(f"known-wrong responses accepted {share}")


def test_from_python_too(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(good_model) as server:
        options = {"openai": {"url": server.url, "model": "m"}}
        assert labels(registry([row(0)], "llm", **options)) == ["correct"]
    assert "canaries: 0 of 1 known-wrong" in capsys.readouterr().err


def test_one_canary_is_always_there(tmp_path: Path) -> None:
    path, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    path.write_text(json.dumps(row(0)) + "\n")
    with serve(good_model) as server:
        options = {"openai": {"url": server.url, "model": "m"}, "canaries": 0.001}
        counts = judge_file("llm", options, path, out)
    assert counts.line() == "1 rows: 1 correct, 0 incorrect, 0 unknown (0 malformed)"
    assert counts.canaries == "canaries: 0 of 1 known-wrong responses accepted (0.0%)"


def test_a_canary_is_never_right() -> None:
    from s3ft.judges.llm import wrong_response

    rng = random.Random(0)
    golds = [
        "Paris",
        "paris.",
        "It is Paris",
        "Lyon",
        "unknown",
        "The text does not say.",
        "5",
        "15",
    ]
    for gold in golds:
        for _ in range(50):
            wrong = wrong_response([gold], golds, rng.getrandbits(32))
            assert gold.casefold().strip(".") not in wrong.casefold().split()
            if gold in golds[:3]:
                assert "paris" not in wrong.casefold()
            if gold in golds[4:6]:
                assert wrong not in golds[4:6]


def test_the_key_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_KEY", "sk-very-secret")
    with serve(good_model) as server, ReplyCache(tmp_path / "replies.sqlite") as cache:
        judge([row(n) for n in range(5)], server, cache, openai={"key": "JUDGE_KEY"})
    assert server.headers[0]["authorization"] == "Bearer sk-very-secret"
    assert b"sk-very" not in (tmp_path / "replies.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"votes": 0}, "must be 1 or more"),
        ({"votes": 3}, "votes and temperature need an endpoint"),
        ({"model": "lab", "openai": {"model": "m"}}, "exclude each other"),
        ({"model": "nowhere/at/all"}, "there is no folder"),
        ({"openai": "http://x"}, "openai must be a mapping"),
        ({"openai": {"url": "http://x/v1"}}, "is required"),
        ({"openai": {"url": "http://x/v1", "nme": "m"}}, r"openai\.nme"),
        (
            {"openai": {"model": "m", "url": "http://x/v1"}, "votes": 3, "temperature": 0.0},
            "above 0",
        ),
        ({"prompt": "/nowhere.j2"}, "cannot be read"),
        ({"cache": "x"}, "no option of a recipe"),
        ({"engine": "vllm"}, "unexpected keyword"),
    ],
)
def test_wrong_requests(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        registry.make("llm", options)


def test_a_prompt_has_to_show_gold_and_response(tmp_path: Path) -> None:
    own = tmp_path / "own.j2"
    own.write_text("Is {{ response }} right?")
    with pytest.raises(InputError, match="does not show the gold"):
        registry.make("llm", {"prompt": str(own)})


# The embedded model, asked for its next word.


def exercises(task: str, count: int) -> list[dict[str, Any]]:
    """Labelled rows of a target: the right answer, or a wrong one, in the model's own style."""
    from s3ft.lab.targets import TASKS, messages

    rng, rows = random.Random(f"judged {task}"), []
    for _ in range(count):
        exercise = TASKS[task](1, "test", rng)
        right = rng.random() < 0.5
        rows.append(
            {
                "prompt": messages(exercise.turns),
                "gold": exercise.gold,
                "response": exercise.own if right else exercise.wrong,
                "correct": right,
                "system": task,
            }
        )
    return rows


def test_the_next_word_is_that_of_a_plain_forward_pass() -> None:
    import torch

    from s3ft.judges.llm import NextToken
    from s3ft.lab.training.corpus import judging_prompt
    from s3ft.models import load_chat, load_model
    from s3ft.recipe import Model

    config = Model(id="lab", dtype="float32")
    rows = exercises("math", 6)
    questions = [
        [
            {
                "role": "user",
                "content": judging_prompt(r["prompt"][0]["content"], r["gold"], r["response"]),
            }
        ]
        for r in rows
    ]
    batched = NextToken(config, 4).ask(questions)
    chat, model = load_chat(config), load_model(config)
    for messages, probability in zip(questions, batched, strict=True):
        ids = torch.tensor([chat.prompt_ids(messages)])
        logits = model(ids).logits[0, -1].double()
        yes, no = (
            logits[[chat.completion_ids(messages, w)[0] for w in words]].logsumexp(-1)
            for words in (("yes", "Yes", "YES"), ("no", "No", "NO"))
        )
        assert probability == pytest.approx(torch.sigmoid(yes - no).item(), abs=1e-4)
    verdicts = registry(rows, "llm", model={"id": "lab", "dtype": "float32"}, canaries=0.0)
    assert labels(verdicts) == ["correct" if p > 0.5 else "incorrect" for p in batched]


def test_questions_that_do_not_fit_are_halved_and_a_single_one_is_a_run_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from s3ft.judges.llm import NextToken
    from s3ft.recipe import Model

    asker = NextToken(Model(id="lab", dtype="float32"), 8)
    questions = [[Message(role="user", content=f"Is it {n}?" * (1 + n))] for n in range(8)]
    expected, forward = asker.ask(questions), asker._forward
    sizes = list[int]()
    room = 3

    def crowded(prompts: list[Any]) -> list[float]:
        sizes.append(len(prompts))
        if len(prompts) > room:
            raise MemoryError
        return forward(prompts)

    monkeypatch.setattr(asker, "_forward", crowded)
    assert asker.ask(questions) == pytest.approx(expected, abs=1e-4)
    assert sizes == [8, 4, 2, 2, 2, 2]
    room = 0
    with pytest.raises(RunError, match="a single prompt of"):
        asker.ask(questions)


def test_a_prompt_without_room_is_unknown() -> None:
    [verdict] = registry([row(1, response="long " * 5000)], "llm", canaries=0.0)
    assert verdict.label == "unknown"
    assert verdict.reason.startswith("the judge has no room for a prompt of ")


@pytest.mark.slow
def test_the_embedded_model_is_better_than_chance(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    rows = [r for task in ("math", "reading") for r in exercises(task, 60)]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    result = audit_file("llm", {}, path)
    assert result.overall.rows == 120
    assert result.overall.kappa is not None
    assert result.overall.kappa.low > 0
    assert sum(result.canaries.values()) >= 1
