"""What is wrong with how a training row is rendered."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import Message
from ._chat import Chat


def check(
    chat: Chat, messages: Sequence[Message], completion: str, reasoning: str = ""
) -> list[str]:
    """One sentence for each problem; none where what is trained is the row, and ends.

    Raises:
        InputError: the template refuses the conversation.
    """
    tokenizer, problems = chat.tokenizer, []
    prompt, answer = chat.prompt_ids(messages), chat.completion_ids(messages, completion, reasoning)
    stop = tokenizer.convert_ids_to_tokens(chat.stop_id)
    if turn_end := chat.untokenized_turn_end:
        problems.append(
            f"the template ends an answer with {turn_end!r}, which is no token of the model; "
            f"{stop!r} is trained as the stop token instead"
        )
    if mismatch := chat.generation_prompt_mismatch:
        problems.append(
            f"the prompt ends with {mismatch!r}, but the template renders answers "
            "without it; they are trained after it all the same: set model.chat_template_kwargs, "
            "or give another template"
        )
    if any(id in chat.stop_ids for id in answer[:-1]):
        problems.append(f"the completion has a stop token inside its text: {stop!r} or its like")
    bos = tokenizer.bos_token_id
    if bos is not None and bos not in chat.stop_ids and prompt[:2] == (bos, bos):
        problems.append(f"the prompt begins with {tokenizer.bos_token!r} twice")
    if tokenizer.unk_token_id is not None and tokenizer.unk_token_id in prompt + answer:
        problems.append(f"text is lost: some of it becomes {tokenizer.unk_token!r}")
    read = chat.read(answer, prompt)
    if not read.finished:
        problems.append(f"what is trained ends within its reasoning: {_excerpt(read.reasoning)}")
    elif read.answer.strip() != completion.strip():
        problems.append(f"the template changes the completion: {_excerpt(read.answer)} is trained")
    elif _indent(read.answer) != _indent(completion):
        problems.append(
            f"the template strips the space before the completion, and with it the indent of its "
            f"first line: {_excerpt(completion)}"
        )
    elif read.reasoning.strip() != reasoning.strip():
        problems.append(
            f"the template changes the reasoning: {_excerpt(read.reasoning)} is trained"
        )
    text = chat.prompt_text(messages)
    problems += [
        f"the template drops or changes the {turn['role']} message {_excerpt(turn['content'])}"
        for turn in messages
        if turn["role"] in ("system", "user", "tool") and turn["content"].strip() not in text
    ]
    problems += [
        f"the template drops a call of {call['function']['name']} in an earlier turn"
        for turn in messages
        for call in turn.get("tool_calls", ())
        if call["function"]["name"] not in text
    ]
    return problems


def _indent(text: str) -> str:
    """The white space before the first word, on its line."""
    lead = text[: len(text) - len(text.lstrip())]
    return lead.rpartition("\n")[2]


def _excerpt(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "...")
