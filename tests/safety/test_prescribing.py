"""Advice as people write it: what must be withheld, what must go out, what cannot be assessed."""

from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

PATIENT: dict[str, Any] = {
    "age_years": 60,
    "sex": "male",
    "weight_kg": 80,
    "no_known_allergies": True,
    "conditions": ["hypertension"],
    "medications": ["amlodipine 5 mg"],
    "observations": [{"display": "eGFR", "value": 85.0}],
}
VERDICTS = {"released": {"pass", "warn", "not_assessed"}, "withheld": {"withhold"}, "not assessed": {"not_assessed"}}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("released", "Treat with oral vancomycin 125 mg four times daily for 10 days.", {}),
    (
        "released",
        "IV alteplase 0.9 mg/kg (maximum 90 mg) over 60 minutes.",
        {"conditions": ["acute ischemic stroke"], "medications": []},
    ),
    ("released", "Ceftriaxone 2 g IV q12h plus vancomycin 15 mg/kg IV every 8 hours.", {}),
    ("released", "Metformin ER 2000 mg once daily with the evening meal.", {}),
    ("released", "Enoxaparin 1 mg/kg subcutaneously every 12 hours.", {}),
    ("released", "Enoxaparin 80 mg SC twice daily.", {}),
    ("withheld", "Enoxaparin 800 mg SC twice daily.", {}),
    ("released", "Insulin glargine 10 units at bedtime, titrate by 2 units every 3 days.", {}),
    ("withheld", "Insulin glargine 1000 units at bedtime.", {}),
    ("released", "Give IM epinephrine 0.5 mg now, repeat every 5 minutes as needed.", {}),
    ("released", "Adrenaline 0.5 mg IM (0.5 mL of 1:1000), then 500-1000 mL of warmed crystalloid.", {}),
    ("withheld", "Adrenaline 5 mL of 1:1000 IM.", {}),
    ("released", "Flucloxacillin 8 g IV as a continuous infusion over 24 hours.", {}),
    ("withheld", "Flucloxacillin 80 g IV as a continuous infusion over 24 hours.", {}),
    ("withheld", "Flucloxacillin 8 g IV over 30 minutes.", {}),
    ("released", "Acetylcysteine 100 mg/kg over 2 h, then 200 mg/kg over 10 h.", {}),
    ("withheld", "Acetylcysteine 1000 mg/kg over 2 h.", {}),
    ("released", "Salbutamol 10 mg neb now.", {}),
    ("withheld", "Salbutamol 10 mg tablets now.", {}),
    ("released", "Nicotine patch 21 mg.", {}),
    ("released", "Prednisone 40 mg daily for 5 days.", {}),
    (
        "released",
        "Continue amlodipine and add lisinopril 10 mg once daily; recheck creatinine and potassium in 2 weeks.",
        {},
    ),
    (
        "withheld",
        "Continue amlodipine and add lisinopril 10 mg once daily.",
        {"conditions": ["history of ACE inhibitor angioedema"]},
    ),
    ("withheld", "She can take ibuprofen 400 mg with food.", {"medications": ["warfarin 5 mg daily"]}),
    (
        "withheld",
        "I would recommend that the patient take over-the-counter naproxen for the pain.",
        {"medications": ["warfarin 5 mg daily"]},
    ),
    ("withheld", "Consider a trial of an NSAID.", {"medications": ["warfarin 5 mg daily"]}),
    ("withheld", "Sildenafil may be used as needed.", {"medications": ["nitroglycerin 0.4 mg SL prn"]}),
    (
        "released",
        "Nitrates are contraindicated with sildenafil; use ranolazine 500 mg twice daily instead.",
        {"medications": ["sildenafil 50 mg prn"]},
    ),
    (
        "released",
        "Because he takes warfarin, avoid NSAIDs and use acetaminophen 1 g three times daily.",
        {"medications": ["warfarin 5 mg daily"]},
    ),
    (
        "released",
        "Discontinue metformin. Start linagliptin 5 mg daily.",
        {"observations": [{"display": "eGFR", "value": 18}], "medications": ["metformin 1000 mg BID"]},
    ),
    (
        "withheld",
        "No change: continue metformin.",
        {"observations": [{"display": "eGFR", "value": 18}], "medications": ["metformin 1000 mg BID"]},
    ),
    (
        "released",
        "Hold lisinopril during the acute illness.",
        {"observations": [{"display": "potassium", "value": 6.1, "unit": "mmol/L"}, {"display": "eGFR", "value": 50}]},
    ),
    ("released", "There is no role for antibiotics; amoxicillin is not needed.", {"allergies": ["penicillin"]}),
    ("withheld", "Amoxicillin would be the drug of choice.", {"allergies": ["penicillin"]}),
    ("withheld", "First-line: amoxicillin 1 g TID x 5 days.", {"allergies": ["Penicillins (anaphylaxis)"]}),
    ("released", "Cefazolin 2 g IV before incision.", {"allergies": ["penicillin"]}),
    ("withheld", "Prescribe Z-Pak.", {"allergies": ["azithromycin"]}),
    ("withheld", "Rx: Augmentin 875mg PO BID", {"allergies": ["amoxicillin"]}),
    ("withheld", "SMX/TMP DS 1 tab PO BID x 3d", {"allergies": ["sulfa"]}),
    ("withheld", "Start HCTZ 25mg qd", {"allergies": ["hydrochlorothiazide"]}),
    ("withheld", "Tramadol 50 mg PO q6h PRN", {"age_years": 9, "weight_kg": 30}),
    ("withheld", "Start valproate 500 mg BID.", {"sex": "female", "age_years": 26, "pregnant": True}),
    ("released", "Start valproate 500 mg BID.", {"sex": "male", "age_years": 26}),
    ("released", "Start lamotrigine 25 mg daily.", {"sex": "female", "age_years": 26, "pregnant": True}),
    ("withheld", "Warfarin 5 mg daily, target INR 2-3.", {"sex": "female", "age_years": 26, "pregnant": True}),
    ("withheld", "Give metoclopramide 10 mg IV.", {"conditions": ["Parkinson disease"]}),
    ("withheld", "Give haloperidol 2.5 mg IM for agitation.", {"conditions": ["Lewy body dementia"]}),
    ("released", "Give quetiapine 12.5 mg at night.", {"conditions": ["Parkinson disease"]}),
    ("released", "Start diazepam 5 mg at night.", {"age_years": 82}),
    ("withheld", "Start Xarelto 20 mg daily.", {"medications": ["ketoconazole 200 mg"]}),
    ("withheld", "Start Paxlovid.", {"medications": ["simvastatin 20 mg"]}),
    ("released", "Start Paxlovid and hold simvastatin.", {"medications": ["simvastatin 20 mg"]}),
    ("withheld", "Methotrexate 20 mg PO daily.", {}),
    ("released", "Methotrexate 20 mg PO weekly.", {}),
    ("withheld", "Methotrexate 2.5 mg tablets, 6 tablets daily.", {}),
    ("withheld", "Colchicine 0.6 mg twice daily.", {"medications": ["clarithromycin 500 mg BID"]}),
    ("withheld", "Levothyroxine 75 mg daily", {}),
    ("withheld", "Fentanyl 100 mg patch", {}),
    ("not assessed", "Start zorblaxin 5 mg daily.", {}),
    ("not assessed", "Start zorblaxin.", {}),
    ("not assessed", "Begin treatment with Qwertibol twice a day.", {}),
    (
        "withheld",
        "Give propranolol 40 mg.",
        {"conditions": [{"display": "Bronchial disease", "code": "J45.909", "system": "ICD-10"}]},
    ),
    (
        "withheld",
        "Give propranolol 40 mg.",
        {"conditions": [{"display": "x", "code": "195967001", "system": "SNOMED"}]},
    ),
    ("released", "Give propranolol 40 mg.", {"conditions": [{"display": "asthma", "status": "refuted"}]}),
    ("released", "Use acetaminophen rather than ibuprofen.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Use ibuprofen rather than acetaminophen.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Switch from acetaminophen to ibuprofen.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Replace acetaminophen with ibuprofen 400 mg.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Avoid acetaminophen; ibuprofen is preferred.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Do not withhold ibuprofen.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Unless contraindicated, give ibuprofen.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Ibuprofen, not acetaminophen.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Pain control: ibuprofen 600 mg TID", {"conditions": ["CKD stage 4"]}),
    (
        "withheld",
        "Although NSAIDs are usually avoided, ibuprofen 400 mg TID is reasonable here.",
        {"conditions": ["CKD stage 4"]},
    ),
    ("withheld", "If pain persists ibuprofen 400 mg may be added.", {"conditions": ["CKD stage 4"]}),
    ("withheld", "Doxycycline 100 mg BID", {"sex": "female", "age_years": 25, "pregnant": True}),
    (
        "released",
        "Doxycycline 100 mg BID is contraindicated in pregnancy; use azithromycin 500 mg daily",
        {"sex": "female", "age_years": 25, "pregnant": True},
    ),
    ("withheld", "Abacavir/lamivudine daily", {"genotypes": [{"gene": "HLA-B", "phenotype": "*57:01 positive"}]}),
    ("withheld", "Azathioprine 100 mg daily", {"medications": ["febuxostat 80 mg"]}),
    ("withheld", "Tizanidine 4 mg TID", {"medications": ["ciprofloxacin 500 mg BID"]}),
    ("withheld", "Sumatriptan 50 mg at onset", {"conditions": ["prior myocardial infarction"]}),
    ("withheld", "Clopidogrel 75 mg daily", {"conditions": ["intracranial hemorrhage, acute", "active bleeding"]}),
    ("withheld", "Naltrexone 50 mg daily", {"medications": ["methadone 60 mg daily"]}),
    (
        "withheld",
        "Phenytoin 300 mg",
        {
            "genotypes": [
                {"gene": "HLA-B", "phenotype": "*15:02 positive"},
                {"gene": "CYP2C9", "phenotype": "Normal Metabolizer"},
            ]
        },
    ),
    ("released", "Stop warfarin 5 days before surgery.", {"medications": ["warfarin 5 mg daily"]}),
    (
        "released",
        "Warfarin should be stopped and apixaban 5 mg twice daily started when INR is below 2.",
        {"medications": ["warfarin 5 mg daily"]},
    ),
    (
        "released",
        "Bridge with enoxaparin 1 mg/kg twice daily until INR is therapeutic on warfarin 5 mg daily.",
        {"medications": []},
    ),
    ("released", "Aspirin 81 mg daily plus clopidogrel 75 mg daily for 21 days.", {"conditions": ["TIA"]}),
]


@pytest.mark.parametrize(("expected", "advice", "particulars"), CASES)
def test_prescribing(expected: str, advice: str, particulars: dict[str, Any]) -> None:
    patient = Patient.model_validate({**PATIENT, **particulars})
    assert check_advice("x", patient, advice)["verdict"] in VERDICTS[expected]
