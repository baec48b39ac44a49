from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from eval.running.solver import Solver
from eval.systems.ranked import Ranked
from medrag.generation.modes.quote import by_rank, cited
from medrag.retrieval.retriever import Retriever
from medrag.types import Case, Evidence, Patient
from tests.evidence import GOUT, HYPERTENSION

EVIDENCE = [
    Evidence(number=1, passage=HYPERTENSION, score=0.8, ranks=(3, 1)),
    Evidence(number=2, passage=GOUT, score=0.5, ranks=(2,)),
]
CASE = Case(question="Which antibiotic treats streptococcal pharyngitis?")


def test_the_best_k_and_none_below_the_floor() -> None:
    assert by_rank(EVIDENCE) == [(1, 2), (2, 1), (1, 1)]
    assert Ranked(2).of(EVIDENCE) == [(1, 2), (2, 1)]
    assert Ranked(2, floor=0.8).of(EVIDENCE) == [(1, 2), (2, 1)]
    assert Ranked(2, floor=0.81).of(EVIDENCE) == Ranked().of([]) == []


def test_the_engine_answers_with_searchs_best_sentences(solver: Solver) -> None:
    engine = replace(solver.parts("test"), checks=())
    advice = asyncio.run(Ranked(3).recommend(engine, CASE))
    assert list(cited(advice.statements[:3], advice.evidence)) == by_rank(advice.evidence)[:3]


def test_and_the_safety_filter_still_checks_them(solver: Solver, plain_index: Path) -> None:
    allergic = CASE.model_copy(
        update={"patient": Patient.model_validate({"age_years": 34, "allergies": ["penicillin"]})}
    )
    engine = replace(solver.parts("test"), retriever=Retriever.open(plain_index))
    advice = asyncio.run(Ranked(6).recommend(engine, allergic))
    assert advice.withheld
    assert not any(each.withheld for each in advice.statements)
