"""A first, domain-adaptive step (Gururangan et al. 2020): next-token loss on guideline text, before any question.

Documents are packed into rows of one length and each sees itself alone, as a branch without a prefix
(:mod:`sft.training.branches`).
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrag.datasets.splits import held_out
from medrag.errors import ConfigurationError
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.passages import language_of
from medrag.types import Passage
from sft.config import Recipe
from sft.training.branches import IGNORED, tokens_of
from sft.training.train import load, run, trainer_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Row = dict[str, list[int]]


@dataclass(frozen=True)
class Texts:
    """What an index's documents say, those to learn and those held out, and the index's hash."""

    hash: str
    learned: Sequence[str]
    held: Sequence[str]


def texts_of(index: Path, language: str | None = None) -> Texts:
    """The index's documents that are current (in ``language``, ISO 639-1, where given), split by their file's name."""
    opened = Index.open(index)
    passages = opened.passages
    by_file: dict[str, list[Passage]] = defaultdict(list)
    for each in (passages[row] for row in range(len(passages))):
        if each.status == "current" and language in (None, language_of(each)):
            by_file[each.file or each.doc_id].append(each)
    split: dict[bool, list[str]] = {True: [], False: []}
    for name, parts in by_file.items():
        split[held_out(name)].append("\n\n".join([parts[0].title, *map(_said, parts)]))
    return Texts(opened.hash, split[False], split[True])


def _said(passage: Passage) -> str:
    return "\n".join(filter(None, [" > ".join(passage.section), passage.text]))


def packed(texts: Iterable[str], tokenizer: PreTrainedTokenizerBase, length: int) -> list[Row]:
    """Rows of ``length`` tokens, in order; what is left at the end goes unless it is all."""
    said = [
        (token, number)
        for number, text in enumerate(texts, start=1)
        for token in [*tokens_of(text, tokenizer), tokenizer.eos_token_id]
    ]
    return [_row(said[at : at + length]) for at in range(0, max(1, len(said) - length + 1), length) if said]


def _row(said: Sequence[tuple[int, int]]) -> Row:
    positions = [at for _, own in groupby(said, key=lambda each: each[1]) for at, _ in enumerate(own)]
    return {
        "input_ids": [token for token, _ in said],
        "positions": positions,
        "branch": [number for _, number in said],
        "labels": [token if at else IGNORED for (token, _), at in zip(said, positions, strict=True)],
    }


def adapt(recipe: Recipe, base: str | Path, sources: Mapping[str, Texts], output: Path) -> dict[str, Any]:
    """Train ``base`` on the text of ``sources`` (by their names) as the recipe's ``adaptation`` says.

    Resumes from its last checkpoint in ``output``. Returns what was measured, with the perplexity of each source's
    held-out text before and after.

    Raises:
        ConfigurationError: no source has a document that may be trained on.
    """
    from datasets import Dataset  # type: ignore[import-untyped]

    wanted = recipe.adaptation
    changed = {"learning_rate": wanted.learning_rate, "epochs": wanted.epochs, "evaluate_steps": None, "patience": None}
    plan = recipe.training.model_copy(update=changed)
    model, tokenizer = load(base, plan)
    rng = random.Random(recipe.seed)  # noqa: S311

    def drawn(texts: Sequence[str], most: int | None) -> list[Row]:
        made = packed(texts, tokenizer, wanted.length)
        return made if most is None else rng.sample(made, min(len(made), max(1, most // wanted.length)))

    made = [row for each in sources.values() for row in drawn(each.learned, wanted.tokens)]
    if not made:
        raise ConfigurationError("there is nothing to learn: the indexes hold held-out documents alone")
    held = {name: Dataset.from_list(drawn(each.held, wanted.held)) for name, each in sources.items() if each.held}
    trainer = trainer_of(plan, recipe.seed, (model, tokenizer), (Dataset.from_list(made), None), output)
    before = {name: _perplexity(trainer, each) for name, each in held.items()}
    measured = run(trainer, plan)
    after = {name: _perplexity(trainer, each) for name, each in held.items()}
    tokens = {name: sum(map(len, each["input_ids"])) for name, each in held.items()}
    return measured | {"held": {n: {"tokens": tokens[n], "before": before[n], "after": after[n]} for n in held}}


def _perplexity(trainer: Any, rows: Any) -> float:
    return math.exp(trainer.evaluate(rows)["eval_loss"])
