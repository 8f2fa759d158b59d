from __future__ import annotations

import warnings
from typing import Any

import pytest

from architectures import NAMES, saved, tokenizer_of
from s3ft.chat import Chat, check
from s3ft.errors import InputError
from s3ft.models import load_chat
from s3ft.recipe import Model
from s3ft.records import Message

SYSTEM: Message = {"role": "system", "content": "Be brief."}
USER: Message = {"role": "user", "content": "Anna has 3 apples and buys 4. How many?"}
EARLIER: list[Message] = [
    {"role": "user", "content": "Hello!"},
    {"role": "assistant", "content": "Hello, world."},
]
COMPLETION = "3 + 4 = 7.\n\nSo the answer is 7.\n#### 7"
TURN_END = {
    "llama3": "<|eot_id|>",
    "qwen3": "<|im_end|>",
    "gpt2": "<|endoftext|>",
    "mistral": "</s>",
    "gemma3": "<end_of_turn>",
    "phi3": "<|end|>",
}
CASES = [(name, {}) for name in NAMES] + [
    ("qwen3", {"enable_thinking": True}),
    ("qwen3", {"enable_thinking": False}),
]


def chat_of(name: str, kwargs: dict[str, Any] | None = None) -> Chat:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gpt2 has no template
        return load_chat(Model(id=str(saved(name)), chat_template_kwargs=kwargs or {}))


@pytest.mark.parametrize(("name", "kwargs"), CASES)
@pytest.mark.parametrize("messages", [[USER], [SYSTEM, USER], [*EARLIER, USER]])
def test_prompt_and_completion_are_the_models_own_rendering(
    name: str, kwargs: dict[str, Any], messages: list[Message]
) -> None:
    chat = chat_of(name, kwargs)
    turns = [*messages, {"role": "assistant", "content": COMPLETION}]
    if name == "mistral" and SYSTEM in messages:  # its template drops it once an answer follows
        turns = [
            {"role": "user", "content": f"{SYSTEM['content']}\n\n{USER['content']}"},
            turns[-1],
        ]
    rendered = chat.tokenizer.apply_chat_template(
        turns,
        tokenize=True,
        return_dict=False,
        chat_template=chat.template,
        **chat.template_kwargs,
    )
    prompt, answer = chat.prompt_ids(messages), chat.completion_ids(messages, COMPLETION)
    whole = list(prompt + answer)
    assert whole == rendered[: len(whole)]
    assert COMPLETION not in chat.tokenizer.decode(rendered[len(whole) :])
    assert len(rendered) - len(whole) <= 2  # what the template writes after the turn end
    assert chat.tokenizer.convert_ids_to_tokens(answer[-1]) == TURN_END[name]
    assert answer.count(chat.stop_id) == 1
    assert chat.read(answer).answer == COMPLETION
    assert check(chat, messages, COMPLETION) == []
    bos = chat.tokenizer.bos_token_id
    expected = 1 if name in ("llama3", "mistral", "gemma3") else 0
    assert bos is None or whole.count(bos) == expected + (bos == chat.stop_id) * len(
        [turn for turn in turns if turn["role"] == "assistant"]
    )


def test_thinking_on_puts_the_empty_block_into_the_completion_and_off_into_the_prompt() -> None:
    on, off = (chat_of("qwen3", {"enable_thinking": thinking}) for thinking in (True, False))
    block = "<think>\n\n</think>\n\n"
    assert on.prompt_text([USER]) + block == off.prompt_text([USER])
    assert on.prompt_ids([USER]) + on.completion_ids([USER], "7") == off.prompt_ids(
        [USER]
    ) + off.completion_ids([USER], "7")
    assert on.read(on.completion_ids([USER], "7")).answer == "7"


def test_models_own_end_of_text_stops_too() -> None:
    chat = chat_of("gemma3")
    assert chat.tokenizer.convert_ids_to_tokens(chat.stop_ids) == ["<end_of_turn>", "<eos>"]
    assert chat_of("mistral").pad_id == chat_of("mistral").stop_id  # it has no padding token


def test_a_model_without_a_template_gets_the_plain_one_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="no chat template"):
        chat = Chat(tokenizer_of("gpt2"))
    assert chat.prompt_text([SYSTEM, *EARLIER, USER]) == (
        "System: Be brief.\n\nUser: Hello!\n\nAssistant: Hello, world.<|endoftext|>\n\n"
        "User: Anna has 3 apples and buys 4. How many?\n\nAssistant:"
    )
    assert chat.read(chat.completion_ids([USER], "It is 7.")).answer == "It is 7."


def test_plain_template_begins_with_the_bos_that_the_tokenizer_would_add() -> None:
    tokenizer = tokenizer_of("phi3")  # adds <s> by itself
    template, tokenizer.chat_template = tokenizer.chat_template, None
    try:
        with pytest.warns(UserWarning, match="no chat template"):
            ids = Chat(tokenizer).prompt_ids([USER])
    finally:
        tokenizer.chat_template = template
    assert ids[0] == tokenizer.bos_token_id
    assert ids.count(tokenizer.bos_token_id) == 1


def test_a_refused_system_message_goes_before_the_first_user_turn() -> None:
    template = (
        "{% for m in messages %}{% if m.role == 'system' %}"
        "{{ raise_exception('no system role') }}{% endif %}"
        "{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    )
    dropping = template.replace("{{ raise_exception('no system role') }}{% endif %}", "{% else %}")
    dropping = dropping.replace("{% endfor %}", "{% endif %}{% endfor %}")
    for text in (template, dropping):
        chat = Chat(tokenizer_of("qwen3"), template=text)
        assert chat.prompt_text([SYSTEM, USER]) == (
            "<|im_start|>user\nBe brief.\n\n" + USER["content"] + "<|im_end|>\n"
            "<|im_start|>assistant\n"
        )
        assert check(chat, [SYSTEM, USER], COMPLETION) == []


def test_a_conversation_that_the_template_refuses_is_an_input_error() -> None:
    with pytest.raises(InputError, match="must alternate"):
        chat_of("mistral").prompt_ids([USER, USER])
    with pytest.raises(InputError, match="chat template"):
        Chat(tokenizer_of("qwen3"), template="{% for %}")


def test_completion_is_tokenised_apart_where_it_would_merge_with_the_prompt() -> None:
    chat = chat_of("gemma3")
    space = Chat(tokenizer_of("gemma3"), template=chat.tokenizer.chat_template + "{{ '' }}")
    text = "\n\nSo the answer is 7."
    plain = (
        "{% for m in messages %}{{ m.role + '\n' + m.content }}{% if m.role == 'assistant' %}"
        "{{ eos_token }}{% else %}{{ '\n' }}{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}{{ 'assistant\n' }}{% endif %}"
    )
    space = Chat(tokenizer_of("gemma3"), template=plain)
    prompt, answer = space.prompt_ids([USER]), space.completion_ids([USER], text)
    joined = space.tokenizer(space.prompt_text([USER]) + text, add_special_tokens=False)
    assert tuple(joined["input_ids"][: len(prompt)]) != prompt  # the newlines merge
    assert space.tokenizer.decode(prompt + answer[:-1]) == space.prompt_text([USER]) + text
    assert space.read(answer).answer == text


def test_decode_keeps_spaces_before_punctuation() -> None:
    chat = chat_of("llama3")
    text = "Yes , it is 7 ."
    assert chat.read(chat.completion_ids([USER], text)).answer == text


class TestCheck:
    def test_prompt_that_promises_what_answers_do_not_have(self) -> None:
        template = tokenizer_of("qwen3").chat_template
        template += "{% if add_generation_prompt %}{{ 'Well: ' }}{% endif %}"
        chat = Chat(tokenizer_of("qwen3"), template=template)
        problems = check(chat, [USER], "7")
        assert len(problems) == 1
        assert "'Well: '" in problems[0]

    @pytest.mark.parametrize(("text", "told"), [("    return 7", True), ("\n\n7 \n", False)])
    def test_stripped_indent(self, text: str, told: bool) -> None:
        problems = check(chat_of("llama3"), [USER], text)
        assert [("indent" in problem) for problem in problems] == [True] * told

    def test_turn_end_that_is_no_token(self) -> None:
        chat = Chat(tokenizer_of("llama3"), template=tokenizer_of("qwen3").chat_template)
        assert any("no token of the model" in text for text in check(chat, [USER], "7"))
        answer = chat.completion_ids([USER], "7")
        assert answer[-1] == tokenizer_of("llama3").eos_token_id
        assert "im_end" not in chat.read(answer).answer

    def test_stop_token_inside_the_text(self) -> None:
        chat = chat_of("qwen3")
        assert any("inside" in text for text in check(chat, [USER], "7<|im_end|> or 8"))

    def test_bos_twice(self) -> None:
        tokenizer = tokenizer_of("llama3")
        chat = Chat(tokenizer, template="{{ bos_token }}" + tokenizer.chat_template)
        assert any("twice" in text for text in check(chat, [USER], "7"))

    def test_changed_completion(self) -> None:
        template = tokenizer_of("llama3").chat_template.replace("| trim", "| trim | upper")
        problems = check(Chat(tokenizer_of("llama3"), template=template), [USER], "So it is 7.")
        assert any("SO IT IS 7." in text for text in problems)

    def test_dropped_user_turn(self) -> None:
        template = (
            "{{ messages[0].content }}{% if add_generation_prompt %}{{ ': ' }}{% else %}"
            "{{ ': ' + messages[-1].content + eos_token }}{% endif %}"
        )
        chat = Chat(tokenizer_of("llama3"), template=template)
        assert any("drops" in text for text in check(chat, [*EARLIER, USER], "7"))
