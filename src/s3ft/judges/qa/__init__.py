"""The judge of reading comprehension: accepted answers, and rightful abstaining."""

from ._answerability import Answerability
from ._qa import LONGEST, qa

__all__ = ["LONGEST", "Answerability", "qa"]
