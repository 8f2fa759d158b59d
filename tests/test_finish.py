"""What servers call the end of an answer."""

from __future__ import annotations

import pytest

from s3ft.finish import describe_finish, finish_reason

WORDS = {
    "stop": "stop STOP eos_token end_turn stop_sequence END_TURN COMPLETE STOP_SEQUENCE eos word"
    " FINISH_REASON_STOP FinishReason.STOP completed end-turn",
    "length": "length max_tokens MAX_TOKENS model_length token_limit limit max_output_tokens"
    " FinishReason.MAX_TOKENS model_context_window_exceeded ERROR_LIMIT",
    "content_filter": "content_filter SAFETY RECITATION PROHIBITED_CONTENT BLOCKLIST ERROR_TOXIC"
    " guardrail_intervened",
    "tool_calls": "tool_calls tool_use TOOL_CALL function_call MALFORMED_FUNCTION_CALL",
    "refusal": "refusal",
    "abort": "abort error ERROR USER_CANCEL cancelled insufficient_system_resource",
}


@pytest.mark.parametrize("reason", WORDS)
def test_known_words_mean_what_they_mean(reason: str) -> None:
    assert {finish_reason(word) for word in WORDS[reason].split()} == {reason}


@pytest.mark.parametrize("word", ["weird", "OTHER", "repetition", "stopped by the moon"])
def test_an_unknown_word_stays_what_it_is(word: str) -> None:
    assert finish_reason(word) == word
    assert describe_finish(finish_reason(word)) == f"ended with {word!r}, not by the model"


def test_no_word_is_an_answer_that_ended() -> None:
    assert finish_reason("") == finish_reason("  ") == "stop"


def test_a_word_can_always_be_stored() -> None:
    assert finish_reason("\ud800" * 500) == "?" * 80
