"""Drugs that a label warns against and specialists give with a precaution, each beside what nobody should give."""

from __future__ import annotations

from typing import Any

import pytest

from tests.safety.test_care import verdict

CASES: list[tuple[dict[str, Any], str, dict[str, Any], str]] = [
    # the disease calls for the drug all the same
    (
        {"conditions": ["kidney transplant"]},
        "Ciclosporin 125 mg twice daily.",
        {"conditions": ["psoriasis", "kidney cancer"]},
        "Ciclosporin 125 mg twice daily.",
    ),
    (
        {"conditions": ["bowel obstruction", "ovarian cancer"]},
        "Morphine 2.5 mg SC as required.",
        {"conditions": ["bowel obstruction"]},
        "Morphine 2.5 mg SC as required.",
    ),
    (
        {"conditions": ["acute kidney injury", "hypokalaemia"], "values": [("potassium", 2.6, "mmol/L")]},
        "Potassium chloride 20 mmol IV over 2 hours.",
        {"conditions": ["acute kidney injury"]},
        "Potassium chloride 600 mg tablets, two twice daily.",
    ),
    (
        {"conditions": ["head injury", "intracranial haemorrhage", "raised ICP"]},
        "Mannitol 20% 0.5 g/kg.",
        {"conditions": ["end-stage renal disease", "anuria"]},
        "Mannitol 20% 0.5 g/kg.",
    ),
    (
        {"conditions": ["diabetes insipidus", "hypertension"]},
        "Desmopressin 100 micrograms twice daily.",
        {"conditions": ["nocturia", "hypertension"]},
        "Desmopressin 100 micrograms at night.",
    ),
    (
        {"conditions": ["dialysis", "Pneumocystis pneumonia"]},
        "Co-trimoxazole 960 mg three times daily after dialysis.",
        {"conditions": ["dialysis", "urinary tract infection"]},
        "Co-trimoxazole 960 mg twice daily.",
    ),
    (
        {"conditions": ["methaemoglobinaemia"]},
        "Methylthioninium chloride 1 mg/kg IV.",
        {"conditions": ["methaemoglobinaemia", "G6PD deficiency"]},
        "Methylthioninium chloride 1 mg/kg IV.",
    ),
    # another drug meets the danger
    (
        {"conditions": ["Addison's disease", "hypothyroidism"], "medications": ["hydrocortisone 20 mg"]},
        "Levothyroxine 50 micrograms daily.",
        {"conditions": ["Addison's disease", "hypothyroidism"]},
        "Levothyroxine 50 micrograms daily.",
    ),
    (
        {"conditions": ["esophageal varices", "portal vein thrombosis"], "medications": ["carvedilol 6.25 mg"]},
        "Warfarin, INR 2 to 3.",
        {"conditions": ["esophageal varices", "portal vein thrombosis"]},
        "Warfarin, INR 2 to 3.",
    ),
    # it is only not to be started, or its dose not raised
    (
        {"conditions": ["decompensated heart failure"], "medications": ["bisoprolol 5 mg"]},
        "Carry on with bisoprolol 2.5 mg while he is offloaded.",
        {"conditions": ["decompensated heart failure"]},
        "Start bisoprolol 2.5 mg.",
    ),
    (
        {"conditions": ["NYHA class III heart failure", "HFrEF"]},
        "Start bisoprolol 1.25 mg.",
        {"conditions": ["decompensated heart failure"], "medications": ["bisoprolol 2.5 mg"]},
        "Double bisoprolol to 5 mg.",
    ),
    # the stage of the disease
    (
        {"conditions": ["cirrhosis"]},
        "Metformin 500 mg twice daily.",
        {"conditions": ["decompensated cirrhosis"]},
        "Metformin 500 mg twice daily.",
    ),
    (
        {"conditions": ["hepatitis C", "cirrhosis"]},
        "Glecaprevir with pibrentasvir three tablets daily.",
        {"conditions": ["hepatitis C", "ascites", "cirrhosis"]},
        "Glecaprevir with pibrentasvir three tablets daily.",
    ),
    (
        {"conditions": ["fatty liver disease", "type 2 diabetes"]},
        "Pioglitazone 15 mg daily.",
        {"conditions": ["active hepatitis", "type 2 diabetes"]},
        "Pioglitazone 15 mg daily.",
    ),
    (
        {"conditions": ["myocardial infarction in 2015", "neuropathic pain"]},
        "Amitriptyline 10 mg at night.",
        {"conditions": ["myocardial infarction last week", "neuropathic pain"]},
        "Amitriptyline 10 mg at night.",
    ),
    (
        {"conditions": ["abdominal aortic aneurysm", "atrial fibrillation"]},
        "Warfarin, INR 2 to 3.",
        {"conditions": ["aortic dissection", "atrial fibrillation"]},
        "Warfarin, INR 2 to 3.",
    ),
    # pregnancy
    (
        {"conditions": ["20 weeks pregnant", "breast cancer"], "sex": "female", "age_years": 34},
        "Doxorubicin 60 mg/m2.",
        {"conditions": ["8 weeks pregnant", "breast cancer"], "sex": "female", "age_years": 34},
        "Doxorubicin 60 mg/m2.",
    ),
    (
        {"conditions": ["41 weeks pregnant", "induction of labour"], "sex": "female", "age_years": 30},
        "Dinoprostone 10 mg pessary.",
        {"conditions": ["30 weeks pregnant"], "sex": "female", "age_years": 30},
        "Misoprostol 200 micrograms four times daily for her stomach.",
    ),
    # how much and how fast
    (
        {"conditions": ["hypokalaemia"], "values": [("potassium", 2.3, "mmol/L")]},
        "Potassium chloride 10 mmol per hour on a monitor.",
        {"conditions": ["hypokalaemia"], "values": [("potassium", 2.3, "mmol/L")]},
        "Potassium chloride 60 mmol per hour.",
    ),
    (
        {"conditions": ["nephrotic syndrome"], "age_years": 5, "weight_kg": 18},
        "Prednisolone 60 mg/m2 (45 mg) daily.",
        {"conditions": ["croup"], "age_years": 5, "weight_kg": 18},
        "Prednisolone 60 mg daily.",
    ),
    # given once what speaks against it is over
    (
        {"conditions": ["bradycardia"], "values": [("heart rate", 38, "/min")], "medications": ["bisoprolol 10 mg"]},
        "Restart bisoprolol 2.5 mg when the pulse is over 60.",
        {"conditions": ["bradycardia"], "values": [("heart rate", 38, "/min")], "medications": ["bisoprolol 10 mg"]},
        "Restart bisoprolol 2.5 mg when the pulse is over 35.",
    ),
    (
        {"conditions": ["hypocalcaemia", "osteoporosis"]},
        "Once the hypocalcaemia is corrected, denosumab 60 mg.",
        {"conditions": ["hypocalcaemia", "osteoporosis"]},
        "Denosumab 60 mg now, even if the hypocalcaemia is not corrected.",
    ),
    (
        {"conditions": ["ulcer bleed yesterday", "coronary stent"], "medications": ["aspirin 75 mg"]},
        "Haemostasis is achieved: aspirin 75 mg with esomeprazole 40 mg.",
        {"conditions": ["variceal bleed"]},
        "Enoxaparin 80 mg twice daily.",
    ),
    (
        {"conditions": ["phaeochromocytoma"]},
        "Phenoxybenzamine 10 mg twice daily, then propranolol 40 mg once blocked.",
        {"conditions": ["phaeochromocytoma"]},
        "Propranolol 40 mg before any alpha blocker.",
    ),
    (
        {"conditions": ["Crohn's disease"]},
        "Loperamide 2 mg before meals.",
        {"conditions": ["Crohn's disease, severe flare"]},
        "Loperamide 2 mg before meals.",
    ),
    (
        {"conditions": ["hyponatraemia, over-corrected"], "values": [("sodium", 124, "mmol/L")]},
        "Desmopressin 2 micrograms IV to bring it back down.",
        {"conditions": ["hyponatraemia"], "values": [("sodium", 124, "mmol/L")]},
        "Desmopressin 2 micrograms IV.",
    ),
    (
        {"conditions": ["fatty liver disease"]},
        "Pioglitazone 15 mg, and less alcohol.",
        {"conditions": ["fatty liver disease"]},
        "Wine with meals and beer on Saturday.",
    ),
    (
        {"conditions": ["neuroleptic malignant syndrome a month ago", "schizophrenia"]},
        "Careful rechallenge on the ward with quetiapine 25 mg.",
        {"conditions": ["neuroleptic malignant syndrome a month ago", "schizophrenia"]},
        "Haloperidol decanoate 100 mg IM today.",
    ),
]


@pytest.mark.parametrize(("known", "sound", "others", "unsafe"), CASES, ids=lambda each: str(each)[:40])
def test_what_specialists_do_goes_out_and_what_nobody_should_does_not(
    known: dict[str, Any], sound: str, others: dict[str, Any], unsafe: str
) -> None:
    assert verdict(sound, **known) != "withhold"
    assert verdict(unsafe, **others) == "withhold"


@pytest.mark.parametrize(
    ("known", "sound", "unsafe"),
    [
        (
            {"conditions": ["myasthenia gravis"], "medications": ["pyridostigmine 60 mg"]},
            "Reverse with sugammadex rather than neostigmine.",
            "Leave out pyridostigmine on the day.",
        ),
        (
            {"conditions": ["atrial fibrillation"], "medications": ["apixaban 5 mg"]},
            "An epidural may go in if the last apixaban was more than 72 hours ago.",
            "An epidural may go in this afternoon.",
        ),
        (
            {"conditions": ["Clostridioides difficile infection"], "medications": ["loperamide"]},
            "Withdraw loperamide; oral vancomycin 125 mg four times daily.",
            "Loperamide after each stool will help.",
        ),
        (
            {"conditions": ["kidney transplant"], "medications": ["tacrolimus 3 mg twice daily"]},
            "Clarithromycin must not be used with his tacrolimus: amoxicillin 500 mg.",
            "Tacrolimus is not needed this week.",
        ),
        (
            {"values": [("sodium", 113, "mmol/L")], "conditions": ["hyponatraemia"]},
            "Hold the total correction to 8 mmol/L at most in 24 h.",
            "Sodium is 113. Bring it to 135 by tomorrow.",
        ),
        (
            {
                "medications": ["mycophenolate 1 g twice daily"],
                "conditions": ["lupus"],
                "sex": "female",
                "age_years": 30,
            },
            "Change mycophenolate to azathioprine; contraception may end six weeks after stopping it.",
            "She may drop contraception.",
        ),
    ],
)
def test_care_is_not_read_as_left_undone_or_allowed(known: dict[str, Any], sound: str, unsafe: str) -> None:
    assert verdict(sound, **known) != "withhold"
    assert verdict(unsafe, **known) == "withhold"
