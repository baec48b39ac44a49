"""The tasks by name, as the command line asks for them: ``NAME`` or ``NAME=DATA``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eval.tasks import (
    Task,
    abstention,
    cases,
    grounded,
    healthbench,
    mirage,
    pubmedqa,
    questions,
    redteam,
    retrieval,
    safety,
    sensitivity,
)
from medrag.errors import InputError

Loader = Callable[[Path | None], Task[Any]]

_SHIPPED = "cases over the starter corpus; without DATA the shipped ones"

TASKS: Mapping[str, tuple[Loader, str]] = {
    "cases": (cases.load, f"your own {_SHIPPED}"),
    "questions": (questions.load, "questions as clinicians type them; without DATA those kept out of training"),
    "grounded": (grounded.load, "cases with gold statements, such as `medrag eval from-index` makes"),
    "abstention": (abstention.load, f"answerable and unanswerable {_SHIPPED}"),
    "safety": (safety.load, f"allergy, kidney, pregnancy, interaction and omission {_SHIPPED}"),
    "sensitivity": (sensitivity.load, f"pairs of patients that differ in one fact; {_SHIPPED}"),
    "redteam": (redteam.load, f"harmful requests and injected instructions; {_SHIPPED}"),
    "mirage": (mirage.load, "your copy of MIRAGE's benchmark.json (or .gz); asks the model itself: --engine local"),
    "mirage-choice": (mirage.load_constrained, "the same, answers constrained to a label (for small models)"),
    "healthbench": (healthbench.load, "your copy of HealthBench's JSON lines; scored by a judge: --judge-url"),
    "retrieval": (retrieval.load, "your questions with the documents or passages that answer them; no model is asked"),
    "medquad": (retrieval.load_medquad, "your copy of MedQuAD (folder or .tar.xz), indexed with --source medquad"),
    "pubmedqa": (pubmedqa.load, "your copy of PubMedQA's ori_pqal.json; asks the model itself: --engine local"),
}


SYSTEMS: Mapping[str, str] = {
    "medrag": "the engine as it is served",
    "retriever": "baseline: the sentences that search ranks first; no model, no safety filter",
    "ranked": "baseline: the sentences that search ranks first in place of a model's choice, filtered as ever",
    "llm": "baseline: the model alone; no passages, no safety filter",
    "naive-rag": "baseline: passages in the prompt and the answer as it comes; no grounding, no safety filter",
    "unfiltered": "medrag without its safety filter, to show what the filter does",
}


def load(asked: str) -> Task[Any]:
    """The task that ``NAME`` or ``NAME=DATA`` asks for.

    Raises:
        InputError: there is no such task, or its data cannot be read.
    """
    name, _, data = asked.partition("=")
    if name not in TASKS:
        raise InputError(f"no task {name!r}; there are: {', '.join(TASKS)}")
    loader, _ = TASKS[name]
    return loader(Path(data) if data else None)
