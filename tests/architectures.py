"""Real architectures, built small: random weights, the real kind of tokenizer and template.

``build(name, folder)`` saves a model of some ten thousand parameters that loads as any other, and
``saved(name)`` does so once for all tests of a session.
Llama 3, Qwen3, Gemma 3 and Phi-3 have the very templates of their models, as TRL ships them.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

WORDS = (
    "Anna has {a} apples and buys {b} more. She gives {c} to her friend. How many are left?",
    "A train goes {a} miles in {b} hours. How far does it go in {c} hours?",
    "There are {a} boxes with {b} pens each; {c} pens are lost. How many pens remain?",
    "First {a} + {b} = {c}. So the answer is {c}.\n#### {c}",
    "The user asked, and the model answers: {a}, {b}, {c}!\n\nSystem says hello to the world.",
)

MISTRAL_TEMPLATE = """{{- bos_token }}
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] %}
    {%- set turns = messages[1:] %}
{%- else %}
    {%- set turns = messages %}
{%- endif %}
{%- for message in turns %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('roles must alternate user/assistant/user/assistant/...') }}
    {%- endif %}
    {%- if message['role'] == 'user' %}
        {%- if loop.last and system is defined %}
            {{- '[INST] ' + system + '\\n\\n' + message['content'] + '[/INST]' }}
        {%- else %}
            {{- '[INST] ' + message['content'] + '[/INST]' }}
        {%- endif %}
    {%- else %}
        {{- ' ' + message['content'] | trim + eos_token }}
    {%- endif %}
{%- endfor %}
"""

BYTE_LEVEL: dict[str, dict[str, Any]] = {
    "llama3": {
        "special": ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>",
                    "<|end_header_id|>", "<|eot_id|>", "<|finetune_right_pad_id|>"],
        "bos_token": "<|begin_of_text|>",
        "eos_token": "<|eot_id|>",
        "pad_token": "<|finetune_right_pad_id|>",
    },
    "qwen3": {
        "special": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        "plain": ["<think>", "</think>"],
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
    },
    "gpt2": {
        "special": ["<|endoftext|>"],
        "bos_token": "<|endoftext|>",
        "eos_token": "<|endoftext|>",
    },
}  # fmt: skip

SENTENCE_PIECE: dict[str, dict[str, Any]] = {
    "mistral": {
        "special": ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"],
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
    },
    "gemma3": {
        "special": ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"],
        "bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>",
    },
    "phi3": {
        "special": ["<unk>", "<s>", "</s>", "<|endoftext|>"],
        "rstrip": ["<|assistant|>", "<|system|>", "<|user|>", "<|end|>"],
        "bos_token": "<s>", "eos_token": "<|endoftext|>", "unk_token": "<unk>",
        "pad_token": "<|endoftext|>",
    },
}  # fmt: skip

NAMES = (*BYTE_LEVEL, *SENTENCE_PIECE)
"""All architectures; ``gpt2`` has no chat template, and positions from a table."""


def build(
    name: str,
    folder: Path,
    *,
    vocabulary: int = 600,
    positions: int = 512,
    texts: tuple[str, ...] = (),
    spread: float | None = None,
) -> Path:
    """Save a small model of the named architecture into ``folder / name``, which is returned.

    Its tokenizer has seen word problems, and ``texts``; ``spread`` is the standard deviation of its
    weights.
    """
    import torch

    target = folder / name
    tokenizer = tokenizer_of(name, vocabulary, texts)
    torch.manual_seed(0)
    model = _model(name, tokenizer, positions, spread)
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    ends = {"llama3": ["<|end_of_text|>", "<|eot_id|>"], "gemma3": ["<eos>", "<end_of_turn>"]}
    ids = [tokenizer.convert_tokens_to_ids(end) for end in ends.get(name, [tokenizer.eos_token])]
    defaults = {"eos_token_id": ids, "do_sample": True, "repetition_penalty": 1.3, "top_k": 3}
    (target / "generation_config.json").write_text(json.dumps(defaults), encoding="utf-8")
    return target


@cache
def saved(name: str) -> Path:
    """A folder with the named architecture, shared by all tests: do not change it."""
    return build(name, Path(_scratch().name))


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="s3ft-architectures-")


@cache
def tokenizer_of(name: str, vocabulary: int = 600, texts: tuple[str, ...] = ()) -> Any:
    """The small tokenizer of an architecture, with its template. Shared: do not change it."""
    from transformers import PreTrainedTokenizerFast

    spec = {**BYTE_LEVEL, **SENTENCE_PIECE}[name]
    seen = [*corpus(), *texts]
    if name in BYTE_LEVEL:
        core = _byte_level(spec, vocabulary, seen)
    else:
        core = _pieces(name, spec, vocabulary, seen)
    named = {key: value for key, value in spec.items() if key.endswith("_token")}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, **named)
    if name == "mistral":
        tokenizer.chat_template = MISTRAL_TEMPLATE
    elif name != "gpt2":
        tokenizer.chat_template = trl_template(name)
    return tokenizer


def trl_template(name: str) -> str:
    """One of the real chat templates that TRL ships."""
    return (files("trl") / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


def corpus() -> list[str]:
    """Word problems and answers, enough to train a small tokenizer on."""
    return [
        text.format(a=n, b=n * 7 % 100, c=n * 13 % 1000) for n in range(2, 60) for text in WORDS
    ]


def _byte_level(spec: dict[str, Any], vocabulary: int, seen: list[str]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=spec["special"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(seen, trainer)
    core.add_tokens([AddedToken(token, special=False) for token in spec.get("plain", [])])
    return core


def _pieces(name: str, spec: dict[str, Any], vocabulary: int, seen: list[str]) -> Any:
    """Metaspace and byte fallback; each family puts its first space in another way."""
    from tokenizers import (
        AddedToken,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )

    core = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    strip = [decoders.Strip(" ", 1, 0)]
    if name == "mistral":  # as from version 0.3
        core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    elif name == "phi3":  # as Llama 2: a space before each stretch between special tokens
        core.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
    else:
        core.normalizer = normalizers.Replace(" ", "▁")
        strip = []
    core.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *strip]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[*spec["special"], *(f"<0x{byte:02X}>" for byte in range(256))],
        show_progress=False,
    )
    # A word at a time, as SentencePiece learns; without it whole lines would become tokens.
    core.train_from_iterator((f"▁{w}" for line in seen for w in line.split(" ")), trainer)
    _free_bytes(core)
    core.add_special_tokens([AddedToken(t, rstrip=True) for t in spec.get("rstrip", [])])
    bos = spec["bos_token"]
    core.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A", special_tokens=[(bos, core.token_to_id(bos))]
    )
    return core


def _free_bytes(core: Any) -> None:
    """Make the byte tokens ordinary ones, as SentencePiece has them: the trainer marks them."""
    state = json.loads(core.to_str())
    state["added_tokens"] = [
        token for token in state["added_tokens"] if not token["content"].startswith("<0x")
    ]
    core.__setstate__(json.dumps(state).encode())


def _model(name: str, tokenizer: Any, positions: int, spread: float | None) -> Any:
    import transformers as t

    common = {
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        # So that a random model has preferences, but no manias.
        "initializer_range": spread or (0.1 if name == "gemma3" else 0.4),
    }
    if name == "gpt2":
        config = t.GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=positions, **common)
        return t.GPT2LMHeadModel(config)
    common |= {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": positions,
    }
    kinds = {
        "llama3": (t.LlamaConfig, t.LlamaForCausalLM, {"tie_word_embeddings": False}),
        "mistral": (t.MistralConfig, t.MistralForCausalLM, {"sliding_window": 24}),
        "qwen3": (t.Qwen3Config, t.Qwen3ForCausalLM, {}),
        "gemma3": (t.Gemma3TextConfig, t.Gemma3ForCausalLM, {"sliding_window": 24,
                   "layer_types": ["sliding_attention", "full_attention"]}),
        "phi3": (t.Phi3Config, t.Phi3ForCausalLM, {}),
    }  # fmt: skip
    config_class, model_class, more = kinds[name]
    return model_class(config_class(**common, **more))
