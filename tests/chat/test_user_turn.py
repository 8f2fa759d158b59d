"""A model that goes on behind a user's opening is read as far as it was the user."""

from __future__ import annotations

import warnings

import pytest

from architectures import NAMES, saved
from s3ft.chat import Chat, UserTurn
from s3ft.models import load_chat
from s3ft.recipe import Model
from s3ft.records import Message

ASKS = "Anna has 3 apples.\n\nHow many has she?"
TURN: tuple[Message, ...] = ({"role": "user", "content": ASKS},)
MARKED = [name for name in NAMES if name not in ("gpt2", "mistral")]  # the turn's end is a token


def chat_of(name: str) -> Chat:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gpt2 has no template
        return load_chat(Model(id="lab" if name == "lab" else str(saved(name))))


@pytest.mark.parametrize("name", [*NAMES, "lab"])
def test_what_the_template_writes_as_the_users_words_is_read_back(name: str) -> None:
    chat = chat_of(name)
    turn, prompt = UserTurn(chat), chat.prompt_ids(TURN)
    # Where a token begins with a space, the opening is without it and the words are with it.
    opening = chat.tokenizer.decode(turn.opening)
    assert chat.prompt_text(TURN).startswith(opening)
    assert ASKS not in opening
    words = chat.tokenizer.decode(prompt).removeprefix(opening)
    ids = chat.tokenizer(words, add_special_tokens=False)["input_ids"]
    # An engine goes on to a stop token, over the answer where the user's turn ends with none.
    assert turn.read([*ids, *chat.completion_ids(TURN, "Three.")]) == ASKS


@pytest.mark.parametrize("name", MARKED)
def test_a_turn_that_does_not_end_or_opens_another_is_none(name: str) -> None:
    chat = chat_of(name)
    turn, prompt = UserTurn(chat), chat.prompt_ids(TURN)
    words = prompt[len(turn.opening) :]
    assert prompt[: len(turn.opening)] == turn.opening
    assert turn.read(words) == ASKS
    first = chat.tokenizer(ASKS, add_special_tokens=False)["input_ids"]
    assert turn.read(first) == ""
    assert turn.read(()) == ""
    special = next(id for id in turn.opening if id in chat.tokenizer.added_tokens_decoder)
    assert turn.read((special, *words)) == ""


def test_nothing_said_is_no_question() -> None:
    chat = chat_of("lab")
    assert UserTurn(chat).read([chat.stop_id]) == ""
