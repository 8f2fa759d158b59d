"""The judge of reading comprehension: accepted answers, and rightful abstaining."""

from ._answerability import Answerability
from ._qa import qa

__all__ = ["Answerability", "qa"]
