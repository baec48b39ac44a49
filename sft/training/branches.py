"""Rows that share a prefix: each branch attends to the prefix and to itself alone.

A branch has the positions that it would have right after the prefix, so that its logits are those of the prompt
with this branch alone; the evidence is computed once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medrag.errors import ConfigurationError
from sft.examples.asked import Branch, Example

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

IGNORED = -100


def row(example: Example, tokenizer: PreTrainedTokenizerBase) -> dict[str, list[int]]:
    """Token ids, positions, branch numbers (0: the prefix) and labels of one example.

    Raises:
        ConfigurationError: the chat template writes the shared part differently from question to question.
    """
    whole = [_texts(example, each, tokenizer) for each in example.branches]
    prefix = whole[0][0][: whole[0][0].index(example.shared) + len(example.shared)]
    if not all(prompt.startswith(prefix) for prompt, _ in whole):
        raise ConfigurationError("this chat template does not begin every prompt alike")
    ids = tokens_of(prefix, tokenizer)
    made = {"input_ids": ids, "positions": [*range(len(ids))], "branch": [0] * len(ids), "labels": [IGNORED] * len(ids)}
    for number, (prompt, answer) in enumerate(whole, start=1):
        own, said = tokens_of(prompt[len(prefix) :], tokenizer), tokens_of(answer, tokenizer)
        start, length = len(ids), len(own) + len(said)
        made["input_ids"] = made["input_ids"] + own + said
        made["positions"] += range(start, start + length)
        made["branch"] += [number] * length
        made["labels"] += [IGNORED] * len(own) + said
    return made


def _texts(example: Example, branch: Branch, tokenizer: Any) -> tuple[str, str]:
    chat = [
        {"role": "system", "content": example.system},
        {"role": "user", "content": example.shared + branch.prompt},
    ]
    prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    return prompt, f"{branch.answer}{tokenizer.eos_token}"


def tokens_of(text: str, tokenizer: Any) -> list[int]:
    """The ids of a text as it is, with nothing put before or behind."""
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


@dataclass(frozen=True)
class Collator:
    """Pads rows to one length and makes the mask of who attends to whom."""

    pad: int

    def __call__(self, rows: Sequence[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        """Tensors of shape ``(rows, length)``, and ``attention_mask`` of ``(rows, 1, length, length)``, True: seen."""
        import torch

        length = max(len(each["input_ids"]) for each in rows)

        def padded(name: str, value: int) -> torch.Tensor:
            return torch.tensor([each[name] + [value] * (length - len(each[name])) for each in rows])

        branch = padded("branch", IGNORED)
        seen = (branch[:, None, :] == 0) | (branch[:, None, :] == branch[:, :, None])
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        return {
            "input_ids": padded("input_ids", self.pad),
            "position_ids": padded("positions", 0),
            "labels": padded("labels", IGNORED),
            "attention_mask": (seen & causal)[:, None],
        }
