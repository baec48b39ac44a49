"""Lists of notes: tables of drugs, plans that go on, drugs in another's place, measurements made several times."""

from __future__ import annotations

from datetime import date

import pytest

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note
from medrag.types import Patient

TODAY = date(2026, 11, 20)
TABLE = """MEDICINES
| Medicine | Dose | Frequency | Status | Comment |
|---|---|---|---|---|
| Naproxen | 500 mg | BD | Stop | CKD |
| Ramipril | 5 mg | OD | K+ high: HELD by dr 20/11 | |
| Lansoprazole | 15 mg | OD | New | replaces omeprazole |
| Simvastatin | 40 mg | ON | Switched | to atorvastatin |
| Apixaban | 5 mg | BD | Continue | |
| St John's wort | - | - | - | daughter: has never taken |

Seen again next week.
"""


def read(text: str) -> Patient:
    return read_note(text, "note", TODAY, load())


def drugs(text: str) -> dict[str, str]:
    return {each.display.casefold(): each.status.value for each in read(text).medications or ()}


def conditions(text: str) -> dict[str, str]:
    return {each.display.casefold(): each.status.value for each in read(text).conditions or ()}


def values(text: str) -> dict[str, float | str | None]:
    return {each.display: each.value for each in read(text).observations or () if each.current}


@pytest.mark.parametrize("table", [TABLE, TABLE.replace("| Switched | to", "| Stopped | see").replace("|", "\t")])
def test_a_row_of_a_table_of_drugs_is_said_of_the_drug_that_it_begins_with(table: str) -> None:
    found = drugs(table)
    assert {name: found[name] for name in ("naproxen", "ramipril", "simvastatin")} == dict.fromkeys(
        ("naproxen", "ramipril", "simvastatin"), "resolved"
    )
    assert found["lansoprazole"] == found["apixaban"] == "active"
    assert found["st john's wort"] == "negated"


def test_findings_parted_by_bars_are_no_table_of_drugs() -> None:
    assert conditions("CVS: HTN Y | angina N | asthma N") == {
        "hypertension": "active",
        "angina": "negated",
        "asthma": "negated",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plan:\nlisinopril 10 mg, amlodipine 5 mg: no change", {"lisinopril": "active", "amlodipine": "active"}),
        ("Plan: metformin 1 g bd, gliclazide 40 mg od - all cont.", {"metformin": "active", "gliclazide": "active"}),
        ("Plan:\n1. Ramipril 5 mg continue", {"ramipril": "active"}),
        ("Plan: consider codeine 30 mg instead", {"codeine": "planned"}),
    ],
)
def test_what_a_plan_goes_on_with_is_taken(text: str, expected: dict[str, str]) -> None:
    assert drugs(text) == expected


@pytest.mark.parametrize(
    ("text", "stopped", "taken"),
    [
        ("IV co-amoxiclav → PO doxycycline", "co-amoxiclav", "doxycycline"),
        ("MST stopped → fentanyl patch", "mst (morphine)", "fentanyl"),
        ("Lithium (replaced by sodium valproate 500 mg bd in May)", "lithium", "sodium valproate"),
        ("Trelegy 1 puff daily (in place of Symbicort and Spiriva)", "spiriva (tiotropium)", None),
        ("Gave clarithromycin for 48 h then oral doxycycline 100 mg od", "clarithromycin", "doxycycline"),
        ("sevelamer 800 mg TID [stopped 9/2026 - phos 3.2]", "sevelamer", None),
        ("Levetiracetam tried 2025, behaviour, stopped.", "levetiracetam", None),
        ("dexamethasone 40 mg x4d - done.", "dexamethasone", None),
        ("Seen 20/11/2026. vancomycin 11/1-11/3, cefazolin 2 g daily", "vancomycin", "cefazolin"),
        ("Stopped: amlodipine 5 mg\nRamipril 5 mg od", "amlodipine", "ramipril"),
    ],
)
def test_a_drug_in_anothers_place(text: str, stopped: str, taken: str | None) -> None:
    found = drugs(text)
    assert found[stopped] == "resolved"
    assert taken is None or found[taken] == "active"


def test_an_exchange_that_comes_later_has_not_been_made() -> None:
    found = drugs("Alendronate 70 mg weekly -> zoledronate in 6 weeks")
    assert found["alendronate"] == "active"
    assert found["zoledronate"] == "planned"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("HR 142, BP 138/90\nRecheck 15:40: HR 96, BP 122/78", "heart rate", 96.0),
        ("Plt trend: 8 (2/9), 41 (16/9), 122 (16/11).", "platelets", 122.0),
        ("Na 141 K 4.2 Mg 0.94", "potassium", 4.2),
        ("FBC normal, Hb 124 g/L", "hemoglobin", 124.0),
        ("Cr 168 umol/L. Ramipril held till Cr <150", "creatinine", 168.0),
        ("11/18/2026. LDL 61 mg/dL on 11/12 (LDL 148 mg/dL in 7/2026)", "ldl cholesterol", 61.0),
        ("                02/09/26  25/11/26\nBP              158/98    124/78", "systolic blood pressure", 124.0),
    ],
)
def test_of_several_measurements_the_last_stands(text: str, name: str, value: float) -> None:
    assert values(text)[name] == value


def test_a_year_after_a_name_is_no_value() -> None:
    assert "creatinine" not in values("Warfarin | SCR 2022")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CT: no hydronephrosis, no mural thrombus.", {"hydronephrosis": "negated", "mural thrombus": "negated"}),
        ("?central stenosis. Not needed.", {"central stenosis": "uncertain"}),
        ("Imp: acute mastitis", {"mastitis": "active"}),
        ("Plan: leaflet on myxitis", {}),
        ("PMH: T2DM, tennis elbow, AF", {"tennis elbow": "active"}),
        ("PMH: breast cancer 2015, in remission", {"breast cancer": "resolved"}),
        ("PMH: asthma, never intubated", {"asthma": "active"}),
    ],
)
def test_illnesses_in_their_own_words(text: str, expected: dict[str, str]) -> None:
    found = conditions(text)
    assert expected.items() <= found.items()
    assert expected or not found


def test_a_survey_from_airway_to_exposure_is_no_assessment() -> None:
    assert drugs("A: own airway  B: sats 95%\nD: propofol off, fentanyl 50 mcg/h")["fentanyl"] == "active"


def test_allergies_end_with_their_line() -> None:
    known = read("ALL: latex (itch). ?morphine as a child\nPOC: Hb 9.8, group A neg\nVS HR 118  BP 94/58")
    assert {each.display for each in known.allergies or ()} == {"latex", "morphine"}
