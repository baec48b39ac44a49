"""Codes that records send without words: each names a drug or an allergen that the checks know."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.knowledge.names import normalise
from medrag.patient.view import view
from medrag.reading import prescriptions
from medrag.types import Allergy, Medication, Patient

KNOWLEDGE = load()


def test_every_code_names_what_the_knowledge_knows() -> None:
    for (_, code), words in KNOWLEDGE.codes.items():
        read = prescriptions(words, KNOWLEDGE)
        resolved = bool(read) and all(each.mention.resolved for each in read)
        assert resolved or KNOWLEDGE.allergens_in(normalise(words)), (code, words)


def test_a_system_is_asked_under_its_own_name() -> None:
    assert KNOWLEDGE.coded("RxNorm", "197805") == "ibuprofen 400 MG Oral Tablet"
    assert KNOWLEDGE.coded(None, "197805") == "ibuprofen 400 MG Oral Tablet"
    assert KNOWLEDGE.coded("SNOMED", "197805") is None
    assert KNOWLEDGE.coded("urn:oid:1.2.3", "197805") is None


@pytest.mark.parametrize(
    ("system", "code", "substance"),
    [("SNOMED", "91936005", "penicillin"), ("RxNorm", "7980", "penicillin g"), ("SNOMED", "293586001", "aspirin")],
)
def test_an_allergy_that_is_nothing_but_a_code(system: str, code: str, substance: str) -> None:
    patient = Patient(allergies=(Allergy(display=code, code=code, system=system),))
    (known,) = view(patient, patient, KNOWLEDGE).allergies
    assert [each.label for each in known.mentions] == [substance]


def test_a_drug_that_is_nothing_but_a_product_code() -> None:
    patient = Patient(medications=(Medication(display="855332", code="855332", system="RxNorm"),))
    (drug,) = view(patient, patient, KNOWLEDGE).drugs
    assert drug.label == "warfarin"
