"""Training for the order of sentences, on a very small model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medrag.generation.likelihood import ALONE, asked_by, read_as
from medrag.retrieval.order import OrderWeights, features
from medrag.retrieval.question.query import Query
from sft.config import Lora, Recipe, Training
from sft.training.likelihood import train
from sft.training.order import Candidates

pytest.importorskip("peft")

NAMES = features()
EVEN = OrderWeights(encoder="abc", questions=1, weights=dict.fromkeys(NAMES, 0.0))
ANSWERS = {"gout": "colchicine for the flare", "asthma": "salbutamol by spacer", "migraine": "a triptan by mouth"}


def lists(times: int) -> list[Candidates]:
    """Each subject's question, whose answer the order cannot tell from the other two."""
    texts = [f"Guideline > Treatment\nGive {each}." for each in ANSWERS.values()]
    return [
        Candidates(
            document=subject,
            query=Query.of(f"What is given in {subject}?"),
            texts=texts,
            table=np.zeros((3, len(NAMES))),
            cosines=np.zeros(3),
            must=np.arange(3) == place,
            may=np.zeros(3, dtype=np.bool_),
            wanted=1,
        )
        for _ in range(times)
        for place, subject in enumerate(ANSWERS)
    ]


def recipe(base: Path) -> Recipe:
    plan = Training(
        four_bit=False, lora=Lora(rank=8, alpha=16, dropout=0.0, last=2), accumulation=1, learning_rate=0.004, cpu=True
    )
    return Recipe(name="tiny", base=str(base), training=plan)


def test_the_answer_becomes_likelier_after_its_question(tiny_base: Path, tmp_path: Path) -> None:
    measured = train(recipe(tiny_base), lists(100), EVEN, tmp_path / "tuned", questions=300)
    assert (measured["questions"], measured["steps"]) == (300, 300)
    assert measured["log"][-1]["order"] == pytest.approx(np.log1p(2), abs=0.01)
    assert measured["log"][-1]["loss"] < measured["log"][0]["loss"] < np.log1p(2) + 0.05
    assert _gains(tiny_base, tmp_path / "tuned") > 0


def _gains(base: Path, adapter: Path) -> float:
    """How much likelier an answer is after its own question than after another, each text read by itself."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter).eval()

    def likely(text: str) -> float:
        ids = torch.tensor([tokenizer(text, add_special_tokens=False)["input_ids"]])
        with torch.no_grad():
            told = torch.log_softmax(model(input_ids=ids).logits[0, :-1], -1)
        return float(told.gather(1, ids[0, 1:, None]).sum())

    def gain(subject: str, text: str) -> float:
        before = asked_by(Query.of(f"What is given in {subject}?"))
        return likely(before + text) - likely(before) - likely(ALONE + text) + likely(ALONE)

    texts = {subject: read_as(f"Guideline > Treatment\nGive {answer}.") for subject, answer in ANSWERS.items()}
    own = [gain(subject, text) for subject, text in texts.items()]
    others = [gain(other, text) for subject, text in texts.items() for other in texts if other != subject]
    return float(np.mean(own) - np.mean(others))
