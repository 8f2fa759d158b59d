"""The judge that asks a language model, behind an endpoint or loaded here."""

from ._canaries import wrong_response
from ._content import says_nothing
from ._llm import llm
from ._next_token import NextToken
from ._prompt import DEFAULT, JudgePrompt
from ._reply import read_reply

__all__ = [
    "DEFAULT",
    "JudgePrompt",
    "NextToken",
    "llm",
    "read_reply",
    "says_nothing",
    "wrong_response",
]
