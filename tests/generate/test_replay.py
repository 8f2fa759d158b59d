from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from s3ft.errors import InputError
from s3ft.generate import NO_ROW, ReplayEngine
from s3ft.recipe import Replay
from s3ft.records import Message, Request, Response, Sampling

BAD: list[tuple[object, str]] = [
    ("{", r":2: is not JSON"),
    ("[1]", r":2: is a list, not an object"),
    ({"id": "b"}, r":2: has no column 'response'; it has 'id'"),
    ({"id": "b", "response": 3}, r":2: response: is neither"),
    ({"id": "b", "response": ["x", None]}, r":2: response: is neither"),
    ({"response": "x"}, r":2: has neither an id"),
    ({"id": "b", "response": "x", "finish_reason": 7}, r":2: finish_reason"),
    ({"id": "b", "response": "x", "logprob": "low"}, r":2: logprob"),
    ({"id": "b", "response": "x", "token_ids": [1, "2"]}, r":2: token_ids"),
]


def write(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def request(id: str = "", prompt: str = "?", sample: int = 0, **turns: str) -> Request:
    messages: list[Message] = [{"role": role, "content": text} for role, text in turns.items()]
    messages.append({"role": "user", "content": prompt})
    return Request(f"{id}-{sample}", tuple(messages), (), Sampling(), 0, id, sample)


def answer(replay: ReplayEngine, *requests: Request) -> list[Response]:
    return [response for batch in replay.generate(requests) for response in batch]


def test_rows_are_found_by_id_then_by_prompt(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.jsonl",
        {"id": "a", "prompt": "one", "response": "by id"},
        "",
        {"prompt": "two", "response": "by prompt"},
        {"prompt": "Be brief.\n\nthree", "response": "by the whole"},
        {"id": 7, "response": "by number"},
    )
    replay = ReplayEngine.read(Replay(path=str(path)))
    requests = [
        request("a", "other"),
        request("unknown", "two"),
        request("", "three", system="Be brief."),
        request("7"),
        request("unknown", "one"),
        request("unknown", "three"),
    ]
    texts = [response.text for response in answer(replay, *requests)]
    assert texts == ["by id", "by prompt", "by the whole", "by number", "by id", ""]
    assert replay.missing == 1


def test_samples_come_from_lists_and_from_repeated_rows(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.jsonl",
        {"id": "a", "response": ["0", "1"]},
        {"id": "b", "response": "0"},
        {"id": "a", "response": "2"},
    )
    replay = ReplayEngine.read(Replay(path=str(path)))
    found = answer(replay, *(request("a", sample=n) for n in (2, 0, 1, 3)))
    assert [response.text for response in found] == ["2", "0", "1", ""]
    assert [response.engine for response in found] == ["replay", "replay", "replay", NO_ROW]
    assert [response.finish_reason for response in found] == ["stop"] * 3 + ["unmatched"]
    assert [response.key for response in found] == ["a-2", "a-0", "a-1", "a-3"]


def test_optional_columns_are_taken_along(tmp_path: Path) -> None:
    full = {"id": "a", "response": "x", "finish_reason": "length", "logprob": -2.5}
    path = write(tmp_path / "r.jsonl", {**full, "token_ids": [5, 6]}, {"id": "b", "response": "y"})
    first, second = answer(ReplayEngine.read(Replay(path=str(path))), request("a"), request("b"))
    assert first == Response("a-0", "x", (5, 6), "length", -2.5, "replay")
    assert second == Response("b-0", "y", None, "stop", None, "replay")


THOUGHTS: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"response": "<think>2 + 3</think>\n\n5"}, ("5", "2 + 3", "stop")),
    ({"response": "5", "reasoning": "2 + 3"}, ("5", "2 + 3", "stop")),
    ({"response": "5", "reasoning_content": "2 + 3", "reasoning": None}, ("5", "2 + 3", "stop")),
    ({"response": "<think>2 + 3"}, ("", "2 + 3", "thinking")),
    ({"response": "<think>2 +", "finish_reason": "MAX_TOKENS"}, ("", "2 +", "length")),
    ({"response": "", "reasoning": "2 + 3"}, ("", "2 + 3", "thinking")),
    ({"response": "5", "finish_reason": "eos_token"}, ("5", "", "stop")),
    ({"response": "5", "finish_reason": "abort"}, ("5", "", "abort")),
    ({"response": "5", "finish_reason": "weird"}, ("5", "", "weird")),
]


@pytest.mark.parametrize(("row", "found"), THOUGHTS)
def test_reasoning_and_endings_are_read(
    tmp_path: Path, row: dict[str, Any], found: tuple[str, str, str]
) -> None:
    path = write(tmp_path / "r.jsonl", {"id": "a", **row})
    [response] = answer(ReplayEngine.read(Replay(path=str(path))), request("a"))
    assert (response.text, response.reasoning, response.finish_reason) == found


def test_columns_and_rows_are_chosen_by_the_recipe(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.jsonl",
        {"key": "a", "answer": "no", "system": "other", "ok": True},
        {"key": "a", "answer": "yes", "system": "ours", "ok": True},
        {"key": "a", "answer": "no", "system": "ours", "ok": False},
    )
    where: dict[str, Any] = {"system": "ours", "ok": True}
    config = Replay(path=str(path), id="key", response="answer", where=where)
    assert [r.text for r in answer(ReplayEngine.read(config), request("a"))] == ["yes"]
    with pytest.raises(InputError, match="has no row with"):
        ReplayEngine.read(config.model_copy(update={"where": {"system": "nobody"}}))


@pytest.mark.parametrize(("row", "match"), BAD)
def test_malformed_rows_are_named_by_file_and_line(tmp_path: Path, row: object, match: str) -> None:
    path = write(tmp_path / "r.jsonl", {"id": "a", "response": "fine"}, row)
    with pytest.raises(InputError, match=rf"r\.jsonl{match}"):
        ReplayEngine.read(Replay(path=str(path)))


def test_unreadable_files(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "a", "response": "caf\xe9"}\n')
    (tmp_path / "empty.jsonl").write_text("")
    for name, match in (
        ("none", "there is no such file"),
        ("latin", ":1: is not UTF-8"),
        ("empty", "no row"),
    ):
        with pytest.raises(InputError, match=match):
            ReplayEngine.read(Replay(path=str(tmp_path / f"{name}.jsonl")))


def test_a_mapping_serves_as_well() -> None:
    replay = ReplayEngine.from_mapping({"a": "x", "b": ["y", "z"], "c": []})
    found = answer(replay, request("b", sample=1), request("a"), request("c"), request("d"))
    assert [response.text for response in found] == ["z", "x", "", ""]
    assert replay.missing == 2
    bad: Any = {"a": 3}
    with pytest.raises(InputError, match="'a'"):
        ReplayEngine.from_mapping(bad)


def test_fingerprint_is_of_what_was_read(tmp_path: Path) -> None:
    one, same = (ReplayEngine.from_mapping({"a": ["x", "y"]}) for _ in range(2))
    assert one.fingerprint == same.fingerprint
    others = [{"a": ["y", "x"]}, {"b": ["x", "y"]}, {"a": ["x"]}]
    assert len({ReplayEngine.from_mapping(other).fingerprint for other in others}) == 3
    assert one.fingerprint not in {ReplayEngine.from_mapping(other).fingerprint for other in others}


def test_reasoning_changes_no_fingerprint_but_its_own(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "response": "x", "finish_reason": "length", "logprob": -2.5},
        {"id": "b", "response": ["y", "z"]},
        {"prompt": "p", "response": "w"},
    ]
    rows[0]["token_ids"] = [5, 6]
    path = write(tmp_path / "r.jsonl", *rows)
    # As runs have it that were begun before reasoning was read.
    assert (
        ReplayEngine.read(Replay(path=str(path))).fingerprint == "216d228aade16c59374b5e38bca5d395"
    )
    rows[2]["reasoning"] = "so"
    path = write(tmp_path / "r.jsonl", *rows)
    assert (
        ReplayEngine.read(Replay(path=str(path))).fingerprint != "216d228aade16c59374b5e38bca5d395"
    )


def test_many_requests_come_in_lists() -> None:
    replay = ReplayEngine.from_mapping({str(n): f"text {n}" for n in range(2500)})
    batches = list(replay.generate(request(str(n)) for n in range(2500)))
    assert [len(batch) for batch in batches] == [1024, 1024, 452]
    assert batches[2][-1].text == "text 2499"


@pytest.mark.parametrize(
    "system", ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"]
)
def test_real_solutions_of_one_system(shared_data: Path, system: str) -> None:
    path = shared_data / "judged" / "gsm8k_model_solutions.jsonl"
    replay = ReplayEngine.read(Replay(path=str(path), where={"system": system}))
    with path.open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["system"] == system]
    assert len(rows) == 1319
    by_id = answer(replay, *(request(row["id"]) for row in rows))
    by_prompt = answer(replay, *(request("", row["prompt"]) for row in rows))
    expected = [row["response"] for row in rows]
    assert [response.text for response in by_id] == expected
    assert [response.text for response in by_prompt] == expected
    assert replay.missing == 0
