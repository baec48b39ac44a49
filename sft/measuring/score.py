"""How well a model chooses: greedy decoding under quote mode's constraint, against the answers of examples."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medrag.generation.modes.mode import ABSTAIN
from medrag.generation.modes.quote import MAX_STATEMENTS, letters
from medrag.generation.prompts import Message
from sft.examples.asked import Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Asked:
    """One question of an example: its prompt, the letters shown, and those that answer."""

    prompt: tuple[Message, ...]
    choices: tuple[str, ...]
    gold: tuple[str, ...]


def questions(examples: Sequence[Example]) -> Iterator[Asked]:
    """Every question of the examples, each as serving sends it."""
    for each in examples:
        shown = tuple(_shown(each.shared))
        for branch in each.branches:
            prompt: tuple[Message, ...] = (
                {"role": "system", "content": each.system},
                {"role": "user", "content": each.shared + branch.prompt},
            )
            gold = () if branch.answer == ABSTAIN else tuple(branch.answer.split(","))
            yield Asked(prompt, shown, gold)


def _shown(shared: str) -> Iterator[str]:
    """The letters of the evidence, which are given in order."""
    number = 0
    for line in shared.splitlines():
        if line.startswith(f"{letters(number)}. "):
            yield letters(number)
            number += 1


def choose(model: Any, tokenizer: PreTrainedTokenizerBase, asked: Sequence[Asked]) -> list[tuple[str, ...]]:
    """What the model chooses for each question, decoded greedily; a letter is never chosen twice."""
    import torch

    chosen = []
    for each in asked:
        said = [{"role": one["role"], "content": str(one["content"])} for one in each.prompt]
        ids: Any = tokenizer.apply_chat_template(
            said, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        start = ids["input_ids"].shape[1]
        allowed = _Allowed(tokenizer, each.choices)
        with torch.inference_mode():
            output = model.generate(
                **ids.to(model.device),
                do_sample=False,
                max_new_tokens=4 * MAX_STATEMENTS,
                prefix_allowed_tokens_fn=lambda _, made: allowed(made[start:].tolist()),  # noqa: B023
                pad_token_id=tokenizer.pad_token_id,
            )
        text = str(tokenizer.decode(output[0, start:], skip_special_tokens=True))
        chosen.append(() if text == ABSTAIN else tuple(text.split(",")))
    return chosen


class _Allowed:
    """The tokens that may follow: a letter not yet chosen, then the end or one more, as in quote mode's grammar."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, choices: Sequence[str]) -> None:
        self.end = int(tokenizer.eos_token_id)
        self.ids = {each: tuple(tokenizer(each, add_special_tokens=False)["input_ids"]) for each in choices}
        self.comma = int(tokenizer(",", add_special_tokens=False)["input_ids"][0])
        self.none = tuple(tokenizer(ABSTAIN, add_special_tokens=False)["input_ids"])

    def __call__(self, made: list[int]) -> list[int]:
        """What may come after ``made`` (all tokens generated so far)."""
        parts: list[tuple[int, ...]] = [()]
        for token in made:
            parts = [*parts, ()] if token == self.comma else [*parts[:-1], (*parts[-1], token)]
        *before, last = parts
        options = [ids for ids in self.ids.values() if ids not in before] + ([] if before else [self.none])
        going = {ids[len(last)] for ids in options if len(ids) > len(last) and ids[: len(last)] == last}
        if last in options:
            more = last != self.none and len(parts) < MAX_STATEMENTS
            going |= {self.end, self.comma} if more else {self.end}
        return sorted(going) or [self.end]


def report(asked: Sequence[Asked], chosen: Sequence[tuple[str, ...]]) -> dict[str, float | list[float]]:
    """Micro precision, recall and F1 with its interval, exact answers, first choice, answered and abstained."""
    answerable = [(set(q.gold), a) for q, a in zip(asked, chosen, strict=True) if q.gold]
    abstaining = [not a for q, a in zip(asked, chosen, strict=True) if not q.gold]
    draws = random.Random(0)  # noqa: S311
    samples = sorted(_f1([draws.choice(answerable) for _ in answerable])[2] for _ in range(200)) if answerable else []
    precision, recall, f1 = _f1(answerable)
    return {
        "questions": len(asked),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(f1, 3),
        "f1_95": [round(samples[4], 3), round(samples[-5], 3)] if samples else [],
        "exact": _mean([set(a) == g for g, a in answerable]),
        "first": _mean([bool(a) and a[0] in g for g, a in answerable]),
        "answered": _mean([bool(a) for _, a in answerable]),
        "abstained": _mean(abstaining),
        "unanswerable": len(abstaining),
    }


def _f1(rows: Sequence[tuple[set[str], tuple[str, ...]]]) -> tuple[float, float, float]:
    right = sum(len(gold & set(answer)) for gold, answer in rows)
    precision = right / max(1, sum(len(set(answer)) for _, answer in rows))
    recall = right / max(1, sum(len(gold) for gold, _ in rows))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _mean(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0
