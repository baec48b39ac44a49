"""What was only told, tried or counted: effects explained, drugs tried and what they did, births."""

from __future__ import annotations

import pytest

from tests.patient.formats.note.test_predicates import of


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("We covered pancreatitis and gallstones.", {"pancreatitis": [], "gallstone": []}),
        ("Plan: start carbamazepine - explained agranulocytosis, hepatitis.", {"agranulocytosis": [], "hepatitis": []}),
        ("Stroke and bleeding were mentioned.", {"stroke": []}),
        ("Her parents are worried about leukaemia.", {"leuk": []}),
        ("She understands about uveitis.", {"uveitis": []}),
        ("We discussed his asthma. Asthma since 2001.", {"asthma": ["active"]}),
        ("I explained the diagnosis of psoriasis.", {"psoriasis": ["active"]}),
    ],
)
def test_what_is_only_told_is_no_illness(text: str, told: dict[str, list[str]]) -> None:
    assert {name: of(text, name) for name in told} == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Not pneumonia at present.", {"pneumonia": ["negated"]}),
        ("Gallstones felt not to be present.", {"gallstone": ["negated"]}),
        ("Pleural effusion not suspected.", {"effusion": ["negated"]}),
        ("The letter lists epilepsy but this is a coding mistake.", {"epilepsy": ["negated"]}),
        ("Thrombocytosis likely reactive.", {"thrombocytosis": ["active"]}),
        ("Pneumonia likely.", {"pneumonia": ["uncertain"]}),
        ("Early cataracts both eyes.", {"cataract": ["active"]}),
        ("Rectal gonorrhoea July (ceftriaxone 1 d), test of cure negative.", {"gonorrh": ["resolved"]}),
        ("PMH: gout (past), hypertension", {"gout": ["resolved"], "hypertension": ["active"]}),
        ("Atrial fibrillation post-op once.", {"atrial fib": ["resolved"]}),
        ("# Hyponatremia: fluid restriction, 3% saline. Corrected by day 3; Na 136.", {"hyponatr": ["resolved"]}),
        ("# Hypertension: amlodipine doubled. Settled; BP 128/70.", {"hypertension": ["active"]}),
        ("G3P3, LSCS 4 May at term, PPH 900 mL.", {"haemorrhage": ["resolved"]}),
        ("Haemochromatosis: brother affected.", {"h": ["family_history"]}),
        ("Seen by gynae. Hysterectomy for fibroids with Dr Lim.", {"hysterectomy": ["resolved"]}),
        ("She is booked for a hysterectomy.", {"hysterectomy": ["planned"]}),
    ],
)  # fmt: skip
def test_illnesses_that_words_near_them_end_or_leave(text: str, told: dict[str, list[str]]) -> None:
    assert {name: of(text, name) for name in told} == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Previous antiepileptics: phenytoin (thrombocytopenia), levetiracetam (low mood)",
         {"thrombocytop": ["resolved"], "phenytoin": ["resolved"]}),
        ("Prev Feldene - gastritis, ceased.", {"gastritis": ["resolved"]}),
        ("Diclofenac was stopped (AKI).", {"diclofenac": ["resolved"], "acute kidney": ["active"]}),
        ("Not taking / stopped\n- doxazosin - giddy\n- indapamide - gout, none since",
         {"doxazosin": ["resolved"], "indapamide": ["resolved"]}),
        ("Gliclazide - lows, off since dulaglutide.", {"gliclazide": ["resolved"], "dulaglutide": ["uncertain"]}),
        ("Hold bendroflumethiazide - give amlodipine alone.", {"bendroflu": ["resolved"], "amlodipine": ["active"]}),
        ("Nitrofurantoin off since 2022 - cough, changed to trimethoprim.", {"trimethoprim": ["active"]}),
        ("Azathioprine 100 mg od. If she flares, switch azathioprine → mycophenolate.",
         {"azathioprine": ["active"], "mycophenolate": ["planned"]}),
        ("DVT 2014 after a fall, rivaroxaban 3/12.", {"rivaroxaban": ["resolved"]}),
        ("Naproxen 500 mg bd was taken 5 days.", {"naproxen": ["resolved"]}),
        ("Meds: Saxenda - private, 8 weeks, gave it up in May.", {"saxenda": ["resolved"]}),
        ("Rescue: rectal diazepam 10 mg, never needed.", {"diazepam": ["active"]}),
        ("Peri-op planned: gentamicin x2", {"gentamicin": ["planned"]}),
        ("She wants Nexplanon.", {"nexplanon": ["planned"]}),
        ("DRUG | HOME | CHART | ACTION\nFelodipine 5 mg | taking | omitted by mistake | chart today",
         {"felodipine": ["active"]}),
    ],
)  # fmt: skip
def test_drugs_that_were_tried_or_are_to_come(text: str, told: dict[str, list[str]]) -> None:
    assert {name: of(text, name) for name in told} == told
