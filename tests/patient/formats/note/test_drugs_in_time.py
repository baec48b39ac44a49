"""Which drugs of a note are taken now, by the words and the stops around them."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.patient import hear
from medrag.types import FactStatus, Patient

KNOWLEDGE = load()


def status(text: str, drug: str) -> FactStatus:
    heard = hear(None, text, knowledge=KNOWLEDGE) or Patient()
    found = [each.status for each in heard.medications or () if drug in each.display.casefold()]
    assert found, [each.display for each in heard.medications or ()]
    return found[-1]


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("PE in 2017, on edoxaban 60 mg.", "edoxaban"),
        ("Liver graft in 2014 with good function, on sirolimus.", "sirolimus"),
        ("NSTEMI in 2024 - on prasugrel and bisoprolol.", "prasugrel"),
        ("Previously on adalimumab and sulfasalazine, now ustekinumab every 12 weeks.", "ustekinumab"),
        ("Was on citalopram, currently duloxetine 60 mg.", "duloxetine"),
        ("Aortic valve replacement in 2003. Acenocoumarol since.", "acenocoumarol"),
        ("Denies c/p. Takes flecainide 100 mg bd.", "flecainide"),
        ("No n/v/d. Meds also: phenytoin 300 mg.", "phenytoin"),
        ("No cough x 5 d. On theophylline 200 mg.", "theophylline"),
        ("Denies hep B. On tenofovir.", "tenofovir"),
        ("No relevant hx. Takes amiodarone 200 mg.", "amiodarone"),
        ("Home bisoprolol continued, candesartan held.", "bisoprolol"),
        ("Venlafaxine tapered from 150 mg to 75 mg od", "venlafaxine"),
        ("Dexamethasone is being weaned down to 2 mg", "dexamethasone"),
        ("Meds:\nName | Dose | Taken | Comment\nDapagliflozin | 10 mg | Y | to stop during illness", "dapagliflozin"),
    ],
)
def test_a_drug_is_taken(text: str, drug: str) -> None:
    assert status(text, drug) is FactStatus.ACTIVE


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Lymphoma in 2011, treated with vincristine.", "vincristine"),
        ("Endocarditis in 2016, given gentamicin, now well.", "gentamicin"),
        ("Previously on adalimumab and sulfasalazine, now ustekinumab.", "sulfasalazine"),
        ("Sepsis. Home gliclazide, ramipril held.", "gliclazide"),
        ("Usual spironolactone, losartan suspended (AKI).", "spironolactone"),
        (
            "Rx flucloxacillin 500 mg QDS. Later rang: she is allergic to flucloxacillin (rash). "
            "Changed to doxycycline 100 mg.",
            "flucloxacillin",
        ),
    ],
)
def test_a_drug_is_no_longer_taken(text: str, drug: str) -> None:
    assert status(text, drug) is FactStatus.RESOLVED


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Edoxaban to be discontinued in two weeks.", "edoxaban"),
        ("Her citalopram will be stopped at the next appointment.", "citalopram"),
        ("Will hold dabigatran 48 hours before the procedure.", "dabigatran"),
        ("Ticagrelor until June 2027, then stop.", "ticagrelor"),
        ("Tapering dexamethasone, currently 2 mg, then off.", "dexamethasone"),
        ("Carbimazole must not be interrupted.", "carbimazole"),
        ("She took her methotrexate yesterday evening.", "methotrexate"),
        ("Last took digoxin 62.5 mcg two hours ago.", "digoxin"),
        ("Last dose of dabigatran was last night.", "dabigatran"),
        ("If he faints, stop bisoprolol.", "bisoprolol"),
        ("If wheezy, discontinue her propranolol.", "propranolol"),
    ],
)
def test_a_drug_just_taken_or_still_to_be_stopped_is_taken(text: str, drug: str) -> None:
    assert status(text, drug) is FactStatus.ACTIVE


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Took naproxen for years.", "naproxen"),
        ("Took his last doxycycline yesterday.", "doxycycline"),
        ("Stop candesartan today.", "candesartan"),
        ("Stopped dabigatran 3 days before surgery.", "dabigatran"),
    ],
)
def test_one_that_was_stopped_before_is_not(text: str, drug: str) -> None:
    assert status(text, drug) is FactStatus.RESOLVED


@pytest.mark.parametrize(
    ("question", "asked", "taken"),
    [
        ("71M AF and CKD. rivaroxaban ok or warfarin", {"rivaroxaban", "warfarin"}, set()),
        ("Would citalopram or mirtazapine be safer?", {"citalopram", "mirtazapine"}, set()),
        ("losartan vs ramipril in diabetic nephropathy", {"losartan", "ramipril"}, set()),
        ("Is allopurinol 100 then 200 ok?", {"allopurinol"}, set()),
        ("clopidogrel or ticagrelor with her omeprazole", {"clopidogrel", "ticagrelor"}, {"omeprazole"}),
        ("is erythromycin with simvastatin safe?", set(), {"erythromycin", "simvastatin"}),
    ],
)
def test_drugs_of_a_choice_are_asked_about_and_not_taken(question: str, asked: set[str], taken: set[str]) -> None:
    drugs = (hear(None, question, knowledge=KNOWLEDGE) or Patient()).medications or ()
    assert {each.display for each in drugs if each.status is FactStatus.PLANNED} == asked
    assert {each.display for each in drugs if each.status is not FactStatus.PLANNED} == taken
