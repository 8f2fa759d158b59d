"""Calls as people read them."""

from __future__ import annotations

from s3ft.calls import as_text, said
from s3ft.records import Message


def test_what_is_said_and_called() -> None:
    call = {"type": "function", "function": {"name": "f", "arguments": {"a": "é"}}}
    text = '<tool_call>\n{"name": "f", "arguments": {"a": "é"}}\n</tool_call>'
    assert as_text(" ", [call, call]) == f"{text}\n{text}"
    assert said(Message(role="assistant", content="I look.", tool_calls=[call])) == (
        f"I look.\n{text}"
    )
    assert said(Message(role="user", content=" as it is ")) == " as it is "
