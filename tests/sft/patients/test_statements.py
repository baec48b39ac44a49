import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sft.patients.profiles import ALLERGIES, PHRASES, Profile, make, record
from sft.patients.statements import read

NEEDS = [*PHRASES, *ALLERGIES, "pregnant", "child", "older", "egfr<30", "egfr>45"]


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("In atrial fibrillation with heart failure, use digoxin.", {"heart failure"}),
        ("In atrial fibrillation, give apixaban 5 mg twice daily.", set()),
        ("In pregnancy with atrial fibrillation, avoid direct oral anticoagulants.", {"pregnant"}),
        ("For penicillin allergy in atrial fibrillation, use clindamycin.", {"penicillin allergy"}),
        ("In adults with atrial fibrillation and eGFR below 30 mL/min, reduce the dose.", {"egfr<30"}),
        ("In atrial fibrillation with haemodynamic instability, perform cardioversion.", {"haemodynamic instability"}),
    ],
)
def test_a_statement_needs_what_its_first_clause_says(text, needs):
    assert read(text, "Treatment", "Atrial fibrillation in adults").every == needs


def test_a_general_statement_naming_a_penicillin_is_not_for_the_allergic():
    statement = read("In tonsillitis, give amoxicillin 500 mg three times daily.", "Treatment", "Tonsillitis")
    assert statement.applies(Profile(30, "male"))
    assert not statement.applies(Profile(30, "male", allergies={"penicillin allergy"}))


def test_a_warning_naming_the_drug_still_applies():
    statement = read("In tonsillitis, avoid amoxicillin when glandular fever is likely.", "Treatment", "Tonsillitis")
    assert statement.applies(Profile(30, "male", allergies={"penicillin allergy"}))


@given(st.integers(0, 10_000), st.sampled_from(NEEDS))
def test_a_made_patient_meets_what_it_was_made_for(seed, need):
    assert make(random.Random(seed), frozenset([need])).meets(need)


@given(st.integers(0, 10_000), st.sampled_from(sorted(ALLERGIES)))
def test_a_record_names_the_allergies_and_the_given_condition(seed, need):
    rng = random.Random(seed)
    patient = record(make(rng, frozenset([need])), rng, ("gout",))
    assert patient.allergies
    assert "gout" in [each.display for each in patient.conditions]
    assert patient.no_known_allergies is None
