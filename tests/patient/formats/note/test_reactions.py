"""Allergies behind a denial of all others, behind "avoid", and under more headings."""

from __future__ import annotations

import pytest

from medrag.types import FactStatus
from tests.patient.formats.note.heard import heard


@pytest.mark.parametrize(
    ("text", "allergen"),
    [
        ("NKDA (except cefaclor)", "cefaclor"),
        ("NKA, but reacts to latex", "latex"),
        ("NKDA, however wasp stings cause swelling", "wasp stings"),
        ("Avoid cephalosporins (swelling of the lips).", "cephalosporins"),
        ("Cannot take aspirin (asthma attack as a teenager).", "aspirin"),
        ("Cannot have naproxen because of bronchospasm", "naproxen"),
        ("Never give morphine - hives", "morphine"),
        ("Rxn hx: vancomycin -> flushing", "vancomycin"),
        ("Pregnant, 2nd trimester; allergies: cefalexin, latex", "cefalexin"),
    ],
)
def test_an_allergy_is_heard(text: str, allergen: str) -> None:
    patient = heard(text)
    found = [each.display for each in patient.allergies or () if each.status is FactStatus.ACTIVE]
    assert any(each.startswith(allergen) for each in found), found
    assert patient.no_known_allergies is False


@pytest.mark.parametrize(
    ("text", "none_known"),
    [
        ("nil known drug allergies", True),
        ("NKDA, but history limited.", True),
        ("NKDA. But takes digoxin.", True),
        ("Avoid metformin (eGFR 22)", None),
    ],
)
def test_what_is_no_allergy(text: str, none_known: bool | None) -> None:
    patient = heard(text)
    assert not [each for each in patient.allergies or () if each.status is FactStatus.ACTIVE]
    assert patient.no_known_allergies is none_known


@pytest.mark.parametrize(
    ("text", "allergen", "kind"),
    [
        ("Muscle cramps on pravastatin.", "pravastatin", "intolerance"),
        ("Has had cough on enalapril.", "enalapril", "intolerance"),
        ("NKDA but tramadol makes him vomit", "tramadol", "intolerance"),
        ("Dihydrocodeine and oxycodone both make her feel sick.", "oxycodone", "intolerance"),
        ("Rash with febuxostat.", "febuxostat", "allergy"),
        ("Took diclofenac once: anaphylaxis.", "diclofenac", "allergy"),
        ("Walnut: hives x3", "Walnut", "allergy"),
    ],
)
def test_what_a_drug_once_did_is_an_allergy_or_an_intolerance(text: str, allergen: str, kind: str) -> None:
    found = {each.display: each for each in heard(text).allergies or ()}
    assert (found[allergen].status, found[allergen].kind) == (FactStatus.ACTIVE, kind)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Myalgia on simvastatin", None),
        ("New diarrhoea from metformin 1 g bd.", "uncertain"),
        ("Lisinopril made him cough.", "uncertain"),
    ],
)
def test_a_drug_that_did_harm_is_not_simply_current(text: str, status: str | None) -> None:
    assert [each.status.value for each in heard(text).medications or ()] == ([status] if status else [])
