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


@pytest.mark.parametrize(
    ("text", "allergens", "drugs"),
    [
        ("Allergic to Augmentin - blisters; doxycycline.", ["Augmentin", "doxycycline"], []),
        ("Allergic to aspirin (wheeze); celecoxib (rash); latex", ["aspirin", "celecoxib", "latex"], []),
        ("Allergic to morphine; takes digoxin", ["morphine"], ["digoxin"]),
        ("Allergic to morphine; digoxin 125 mcg od", ["morphine"], ["digoxin"]),
        ("ALLERGIES\nFood: egg - hives\nDrugs: cefalexin\nEnvironmental: ragweed", ["egg", "cefalexin", "ragweed"], []),
        ("Allergies:\nLatex: hives\nMedication: vancomycin\n\nMeds: digoxin", ["Latex", "vancomycin"], ["digoxin"]),
        ("Allergies\nMedications: codeine\nFoods: kiwi\n\nMedications:\ndigoxin", ["codeine", "kiwi"], ["digoxin"]),
        ("Allergies\n- Drug: codeine\n- Food: kiwi\nDrugs: digoxin 125 mcg", ["codeine", "kiwi"], ["digoxin"]),
        ("Allergies:\nFood: none\nMedications: digoxin, ramipril", [], ["digoxin", "ramipril"]),
        ("Allergies: latex\nDrugs: digoxin, ramipril", ["latex"], ["digoxin", "ramipril"]),
        ("Allergies are doxycycline which caused welts and kiwi", ["doxycycline", "kiwi"], []),
        ("NKDA. Side effects: flushing with nifedipine", ["nifedipine"], []),
    ],
)
def test_a_list_of_allergies_is_read_to_its_end(text: str, allergens: list[str], drugs: list[str]) -> None:
    patient = heard(text)
    found = [each.display.partition(" (")[0] for each in patient.allergies or () if each.current]
    assert found == allergens
    assert [each.display for each in patient.medications or () if each.current] == drugs


def test_a_crossed_allergen_is_denied_only_beside_ticks() -> None:
    def current(text: str) -> list[str]:
        return [each.display for each in heard(text).allergies or () if each.current]

    assert current("Allergies:\n✗ doxycycline") == ["doxycycline"]
    assert current("Allergies:\n✓ latex\n✗ doxycycline") == ["latex"]
