"""The way out that a fact itself names: advice that takes it is warned of, advice that does not is withheld."""

from __future__ import annotations

from typing import Any

import pytest

from tests.safety.test_care import verdict

KIDNEY_GRAFT = {"conditions": ["kidney transplant", "gout"], "medications": ["mercaptopurine 50 mg daily"]}
HIV = {"conditions": ["HIV infection"], "medications": ["dolutegravir 50 mg once daily"]}
COBICISTAT = {"conditions": ["HIV infection"], "medications": ["darunavir/cobicistat once daily"]}
LATENT = {"conditions": ["ankylosing spondylitis", "LTBI"]}
CARRIER = {"conditions": ["chronic hepatitis B", "lymphoma"]}
CLOT = {"conditions": ["pulmonary embolism"], "medications": ["edoxaban 60 mg daily"]}
VALVE = {"conditions": ["mechanical aortic valve"], "medications": ["warfarin 4 mg daily"]}
ALLERGIC = {"conditions": ["syphilis"], "no_known_allergies": False, "allergies": ["penicillin (anaphylaxis)"]}
ATAXIA = {"conditions": ["acute dystonia"], "medications": ["olanzapine 10 mg at night"]}
LOW_SODIUM = {"conditions": ["hyponatraemia"], "values": [("sodium", 114, "mmol/L")]}
LIVER = {"conditions": ["tuberculosis"], "values": [("ALT", 380, "U/L")]}
STORM = {"conditions": ["thyroid storm"]}
FLUTTER = {"conditions": ["atrial flutter"], "medications": ["diltiazem MR 180 mg daily"]}
CLOZAPINE = {"conditions": ["schizophrenia"], "medications": ["clozapine 300 mg at night (not taken for 5 days)"]}


@pytest.mark.parametrize(
    ("known", "sound", "unsafe"),
    [
        (KIDNEY_GRAFT, "Allopurinol 100 mg daily with mercaptopurine reduced to a third.", "Allopurinol 100 mg daily."),
        (
            KIDNEY_GRAFT,
            "Halve mercaptopurine, then add allopurinol 100 mg daily.",
            "Add allopurinol 100 mg daily, no need to cut mercaptopurine.",
        ),
        (
            HIV,
            "Rifampicin 600 mg daily; raise dolutegravir to 50 mg twice daily.",
            "Rifampicin 600 mg daily; dolutegravir stays at 50 mg once daily.",
        ),
        (COBICISTAT, "Start atorvastatin 10 mg daily.", "Start atorvastatin 80 mg daily."),
        (
            LATENT,
            "Golimumab 50 mg monthly after a month of rifampicin 600 mg and isoniazid 300 mg.",
            "Golimumab 50 mg monthly from today.",
        ),
        (CARRIER, "Rituximab on Friday under entecavir 0.5 mg daily.", "Rituximab on Friday."),
        (CLOT, "Convert to warfarin, INR 2 to 3.", "Add warfarin, INR 2 to 3."),
        (CLOT, "Edoxaban is wrong for him: swap it for dalteparin.", "Give dalteparin beside edoxaban."),
        (VALVE, "Keep warfarin going. A DOAC is contraindicated with this valve.", "Change to a DOAC."),
        (
            ALLERGIC,
            "Admit for supervised desensitisation, then benzathine benzylpenicillin 2.4 million units IM.",
            "Benzathine benzylpenicillin 2.4 million units IM, no desensitisation.",
        ),
        (ATAXIA, "Procyclidine 5 mg IM and leave out olanzapine tonight.", "Metoclopramide 10 mg three times daily."),
        (
            LOW_SODIUM,
            "Let sodium climb no faster than 8 mmol/L in a day.",
            "Let sodium climb by up to 18 mmol/L in a day.",
        ),
        (
            LIVER,
            "Once ALT has fallen below 80, restart isoniazid 300 mg.",
            "Start isoniazid 300 mg with pyridoxine.",
        ),
        (STORM, "Propylthiouracil 600 mg now.", "Propylthiouracil 4000 mg now."),
        (
            FLUTTER,
            "Stop diltiazem. Two days later, when diltiazem is out of his system, begin bisoprolol 1.25 mg.",
            "Begin ivabradine 5 mg twice daily.",
        ),
        (
            CLOZAPINE,
            "He must be retitrated: clozapine 12.5 mg, not put back on 300 mg.",
            "Put him back on clozapine 300 mg.",
        ),
    ],
)
def test_advice_that_takes_the_way_out_is_not_withheld(known: dict[str, Any], sound: str, unsafe: str) -> None:
    assert verdict(sound, **known) != "withhold"
    assert verdict(unsafe, **known) == "withhold"


@pytest.mark.parametrize(
    ("disease", "advice"),
    [
        ("infective endocarditis", "Amoxicillin 2 g IV every 4 hours for six weeks."),
        ("cluster headache", "Verapamil 240 mg three times daily."),
        ("tetanus", "Diazepam 40 mg IM every four hours."),
    ],
)
def test_a_disease_has_doses_of_its_own(disease: str, advice: str) -> None:
    assert verdict(advice, conditions=[disease]) != "withhold"
    assert verdict(advice, conditions=["sinusitis"]) == "withhold"


def test_aspirin_under_sixteen_is_for_the_diseases_excepted() -> None:
    child = {"age_years": 8, "weight_kg": 26}
    assert verdict("Aspirin 300 mg four times daily.", conditions=["Kawasaki disease"], **child) != "withhold"
    assert verdict("Aspirin 300 mg four times daily.", conditions=["fever"], **child) == "withhold"


def test_two_opioids_are_not_exchanged_by_a_word() -> None:
    record = {"conditions": ["cancer pain"], "medications": ["oral morphine 200 mg daily"]}
    assert verdict("Change to methadone milligram for milligram.", **record) != "pass"


@pytest.mark.parametrize(
    ("known", "advice"),
    [
        ({"medications": ["tranylcypromine 10 mg"]}, "She leaves aged cheese and tap beer alone."),
        ({"conditions": ["breastfeeding"], "sex": "female"}, "Ibuprofen is fine with nursing; codeine is not."),
        ({"conditions": ["Lewy body dementia"]}, "Haloperidol could be disastrous here; rivastigmine 1.5 mg bd."),
        ({"conditions": ["sepsis"]}, "A rash long ago does not preclude meropenem 1 g tds."),
        ({"conditions": ["asthma"]}, "Timolol drops should be avoided; latanoprost at night."),
        ({"medications": ["zopiclone 7.5 mg"]}, "Wean zopiclone over six weeks rather than abruptly."),
        (
            {"conditions": ["heparin-induced thrombocytopenia"]},
            "With platelets back to normal, rivaroxaban 20 mg daily.",
        ),
    ],
)
def test_what_is_said_to_forbid_or_explain_is_not_withheld(known: dict[str, Any], advice: str) -> None:
    assert verdict(advice, **known) != "withhold"
