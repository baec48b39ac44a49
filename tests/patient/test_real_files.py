"""Every real file of the shared data, where it is: what comes out, and that nothing is lost on the way."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from medrag.patient import load
from medrag.patient.report import report
from medrag.types import Patient
from tests.paths import SHARED
from tests.patient.records import TODAY

BUNDLES = sorted((SHARED / "fhir").glob("*.json"))
pytestmark = pytest.mark.skipif(not BUNDLES, reason="the shared data folder is absent")


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_every_bundle_is_read_whole(path: Path) -> None:
    kinds = Counter(entry["resource"]["resourceType"] for entry in json.loads(path.read_text())["entry"])
    patient = load([path], TODAY)
    assert patient.birth_date and patient.sex
    assert len(patient.conditions or ()) == kinds["Condition"] + kinds["FamilyMemberHistory"]
    assert len(patient.allergies or ()) == kinds["AllergyIntolerance"]
    assert len(patient.procedures or ()) <= kinds["Procedure"] + kinds["Immunization"]
    assert len(patient.imaging or ()) == kinds["ImagingStudy"]
    assert Patient.model_validate_json(patient.model_dump_json()) == patient
    assert report(patient).startswith("Age ")


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_statuses_agree_with_the_file(path: Path) -> None:
    resources = [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
    active = {
        f"{path.name}#MedicationRequest/{r['id']}"
        for r in resources
        if r["resourceType"] == "MedicationRequest" and r["status"] == "active"
    }
    patient = load([path], TODAY)
    current = {fact.source for fact in patient.medications or () if fact.current}
    assert current <= active | {s for s in current if "MedicationDispense" in s or "attachment" in s}
    stopped = [
        fact for fact in patient.medications or () if "MedicationRequest" in fact.source and fact.source not in active
    ]
    assert not any(fact.current for fact in stopped)


def test_notes_of_other_people_in_a_record_are_not_used() -> None:
    path = SHARED / "fhir" / "uscore_bundle_patient_85.json"
    if not path.exists():
        pytest.skip("no US Core bundle")
    patient = load([path], TODAY)
    assert sum("of another person than the record (sex" in problem.reason for problem in patient.problems) == 3
    assert not any("attachment" in fact.source for fact in patient.medications or ())


@pytest.mark.parametrize("kind", ["phenotype", "report"])
def test_pharmcat(kind: str) -> None:
    path = SHARED / "pharmcat" / f"pharmcat.example.{kind}.json"
    if not path.exists():
        pytest.skip("no PharmCAT files")
    genotypes = load([path], TODAY).genotypes
    genes = {each.gene: each for each in genotypes}
    assert len(genes) == 23
    assert (genes["CYP2D6"].diplotype, genes["CYP2D6"].activity_score) == ("*1/*3", "1.0")
    alleles = {each.lookup_key for each in genotypes if each.gene == "HLA-B"}
    assert alleles == {"*15:02 positive", "*57:01 positive", "*58:01 negative"}
    assert (genes["HLA-A"].lookup_key, genes["HLA-A"].status.value) == ("No Result", "uncertain")
    assert genes["CYP2C9"].lookup_key == "2.0"


def test_pharmcat_vcf_is_not_called_normal() -> None:
    path = SHARED / "pharmcat" / "pharmcat.example.vcf"
    if not path.exists():
        pytest.skip("no PharmCAT files")
    patient = load([path], TODAY)
    called = {each.gene: each.phenotype for each in patient.genotypes or () if each.status == "active"}
    assert called == {"VKORC1": "-1639 GG", "ABCG2": "Normal Function"}
    assert "CYP2D6" in patient.problems[0].reason
