"""Clinical vignettes in the words of notes, with the values worked out by hand from the published formulas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medrag.patient import load
from tests.paths import ROOT
from tests.patient.records import TODAY

DATA = ROOT / "benchmarks" / "patient_cases"
VIGNETTES = [json.loads(line) for line in (DATA / "note_vignettes.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda each: each["note"][:40])
def test_the_derived_values_of_a_vignette(vignette: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text(vignette["note"])
    derived = load([path], TODAY).derived
    assert {name: derived[name].value for name in vignette["derived"] if name in derived} == pytest.approx(
        vignette["derived"], rel=0.003
    )
    assert not set(vignette.get("refused", ())) & set(derived)


def test_a_letter_is_no_sex_where_it_is_a_unit_or_an_initial(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("She is a 28-year-old. Her height was 1.65 m.")
    assert load([path], TODAY).sex == "female"


def test_a_kind_of_disease_is_not_its_absence(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("76-year-old woman, non-valvular AF, on lisinopril. Non-diabetic.")
    patient = load([path], TODAY)
    assert {str(each.status) for each in patient.conditions if "fibrillation" in each.display} == {"active"}
    assert [str(each.status) for each in patient.medications] == ["active"]
    assert all(str(each.status) == "negated" for each in patient.conditions if "diabetes" in each.display)


def test_weeks_of_gestation_are_a_pregnancy(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Patient is a 34 year old G2P1 at 28 weeks gestation.")
    assert load([path], TODAY).pregnant is True
