"""Whether a note's drugs and conditions are current, over, planned or denied: exchanges, lists, forms, wordings."""

from __future__ import annotations

from datetime import date

import pytest

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note
from medrag.types import Patient

TODAY = date(2026, 11, 1)


def read(text: str) -> Patient:
    return read_note(text, "note", TODAY, load())


def medications(text: str) -> dict[str, str]:
    return {each.display.partition(" (")[0]: each.status.value for each in read(text).medications or ()}


def conditions(text: str) -> dict[str, str]:
    return {each.display: each.status.value for each in read(text).conditions or ()}


@pytest.mark.parametrize(
    ("text", "gone", "taken"),
    [
        ("Graduated from glipizide to linagliptin in spring.", "glipizide", "linagliptin"),
        ("Telmisartan has taken over from enalapril.", "enalapril", "Telmisartan"),
        ("Pregabalin 75 mg bd in place of gabapentin.", "gabapentin", "Pregabalin"),
        ("Initially paroxetine, now on escitalopram 10 mg.", "paroxetine", "escitalopram"),
        ("Nebivolol has superseded atenolol.", "atenolol", "Nebivolol"),
        ("Propranolol dropped for candesartan.", "Propranolol", "candesartan"),
        ("PPI (omeprazole) => famotidine 20 mg", "omeprazole", "famotidine"),
    ],
)
def test_one_drug_takes_anothers_place(text: str, gone: str, taken: str) -> None:
    read = medications(text)
    assert (read[gone], read[taken]) == ("resolved", "active")


@pytest.mark.parametrize(
    ("text", "kept", "coming"),
    [
        ("We will move her from glipizide to linagliptin.", "glipizide", "linagliptin"),
        ("Plan to change atenolol to nebivolol.", "atenolol", "nebivolol"),
        ("If still coughing swap enalapril for telmisartan.", "enalapril", "telmisartan"),
    ],
)
def test_an_exchange_that_is_still_to_come_stops_nothing(text: str, kept: str, coming: str) -> None:
    read = medications(text)
    assert (read[kept], read[coming]) == ("active", "planned")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Furosemide abandoned.", "resolved"),
        ("Lost response to furosemide.", "resolved"),
        ("Furosemide never agreed with him, has stopped.", "resolved"),
        ("Furosemide 40 mg od - too drowsy", "resolved"),
        ("#3 Furosemide 40 mg. Stopped.", "resolved"),
        ("#3 Furosemide 40 mg. Keep.", "active"),
        ("Furosemide (02/2019 - 11/2021)", "resolved"),
        ("Furosemide ✗", "resolved"),
        ("Furosemide ........ stopped", "resolved"),
        ("Furosemide since 2019.", "active"),
        ("Takes nothing except furosemide.", "active"),
        ("No regular tablets apart from furosemide.", "active"),
        ("Reluctant to stop furosemide.", "active"),
        ("Furosemide - wean off before surgery.", "active"),
        ("Sometimes forgets her furosemide.", "active"),
        ("Furosemide 40 mg od, smoking stopped 2019.", "active"),
        ("Furosemide (changed from bumetanide 2020), no swelling.", "uncertain"),
        ("Furosemide to be prescribed if swelling returns.", "planned"),
        ("Try furosemide 20 mg if the scan allows.", "planned"),
        ("Script for furosemide never collected.", "negated"),
    ],
)
def test_short_wordings(text: str, status: str) -> None:
    assert medications(text)["Furosemide" if "Furosemide" in text else "furosemide"] == status


def test_a_list_of_the_past_ends_with_its_line() -> None:
    text = "Previous: nitrofurantoin (cough), infliximab (no response).\nShe has gout and takes colchicine 500 mcg bd."
    assert medications(text) == {"nitrofurantoin": "resolved", "infliximab": "resolved", "colchicine": "active"}
    assert conditions(text)["gout"] == "active"


def test_what_a_relative_takes_is_not_the_patients() -> None:
    assert medications("Lithium is taken by her brother.") == {}
    assert conditions("FH: mother glaucoma. Patient has gout.") == {"glaucoma": "family_history", "gout": "active"}


def test_columns_of_boxes_for_yes_and_no() -> None:
    rows = "Gout               [x]   [ ]\nAsthma             [ ]   [x]\nEpilepsy / fits    [ ]   [x]   brother has"
    expected = {"gout": "active", "asthma": "negated", "epilepsy": "negated"}
    read = conditions(f"Have you had:      YES   NO\n{rows}")
    assert read == conditions(f"Ever had:          NO    YES\n{_swapped(rows)}")
    assert read.items() >= expected.items()


def _swapped(rows: str) -> str:
    return rows.replace("[x]   [ ]", "[?]   [!]").replace("[ ]   [x]", "[x]   [ ]").replace("[?]   [!]", "[ ]   [x]")


def test_a_table_of_problems_with_their_status() -> None:
    text = "Problem | Status\nGout | active\nPneumonia | resolved 2019\nDVT | inactive"
    assert conditions(text) == {"gout": "active", "pneumonia": "resolved", "deep vein thrombosis": "resolved"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Medications: ramipril 5 mg od, Qorvexil 10 mg, aspirin 75 mg", ["Qorvexil"]),
        ("Medications: ramipril, E45, aspirin", ["E45"]),
        ("Medications:\nT4 100 mcg\nE45 cream\nXy 20 mg", ["T4", "E45 cream", "Xy"]),
        ("Meds: ramipril, zelvorin and aspirin; compliant, reviewed weekly", ["zelvorin"]),
    ],
)
def test_no_entry_of_a_list_of_drugs_vanishes(text: str, names: list[str]) -> None:
    read = medications(text)
    assert set(names) <= read.keys() <= {*names, "ramipril", "aspirin"}


def test_units_of_blood_are_no_haemoglobin() -> None:
    assert [each.value for each in read("Hb 7.9 → 2 units → 9.6").observations or ()] == [9.6]


@pytest.mark.parametrize(
    "text",
    [
        "Allergies: codeine - last used 2019, vomiting",
        "Allergies: codeine since 2019",
        "Allergies: latex, codeine ✗",
        "Allergies:\n- codeine (2018 - 2019)\n- latex",
        "Allergies: latex; codeine - stopped",
        "Allergy: codeine. Stopped.",
        "Allergies: codeine (finished course but rash)",
        "Allergic to codeine, given codeine in error 2019.",
    ],
)
def test_no_wording_of_time_or_stops_takes_an_entry_off_a_list_of_allergies(text: str) -> None:
    assert ("codeine", "active") in {(each.display, each.status.value) for each in read(text).allergies or ()}


def test_what_else_stopped_stops_no_drug() -> None:
    read = medications("Ramipril 5 mg od, bisoprolol 5 mg and aspirin 75 mg, gym stopped in May.")
    assert read == {"Ramipril": "active", "bisoprolol": "active", "aspirin": "active"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Meds: labetalol 100 mg bd, aspirin 75 mg od (to finish at 37 weeks)",
         {"labetalol": "active", "aspirin": "active"}),
        ("Progesterone 200 mg nocte, to be stopped at delivery.", {"Progesterone": "active"}),
        ("Aspirin 75 mg od, advised to stop at 36 weeks.", {"Aspirin": "resolved"}),
        ("Meds: IV cover completed -> doxycycline 100mg bd, Creon", {"doxycycline": "active", "Creon": "active"}),
        ("Heparin finished -> edoxaban 60 mg od", {"Heparin": "resolved", "edoxaban": "active"}),
        ("Regular:\n naproxen 250 mg bd, bought by a son -> STOP, told why\n ramipril 5 mg od -> prescribed\n"
         " warfarin 3 mg -> query with team re nose bleed; still charted",
         {"naproxen": "resolved", "ramipril": "active", "warfarin": "active"}),
        ("Plan: IV ceftriaxone + clari, stop ramipril",
         {"ceftriaxone": "planned", "clari": "planned", "ramipril": "resolved"}),
        (" perindopril 4 mg od, begun by GP -> withheld (K 6)\n bisoprolol 5 mg -> held if HR <50",
         {"perindopril": "resolved", "bisoprolol": "active"}),
        ("Ramipril 5 mg - stopped when he fainted", {"Ramipril": "resolved"}),
        ("DH: Evorel Conti - to stop at 56, co-codamol prn", {"Evorel Conti": "active", "co-codamol": "active"}),
        ("Sulfasalazine was never any use and he gave it up.", {"Sulfasalazine": "resolved"}),
        ("Stopping sertraline and tolterodine today.", {"sertraline": "resolved", "tolterodine": "resolved"}),
        ("Ankles better since stopping amlodipine and ramipril 5 mg od.",
         {"amlodipine": "resolved", "ramipril": "active"}),
        ("Metformin 500 mg bd. Folic acid 5 mg od only if trying to conceive.",
         {"Metformin": "active", "Folic acid": "planned"}),
        ("Insulin suggested, they'd rather not.", {"Insulin": "negated"}),
        ("Have applied for adalimumab 40 mg fortnightly.", {"adalimumab": "planned"}),
    ],
)  # fmt: skip
def test_a_verdict_and_a_time_to_come_are_of_the_drug_before_them(text: str, expected: dict[str, str]) -> None:
    assert medications(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Knee pain, improved after a two-week break and restarting.", {"knee pain": "active"}),
        ("Had endometriosis, laparoscopic excision 2015.", {"endometriosis": "resolved"}),
        ("Had ulcerative colitis, resection 2018.", {"ulcerative colitis": "active"}),
        ("Anxiety in his 30s, now in remission off all medication.", {"anxiety": "resolved"}),
        ("Rheumatoid arthritis, in remission off treatment.", {"rheumatoid arthritis": "active"}),
        ("Ventilated days 2-6 for a severe pneumonia, extubated.", {"ventilated": "active", "pneumonia": "resolved"}),
        ("HBV/HCV/HIV negative", {"hepatitis B": "negated", "hepatitis C": "negated", "HIV": "negated"}),
        ("Hep B and C pos.", {"hepatitis B": "active", "hepatitis C": "active"}),
        ("Hep B, C diff in 2019.", {"hepatitis B": "active", "Clostridioides difficile infection": "resolved"}),
        ("Glaucoma suspect, well.", {"glaucoma": "uncertain"}),
        ("IVF slow, NBM.", {}),
        ("IVF pregnancy.", {"IVF pregnancy (in vitro fertilisation)": "active"}),
    ],
)  # fmt: skip
def test_illnesses_are_over_or_there_as_the_note_has_them(text: str, expected: dict[str, str]) -> None:
    assert conditions(text) == expected


def test_weeks_of_another_time_are_not_those_of_the_pregnancy() -> None:
    read = conditions("G2P1 at 27+2, booked at 9/40. Aspirin 150 mg to stop at 36/40, enoxaparin until 34 weeks.")
    assert [name for name in read if "weeks" in name] == ["pregnancy at 27 weeks"]


def test_a_class_that_coughs_is_an_allergen() -> None:
    read_ = read("Allergies: ACEi - cough, PCN - hives")
    assert [each.display for each in read_.allergies or ()] == ["ACEi", "PCN (penicillin)"]
