"""Chat templates: prompt ids, completion ids, the token that ends a turn, reasoning and answer.

What is trained is what inference sees and yields: ``prompt_ids + completion_ids`` is the model's
own rendering of the conversation up to and including the stop token of the answer. Whatever a
template writes after that token (Qwen's newline, Phi's end of text) is never produced by the
model and is dropped.

- **Reasoning** is given to a template under the key that it reads (``reasoning_content``,
  ``thinking``, ``reasoning``), or within the text where it reads that. What a model writes is split
  into reasoning and answer by its marks (`s3ft.reasoning`), special tokens included, and by what
  the prompt has opened.
- **No reasoning.** Qwen3's template with thinking on puts an empty think block before an answer
  that has none; the block is not in the prompt, so it belongs to the completion, and is trained.
  With ``enable_thinking: false`` it is in the prompt, and is not.
- **A prompt that opens the block** of a template that writes answers without one (DeepSeek-R1's):
  the completion closes it, after the reasoning if there is any, so that inference, which begins in
  the block, finds its way out.
- **System messages** that a template refuses or drops, be it only when an answer follows (as
  Mistral's does), are put before the first user turn's text, an empty line between.
- **No template.** ``prompts/plain_chat.j2`` is used, with a warning.
- **BOS** is where the template puts it; the tokenizer adds none of its own. The plain template
  has one where the tokenizer would have added it.
- **The date** that a template asks for is one and the same for all that a `Chat` renders.
"""

from ._chat import Chat
from ._check import check

__all__ = ["Chat", "check"]
