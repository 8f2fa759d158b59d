"""What other tools take over: a mixture in their formats, with configurations that train it, and
models and mixtures with their cards on the Hub.

Nothing here needs torch; a model's tokenizer is looked at where it is at hand.
"""

from ._cards import dataset_card, model_card
from ._hub import Upload, check_name, hub_client, mixture_upload, model_upload, push
from ._rows import FORMATS, Format, check_format, convert, mixture_rows
from ._template import ChatFacts, chat_facts
from ._training import Rows, Training
from ._write import Exported, check_free, count_rows, write_export

__all__ = [
    "FORMATS",
    "ChatFacts",
    "Exported",
    "Format",
    "Rows",
    "Training",
    "Upload",
    "chat_facts",
    "check_format",
    "check_free",
    "check_name",
    "convert",
    "count_rows",
    "dataset_card",
    "hub_client",
    "mixture_rows",
    "mixture_upload",
    "model_card",
    "model_upload",
    "push",
    "write_export",
]
