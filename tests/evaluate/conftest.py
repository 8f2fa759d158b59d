"""A tiny random model, and tasks of one's own in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from s3ft.chat import Chat
from s3ft.recipe import Evaluate

TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


@pytest.fixture(scope="session")
def chat() -> Chat:
    """A byte-level tokenizer that adds a BOS by itself, with a template that writes one too."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from tokenizers.decoders import ByteLevel
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "</s>", "<pad>", "<|user|>", "<|assistant|>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: n for n, token in enumerate([*special, *letters])}
    backend = Tokenizer(models.BPE(vocabulary, []))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = ByteLevel()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 0)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        additional_special_tokens=["<|user|>", "<|assistant|>"],
        chat_template=TEMPLATE,
    )
    return Chat(tokenizer)


@pytest.fixture(scope="session")
def model(chat: Chat) -> Any:
    return _llama(chat, seed=0, positions=256)


@pytest.fixture(scope="session")
def long_model(chat: Chat) -> Any:
    """Room for a prompt with its examples."""
    return _llama(chat, seed=1, positions=4096)


def _llama(chat: Chat, seed: int, positions: int) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(chat.tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=positions,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )
    return LlamaForCausalLM(config).eval()


class Tasks:
    """A folder of tasks: each one's YAML, with its rows as JSON lines beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def config(self, *names: str, **options: Any) -> Evaluate:
        return Evaluate(benchmarks=list(names), tasks=str(self.folder), **options)

    def write(self, name: str, **config: Any) -> None:
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(config))

    def choice(self, name: str, count: int, **config: Any) -> None:
        """A multiple-choice task that reports two metrics."""
        rows = [
            {"question": f"{name} {n}?", "choices": [f"{n}", f"{n * 7}b", "none"], "label": n % 3}
            for n in range(count)
        ]
        options = {
            "output_type": "multiple_choice",
            "doc_to_text": "{{question}}",
            "doc_to_choice": "{{choices}}",
            "doc_to_target": "{{label}}",
            "metric_list": [_mean("acc"), _mean("acc_norm")],
        }
        self._with_rows(name, rows, options | config)

    def generate(self, name: str, answers: list[str], **config: Any) -> None:
        """A task that is answered freely, in a few tokens."""
        rows = [{"question": f"{name} {n}?", "answer": text} for n, text in enumerate(answers)]
        options = {
            "output_type": "generate_until",
            "doc_to_text": "{{question}}",
            "doc_to_target": "{{answer}}",
            "generation_kwargs": {"until": ["\n"], "max_gen_toks": 4},
            "metric_list": [_mean("exact_match")],
        }
        self._with_rows(name, rows, options | config)

    def _with_rows(self, name: str, rows: list[dict[str, Any]], config: dict[str, Any]) -> None:
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (self.folder / f"{name}.jsonl").write_text(lines)
        data = {"test": f"{name}.jsonl"}
        source = {"dataset_path": "json", "dataset_kwargs": {"data_files": data}}
        self.write(name, task=name, test_split="test", **source, **config)


def _mean(metric: str) -> dict[str, Any]:
    return {"metric": metric, "aggregation": "mean", "higher_is_better": True}


@pytest.fixture
def tasks(tmp_path: Path) -> Tasks:
    folder = tmp_path / "tasks"
    folder.mkdir()
    return Tasks(folder)
