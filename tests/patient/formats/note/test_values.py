"""Values with when they were taken, in tables by date, in series and chains."""

from __future__ import annotations

from datetime import date

import pytest

from medrag.knowledge import load
from medrag.patient.formats.note.days import Calendar, note_date
from medrag.patient.formats.notes import read_note
from medrag.types import Observation

TABLE = """Test            Ref            04/03/26   12/08/26   16/10/26
---------------------------------------------------------------
Hb      g/L     115-165          121        94        103
Ferritin ug/L   15-300           --         9         28
CRP  mg/L       <5               --         3         pending
"""


def standing(text: str) -> set[tuple[str, float | str | None, str | None]]:
    """The values that hold now."""
    found: tuple[Observation, ...] = read_note(text, "note", date(2026, 11, 1), load()).observations or ()
    return {(each.display, each.value, each.unit) for each in found if each.current}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Creatinine checked last week - 1.4 mg/dL.", {("creatinine", 1.4, "mg/dL")}),
        ("Sodium, which was 128 on Friday, is now 132.", {("sodium", 132.0, "mmol/L")}),
        ("Baseline creatinine 90, on admission 210, today 165 umol/L.", {("creatinine", 165.0, "umol/L")}),
        ("Creatinine in 2019 was not done.", set()),
        ("Creatinine 61 micromol/L", {("creatinine", 61.0, "umol/L")}),
        ("Glu 104", {("glucose", 104.0, "mg/dL")}),
        ("BM 9.1", {("glucose", 9.1, "mmol/L")}),
        ("INRs 10/10: 4.9  17/10: 3.6  today: 2.2", {("inr", 2.2, "1")}),
        ("Date: 20/10/2026\nBloods 16/10 (pre): K 5.8. September: K 6.4.", {("potassium", 5.8, "mmol/L")}),
        ("Blood pressure was 124 over 76.",
         {("systolic blood pressure", 124.0, "mm[Hg]"), ("diastolic blood pressure", 76.0, "mm[Hg]")}),
        ("Adj Ca 2.28 mmol/L", {("adjusted calcium", 2.28, "mmol/L")}),
        ("| Test | Result | Units | Ref |\n| Potassium | 5.6 H | mmol/L | 3.5-5.1 |", {("potassium", 5.6, "mmol/L")}),
        ("T 36.4 HR 72", {("body temperature", 36.4, "Cel"), ("heart rate", 72.0, "/min")}),
        ("Hb 121 (on arrival Hb 74, K 6.1)", {("hemoglobin", 121.0, "g/L"), ("potassium", 6.1, "mmol/L")}),
        ("20/10/2026 review. Wt 71 kg (12/03/2026 Wt 80 kg)", {("body weight", 71.0, "kg")}),
        ("Weight 70 kg (64 before baby), BMI 25.1", {("body weight", 70.0, "kg"), ("body mass index", 25.1, "kg/m2")}),
        ("| Lab | 03/09/26 | 01/02/26 | Ref |\n| Ferritin ug/L | 40 | 12 | >30 |", {("ferritin", 40.0, "ug/L")}),
        ("Sodium 121 mmol/L today; sodium 139 mmol/L on 02/03/2026.", {("sodium", 121.0, "mmol/L")}),
        ("Hb 68 g/L this morning. Hb 127 g/L on 14/05/2026. Feels tired.", {("hemoglobin", 68.0, "g/L")}),
        ("Lithium level 2.3 mmol/L today. Lithium level 0.7 in 2024.", {("lithium level", 2.3, "mmol/L")}),
        ("Glucose 3.1 mmol/L today, glucose 8.4 mmol/L yesterday.", {("glucose", 3.1, "mmol/L")}),
        ("Weight 51 kg now; weighed 74 kg in 2021.", {("body weight", 51.0, "kg")}),
        ("Sodium was 128 in March. Sodium 139.", {("sodium", 139.0, "mmol/L")}),
        ("Usual sodium 139. Now 118.", {("sodium", 118.0, "mmol/L")}),
        ("Baseline Hb 130 g/L. Today it is 70 g/L.", {("hemoglobin", 70.0, "g/L")}),
        ("INR 2.4. Today 5 mg warfarin.", {("inr", 2.4, "1")}),
        ("Na 139 (3/2026), 120 (today).", {("sodium", 120.0, "mmol/L")}),
        ("Latest potassium 5.1 (01/10/2026). Potassium 5.9 on 02/10/2026.", {("potassium", 5.9, "mmol/L")}),
        ("Na 140\nMg 0.52 mmol/L", {("sodium", 140.0, "mmol/L"), ("magnesium", 0.52, "mmol/L")}),
        ("Meds brought in (son's list): aspirin.\nSodium 131", {("sodium", 131.0, "mmol/L")}),
    ],
)  # fmt: skip
def test_values_with_their_time(text: str, expected: set[tuple[str, float, str]]) -> None:
    assert standing(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Day\tNa\tHb\n02/04/2026\t139\t128 g/L\n25/10/2026\t118\t70 g/L\n",
         {("sodium", 118.0, "mmol/L"), ("hemoglobin", 70.0, "g/L")}),
        ("Date  Urea  Creatinine (umol/L)\n25/10/2026  19  310\n02/04/2026  6  80\n\nTakes bisoprolol.",
         {("urea nitrogen", 19.0, None), ("creatinine", 310.0, "umol/L")}),
        ("Date K Na\n02/04/2026 4.1 139\n25/10/2026 6.4 130",
         {("potassium", 6.4, "mmol/L"), ("sodium", 130.0, "mmol/L")}),
        ("| Date | BP | Comment |\n|---|---|---|\n| 25/10/2026 | 182/104 | tired |",
         {("systolic blood pressure", 182.0, "mm[Hg]"), ("diastolic blood pressure", 104.0, "mm[Hg]")}),
        ("Date,Na,K\n02/04/2026,139,4.1\n25/10/2026,118,", {("sodium", 118.0, "mmol/L"), ("potassium", 4.1, "mmol/L")}),
        ("Date: 25/10/2026 K 5.2 mmol/L", {("potassium", 5.2, "mmol/L")}),
    ],
)  # fmt: skip
def test_of_a_table_by_day_values_go_to_their_columns(text: str, expected: set[tuple[str, float, str | None]]) -> None:
    assert standing(text) == expected


def test_a_row_by_day_that_lacks_a_cell_is_left_unread_and_said_so() -> None:
    record = read_note("Date  Na  K\n25/10/2026  5.1\n", "note", date(2026, 11, 1), load())
    assert not record.observations
    assert "observations" in {lost for problem in record.problems for lost in problem.lost}


def test_of_a_table_the_latest_day_stands() -> None:
    assert standing(TABLE) == {
        ("hemoglobin", 103.0, "g/L"),
        ("ferritin", 28.0, "ug/L"),
        ("c-reactive protein", 3.0, "mg/L"),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17 November 2026\nDear Sue", date(2026, 11, 17)),
        ("CLINIC — 11/05/2026\nSeen.", date(2026, 11, 5)),
        ("Re: hip replaced 3/4/2019, well", None),
        ("Date: 13/10/26. Seen.", date(2026, 10, 13)),
    ],
)
def test_the_date_of_a_note(text: str, expected: date | None) -> None:
    assert note_date(text) == expected


def test_the_order_of_day_and_month_is_the_texts() -> None:
    assert Calendar.of("04/03/26 and 16/11/26", None).day("04/03/26") == date(2026, 3, 4)
    assert Calendar.of("04/03/26", None).day("04/03/26") == date(2026, 4, 3)
    assert Calendar.of("", date(2026, 1, 15)).day("October") == date(2025, 10, 1)
