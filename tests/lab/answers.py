import re
from typing import Any

import torch


def answers(model: Any, tokenizer: Any, prompts: list[str]) -> list[str]:
    """Greedy answers to single questions; one that did not end is an empty string."""
    chats = [[{"role": "user", "content": prompt}] for prompt in prompts]
    inputs = tokenizer.apply_chat_template(
        chats,
        add_generation_prompt=True,
        padding=True,
        tokenizer_kwargs={"padding_side": "left"},
        return_tensors="pt",
        return_dict=True,
    )
    with torch.no_grad():
        output = model.generate(**inputs, do_sample=False, max_new_tokens=200)
    told = output[:, inputs["input_ids"].shape[1] :].tolist()
    ended = [ids if tokenizer.eos_token_id in ids else [] for ids in told]
    return [tokenizer.decode(ids, skip_special_tokens=True) for ids in ended]


def final_number(text: str) -> str | None:
    """The number after the last "The answer is"."""
    found = re.findall(r"The answer is (-?\d+)", text)
    return found[-1] if found else None
