"""PubMedQA (Jin et al., 2019): research questions to be answered yes, no or maybe from their abstract.

Reads the labelled set (``ori_pqal.json``) from the user's copy. Both of its settings are run: with the abstract
(without its conclusion) as evidence, and with the question alone; an answer that does not parse is wrong.
``recall_yes`` and so on are the accuracies by right answer; their mean is the balanced accuracy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from eval.running.solver import Solver
from eval.scoring import choice
from eval.scoring.choice import Question
from eval.tasks import Result, Sample
from medrag.errors import InputError
from medrag.types import Case

ANSWERS = ("yes", "no", "maybe")


class _Item(BaseModel):
    """What is used of a record."""

    question: str = Field(alias="QUESTION")
    contexts: list[str] = Field(alias="CONTEXTS")
    decision: str = Field(pattern="^(yes|no|maybe)$")


@dataclass(frozen=True)
class PubMedQASample(Sample):
    """One question with its abstract's sections."""

    question: Question
    contexts: Sequence[str]


@dataclass(frozen=True)
class PubMedQA:
    """The task."""

    samples: Sequence[PubMedQASample]
    data: str
    name: str = "pubmedqa"

    async def evaluate(self, sample: PubMedQASample, solver: Solver) -> Result:
        """Both settings: with the abstract, and with the question alone."""
        engine = solver.parts(self.name)
        reply = await choice.ask(engine.model, sample.question, sample.contexts, engine.knowledge)
        closed = await choice.ask(engine.model, sample.question, [], engine.knowledge)
        scores: dict[str, float | None] = {
            **choice.scored(sample.question, reply),
            **choice.scored(sample.question, closed, "_question_only"),
            **{f"recall_{each}": None for each in ANSWERS},
        }
        scores[f"recall_{sample.question.answer}"] = scores["accuracy"]
        output: dict[str, Any] = {
            "question": sample.question.stem,
            "gold": sample.question.answer,
            "answers": {"with abstract": reply.label, "question only": closed.label},
            "completions": {"with abstract": reply.text, "question only": closed.text},
        }
        return Result(scores, output, choice.provenance(solver, self.name, index=False))


def load(path: Path | None) -> PubMedQA:
    """The labelled questions in ``path``.

    Raises:
        InputError: no path was given, or the file is not PubMedQA's.
    """
    if path is None:
        raise InputError("pubmedqa reads your copy of PubMedQA: pubmedqa=path/to/ori_pqal.json")
    try:
        content = path.read_bytes()
        records = TypeAdapter(dict[str, dict[str, Any]]).validate_json(content)
        items = {key: _Item(**{**each, "decision": each.get("final_decision")}) for key, each in records.items()}
    except FileNotFoundError:
        raise InputError(f"no benchmark at {path}") from None
    except ValidationError:
        raise InputError(f"{path} is not PubMedQA's labelled set: id -> QUESTION, CONTEXTS, final_decision") from None
    return PubMedQA([_sample(key, item) for key, item in items.items()], hashlib.sha256(content).hexdigest())


def _sample(key: str, item: _Item) -> PubMedQASample:
    question = Question(item.question, {each: each for each in ANSWERS}, item.decision)
    return PubMedQASample(key, Case(question=item.question), question, item.contexts)
