from __future__ import annotations

from collections.abc import Callable

import pytest

from architectures import saved
from s3ft.chat import Chat
from s3ft.errors import InputError
from s3ft.models import load_chat
from s3ft.recipe import Model
from s3ft.records import Target
from s3ft.train import length_limit, tokenize

MakeTarget = Callable[..., Target]


def test_prompt_is_masked_and_completion_with_its_stop_token_is_not(
    targets: list[Target], chat: Chat
) -> None:
    dataset = tokenize(targets, chat, None)
    assert dataset.column_names == ["input_ids", "completion_mask"]
    assert len(dataset) == len(targets)
    for row, target in zip(dataset, targets, strict=True):
        prompt = chat.prompt_ids(target.prompt)
        completion = chat.completion_ids(target.prompt, target.completion)
        assert tuple(row["input_ids"]) == prompt + completion
        assert row["completion_mask"] == [0] * len(prompt) + [1] * len(completion)
        assert row["input_ids"][-1] == chat.stop_id


def test_own_token_ids_are_used_as_they_are(target: MakeTarget, chat: Chat) -> None:
    text = "The answer is 12."
    letters = tuple(
        i for c in text for i in chat.tokenizer(c, add_special_tokens=False)["input_ids"]
    )
    own = (*letters, chat.stop_id)
    assert chat.read(own).answer == text
    assert own != chat.completion_ids(target(3).prompt, text)  # the test would show nothing
    (row,) = tokenize([target(3, completion=text, token_ids=own, source="self")], chat, None)
    assert tuple(row["input_ids"]) == chat.prompt_ids(target(3).prompt) + own


def test_rows_that_are_too_long_are_reported_and_not_cut(
    target: MakeTarget, targets: list[Target], chat: Chat
) -> None:
    longest = max(map(len, tokenize(targets, chat, None)["input_ids"]))
    assert len(tokenize(targets, chat, longest)) == len(targets)
    long = [target(100 + n, completion="more apples " * (50 + n)) for n in range(7)]
    with pytest.raises(InputError) as caught:
        tokenize([*targets, *long], chat, longest)
    message = str(caught.value)
    assert f"7 of {len(targets) + 7} are longer than {longest} tokens" in message
    assert "row-100 (" in message
    assert "row-104 (" in message
    assert "row-105" not in message
    real = max(map(len, tokenize(long, chat, None)["input_ids"]))
    assert f"train.max_length={real}" in message
    assert len(tokenize([*targets, *long], chat, real)) == len(targets) + 7


def test_a_completion_without_stop_token_is_refused(target: MakeTarget, chat: Chat) -> None:
    cut = chat.completion_ids(target(1).prompt, "The answer is")[:-1]
    with pytest.raises(InputError, match=r"1 of 2 do not end .* row-1"):
        tokenize([target(0), target(1, token_ids=cut)], chat, None)


def test_no_rows_are_refused(chat: Chat) -> None:
    with pytest.raises(InputError, match="there are none"):
        tokenize([], chat, None)


def test_limit_is_the_given_one_else_the_least_of_model_and_tokenizer(
    llama: Model, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert length_limit(llama, chat, 17) == 17
    assert length_limit(llama, chat, None) == 512
    monkeypatch.setattr(chat.tokenizer, "model_max_length", 100)
    assert length_limit(llama, chat, None) == 100
    gpt2 = Model(id=str(saved("gpt2")))
    with pytest.warns(UserWarning, match="no chat template"):
        assert length_limit(gpt2, load_chat(gpt2), None) == 512
