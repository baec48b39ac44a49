"""The labelled GDL2 cases, where they are: every disagreement is explained."""

from __future__ import annotations

import pytest
import yaml

from benchmarks.calculator_cases.agreement import NOTES, Result, run, table
from benchmarks.calculator_cases.gdl import labelled, models
from medrag.knowledge import load
from medrag.patient.measures.calculators import calculators
from tests.paths import SHARED

LEAST_AGREEMENT = 0.85


def test_every_calculator_that_a_model_is_told_to_exists() -> None:
    named = {name for model in models().values() for name in model["expect"]}
    assert named <= calculators(load()).keys()


@pytest.mark.skipif(not (SHARED / "gdl").is_dir(), reason="needs the labelled GDL2 models (MEDRAG_SHARED_DATA)")
def test_the_labels_agree_or_are_explained() -> None:
    results = run(labelled(SHARED / "gdl"))
    assert len(results) > 500
    apart = [each for each in results if each.kind in ("differ", "refused")]
    notes = yaml.safe_load(NOTES.read_text("utf-8"))
    assert [each.case.model for each in apart if not notes.get(each.case.model)] == []
    assert _share(results) > LEAST_AGREEMENT
    assert table(results).count("\n") > 50


def _share(results: list[Result]) -> float:
    return sum(each.kind == "agree" for each in results) / len(results)
