"""MIRAGE (Xiong et al., 2024): multiple-choice questions over MMLU-Med, MedQA-US, MedMCQA, PubMedQA* and BioASQ.

Reads the benchmark's own ``benchmark.json`` (also gzipped) from the user's copy. As it demands, retrieval sees the
question only, never the options, and the same questions are asked without retrieval beside it; an answer that does
not parse is wrong. ``mirage-choice`` leaves the model no output but a label, for models too small to follow a format.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.running.solver import Solver
from eval.scoring import choice
from eval.scoring.choice import Question, Reply
from eval.tasks import Result, Sample
from medrag.errors import InputError
from medrag.types import Case, Evidence

_LAYOUT = TypeAdapter(dict[str, dict[str, dict[str, Any]]])


@dataclass(frozen=True)
class MirageSample(Sample):
    """One question; its case holds the stem alone."""

    question: Question


@dataclass(frozen=True)
class Mirage:
    """The task."""

    samples: Sequence[MirageSample]
    data: str
    name: str
    constrained: bool

    async def evaluate(self, sample: MirageSample, solver: Solver) -> Result:
        """Both arms: with passages for the question alone, and without retrieval."""
        engine = solver.parts(self.name)
        evidence = await asyncio.to_thread(engine.retriever.search, sample.question.stem, k=engine.passages)
        passages = [item.passage.text for item in evidence]
        ask = partial(choice.ask, engine.model, sample.question, knowledge=engine.knowledge)
        reply = await ask(passages, constrained=self.constrained)
        closed = await ask([], constrained=self.constrained)
        return Result(
            scores=_scores(sample.question, reply, closed, evidence),
            output=_output(sample.question, reply, closed, evidence),
            provenance=choice.provenance(solver, self.name, index=True),
        )


def load(path: Path | None) -> Mirage:
    """The benchmark in ``path``.

    Raises:
        InputError: no path was given, or the file is not in MIRAGE's layout.
    """
    return _load(path, "mirage", constrained=False)


def load_constrained(path: Path | None) -> Mirage:
    """The benchmark in ``path``, with answers constrained to a label. Raises as :func:`load`."""
    return _load(path, "mirage-choice", constrained=True)


def _load(path: Path | None, name: str, *, constrained: bool) -> Mirage:
    if path is None:
        raise InputError(f"{name} reads your copy of MIRAGE: {name}=path/to/benchmark.json (or .json.gz)")
    content = _read(path)
    try:
        sets = _LAYOUT.validate_json(content)
        samples = [_sample(dataset, key, each) for dataset, held in sets.items() for key, each in held.items()]
    except (ValidationError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path} is not in MIRAGE's layout: dataset -> id -> question, options, answer") from None
    return Mirage(samples, hashlib.sha256(content).hexdigest(), name, constrained)


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except FileNotFoundError:
        raise InputError(f"no benchmark at {path}") from None
    except (OSError, EOFError):
        raise InputError(f"{path} cannot be read, or is not gzipped") from None


def _sample(dataset: str, key: str, each: dict[str, Any]) -> MirageSample:
    question = Question(each["question"], dict(each["options"]), each["answer"])
    if question.answer not in question.options:
        raise KeyError(question.answer)
    return MirageSample(f"{dataset}/{key}", Case(question=question.stem), question, slices={"dataset": dataset})


def _scores(question: Question, reply: Reply, closed: Reply, evidence: Sequence[Evidence]) -> dict[str, float]:
    return {
        **choice.scored(question, reply),
        **choice.scored(question, closed, "_no_retrieval"),
        "found_passages": float(bool(evidence)),
    }


def _output(question: Question, reply: Reply, closed: Reply, evidence: Sequence[Evidence]) -> dict[str, Any]:
    return {
        "question": question.stem,
        "options": dict(question.options),
        "gold": question.answer,
        "answers": {"with retrieval": reply.label, "without": closed.label},
        "completions": {"with retrieval": reply.text, "without": closed.text},
        "evidence": [json.loads(item.model_dump_json(exclude_defaults=True)) for item in evidence],
    }
