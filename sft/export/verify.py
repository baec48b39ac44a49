"""The served model against the trained one: the same greedy text through transformers and through vLLM."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medrag.generation.model import ChatModel, Generation
from medrag.generation.vllm_process import dtype
from medrag.types import Record
from sft.measuring.score import Asked

TOKENS = 24
NEAR_TIE = 0.05
"""Nats between the two likeliest tokens below which bf16 kernels may pick either."""


class Agreement(Record):
    """Of ``prompts`` greedy answers, how many are the ``same``, or part at a ``near_tie`` of the reference."""

    prompts: int
    same: int
    near_tie: int

    @property
    def agrees(self) -> bool:
        """Whether every difference is explained by a near tie."""
        return self.same + self.near_tie == self.prompts


def agreement(folder: Path, model: ChatModel, asked: Sequence[Asked]) -> Agreement:
    """Each prompt's first ``TOKENS`` greedy tokens from ``folder`` (transformers) and from ``model`` (vLLM)."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    reference = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype()))
    served = asyncio.run(_served(model, asked))
    same = near = 0
    for question, text in zip(asked, served, strict=True):
        ours, margins = _greedy(reference, tokenizer, question)
        theirs = tokenizer(text, add_special_tokens=False)["input_ids"]
        if tokenizer.decode(ours, skip_special_tokens=True) == text:
            same += 1
            continue
        parted = next((at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), len(theirs))
        near += parted < len(margins) and margins[parted] < NEAR_TIE
    return Agreement(prompts=len(asked), same=same, near_tie=near)


async def _served(model: ChatModel, asked: Sequence[Asked]) -> list[str]:
    return [await _answer(model, each) for each in asked]


async def _answer(model: ChatModel, question: Asked) -> str:
    generation = Generation(messages=question.prompt, max_tokens=TOKENS)
    return "".join([piece async for piece in model.stream(generation)])


def _greedy(model: Any, tokenizer: Any, question: Asked) -> tuple[list[int], list[float]]:
    """The greedy tokens, and at each the nats by which it leads the second likeliest."""
    prompt = tokenizer.apply_chat_template(
        list(question.prompt), add_generation_prompt=True, return_dict=True, return_tensors="pt"
    )
    made = model.generate(
        input_ids=prompt["input_ids"],
        attention_mask=prompt["attention_mask"],
        max_new_tokens=TOKENS,
        do_sample=False,
        output_scores=True,
        return_dict_in_generate=True,
    )
    tokens = made.sequences[0, prompt["input_ids"].shape[1] :].tolist()
    best = [score[0].float().log_softmax(-1).topk(2).values for score in made.scores]
    return tokens, [float(each[0] - each[1]) for each in best]
