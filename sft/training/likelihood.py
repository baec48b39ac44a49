"""Teaches a causal model how much likelier a question makes the sentence that answers it.

The lists are those that the order of sentences is fitted on. To each sentence's score in that order its gain is added
(:mod:`medrag.generation.likelihood`): log P(sentence | question) of the model in training less log P(sentence) of the
model it started from, times a weight that is learned too. What must be in the answer is to score above what need not,
by a softmax over the list, so that the model learns where the order is wrong.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medrag.generation.likelihood import ALONE, asked_by, read_as
from medrag.retrieval.order import OrderWeights
from sft.config import Recipe
from sft.training.order import Candidates
from sft.training.train import adapter, base_folder, load

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from transformers import PreTrainedTokenizerBase

SENTENCES = 8
"""That a list holds: at most MUST that must be in the answer, and the best in order of those that need not."""
MUST = 2
WEIGHT = 0.1
"""Where the learned weight starts: the best of the untuned model, docs/results-model.md."""
WEIGHT_RATE = 2e-3
LONGEST_QUESTION, LONGEST_SENTENCE = 220, 110
"""In tokens; what is longer is cut."""
LOGGED_STEPS = 2


def train(
    recipe: Recipe, lists: Sequence[Candidates], order: OrderWeights, output: Path, questions: int
) -> dict[str, Any]:
    """Trains an adapter of the recipe's base on ``questions`` of the lists, by its seed, into ``output``.

    Returns what was measured: steps, seconds, the learned weight, and the log of losses beside the order's own.
    """
    import torch
    from peft import get_peft_model

    torch.manual_seed(recipe.seed)
    plan = recipe.training
    model, tokenizer = load(base_folder(recipe), plan)
    assert plan.lora is not None  # noqa: S101
    tuned = get_peft_model(model, adapter(plan.lora, model.config.num_hidden_layers))
    parameters = [each for each in tuned.parameters() if each.requires_grad]
    weight = torch.nn.Parameter(torch.tensor(WEIGHT))
    groups = [{"params": parameters, "lr": plan.learning_rate}, {"params": [weight], "lr": WEIGHT_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=plan.weight_decay, betas=(0.9, 0.98))
    chosen = _chosen(lists, order, questions, recipe.seed)
    steps = max(1, len(chosen) // plan.accumulation)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / plan.warmup_steps) * max(0.05, 1 - step / (steps + 1))
    )
    reader, log, started = _Reader(tuned, tokenizer), list[dict[str, float]](), time.time()
    losses, before = list[float](), list[float]()
    for place, (asked, texts, scores, must) in enumerate(chosen, start=1):
        gains = reader.gains(asked, texts)
        loss, alone = _loss(scores + weight * gains, must), _loss(scores, must)
        (loss / plan.accumulation).backward()  # type: ignore[no-untyped-call]
        losses.append(float(loss.detach()))
        before.append(float(alone))
        if place % plan.accumulation:
            continue
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        step = place // plan.accumulation
        if step % LOGGED_STEPS == 0:
            log.append({"step": step, "loss": _recent(losses), "order": _recent(before), "weight": weight.item()})
        if step % plan.save_steps == 0:
            tuned.save_pretrained(str(output))
    tuned.save_pretrained(str(output))
    return {
        "questions": len(chosen),
        "steps": steps,
        "seconds": round(time.time() - started),
        "weight": weight.item(),
        "log": log,
    }


def _recent(losses: Sequence[float]) -> float:
    return float(np.mean(losses[-96:]))


_List = tuple[str, list[str], "torch.Tensor", int]
"""What precedes the sentences; the sentences, those that must be in the answer first; their scores; how many must."""


def _chosen(lists: Sequence[Candidates], order: OrderWeights, questions: int, seed: int) -> list[_List]:
    """The lists in a random order, ``questions`` of them at most; those with nothing to tell apart are left out."""
    import torch

    made = []
    for each in random.Random(seed).sample(lists, len(lists)):  # noqa: S311
        scores = each.table @ order.vector
        ranked = np.argsort(-scores, kind="stable")
        must = [row for row in ranked if each.must[row]][:MUST]
        others = [row for row in ranked if not (each.must[row] or each.may[row])][: SENTENCES - len(must)]
        if must and others:
            rows = [*must, *others]
            texts = [read_as(each.texts[row]) for row in rows]
            made.append((asked_by(each.query), texts, torch.tensor(scores[rows], dtype=torch.float32), len(must)))
    return made[:questions]


def _loss(scores: torch.Tensor, must: int) -> torch.Tensor:
    from torch.nn.functional import softplus

    return softplus(scores[must:].logsumexp(0) - scores[:must]).mean()


class _Reader:
    """Log likelihoods of sentences after one beginning, which is read once for all of them."""

    def __init__(self, model: PeftModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._alone: dict[str, torch.Tensor] = {}

    def gains(self, asked: str, texts: Sequence[str]) -> torch.Tensor:
        """Shape ``(texts,)``; what a text is by itself is the untrained model's, and constant."""
        import torch

        if new := [each for each in texts if each not in self._alone]:
            untrained: AbstractContextManager[None] = self._model.disable_adapter()
            with torch.no_grad(), untrained:
                self._alone.update(zip(new, self._after(ALONE, new), strict=True))
        return torch.stack(list(self._after(asked, texts))) - torch.stack([self._alone[each] for each in texts])

    def _after(self, before: str, texts: Sequence[str]) -> Iterator[torch.Tensor]:
        import torch
        from torch.nn.functional import cross_entropy

        first = self._ids(before, LONGEST_QUESTION)
        each = [self._ids(text, LONGEST_SENTENCE) for text in texts]
        lengths = [len(ids) for ids in each]
        branch = torch.tensor([0] * len(first) + [at for at, ids in enumerate(each, start=1) for _ in ids])
        places = [*range(len(first)), *(len(first) + at for ids in each for at in range(len(ids)))]
        seen = ((branch[None, :] == 0) | (branch[None, :] == branch[:, None])) & torch.ones(
            len(branch), len(branch), dtype=torch.bool
        ).tril()
        tokens = torch.tensor([*first, *(token for ids in each for token in ids)])
        body = self._model.base_model.model
        hidden = body.model(
            input_ids=tokens[None],
            position_ids=torch.tensor([places]),
            attention_mask=seen[None, None],
            use_cache=False,
        ).last_hidden_state[0]
        starts = np.cumsum([len(first), *lengths[:-1]])
        before_each = [
            at for start, length in zip(starts, lengths, strict=True) for at in _before(len(first), start, length)
        ]
        costs = cross_entropy(body.lm_head(hidden[before_each]).float(), tokens[len(first) :], reduction="none")
        yield from (-cost.sum() for cost in costs.split(lengths))

    def _ids(self, text: str, most: int) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])[:most]


def _before(first: int, start: int, length: int) -> list[int]:
    """Where the token before each of a branch stands: before its first the beginning's last."""
    return [first - 1, *range(start, start + length - 1)]
