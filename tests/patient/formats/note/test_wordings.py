"""Wordings of what is taken, stopped or denied: courses that ended, doses on the way up, forms, orders given."""

from __future__ import annotations

from datetime import date

import pytest

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note
from medrag.types import Patient

TODAY = date(2026, 11, 1)


def read(text: str) -> Patient:
    return read_note(text, "note", TODAY, load())


def drugs(text: str) -> dict[str, str]:
    return {each.display.casefold(): each.status.value for each in read(text).medications or ()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Apixaban 5 mg bd (replaced warfarin).", {"apixaban": "active", "warfarin": "resolved"}),
        ("Candesartan 8 mg od (previously ramipril)", {"candesartan": "active", "ramipril": "resolved"}),
        ("Oral cefalexin, course completed.", {"cefalexin": "resolved"}),
        ("• nitrofurantoin 7/7 done", {"nitrofurantoin": "resolved"}),
        ("DH: supposed to take simvastatin", {"simvastatin": "negated"}),
        ("DH: bisoprolol - doesn't take it.", {"bisoprolol": "negated"}),
        ("Meds: bisoprolol 5 mg od - doesn't tolerate dairy", {"bisoprolol": "active"}),
    ],
)
def test_what_is_no_longer_taken(text: str, expected: dict[str, str]) -> None:
    current = {name for name, status in expected.items() if status == "active"}
    found = drugs(text)
    assert set(found) == set(expected)
    assert {name for name, status in found.items() if status == "active"} == current


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Plan: simvastatin 20 -> 40 mg nocte", "simvastatin"),
        ("Levothyroxine back up 50 → 75 mcg", "levothyroxine"),
        ("Plan: ibuprofen stopped. Paracetamol 1 g qds instead", "paracetamol"),
        ("Betamethasone cream [x] taking", "betamethasone"),
        ("TX: aspirin 300 mg po", "aspirin"),
        ("Migraine without aura: sumatriptan 50 mg prn", "sumatriptan"),
    ],
)
def test_what_is_taken_now(text: str, name: str) -> None:
    assert drugs(text)[name] == "active"


def test_a_drug_that_may_be_given_instead_is_not_taken() -> None:
    assert drugs("Plan: consider codeine 30 mg instead")["codeine"] == "planned"


@pytest.mark.parametrize(
    "text", ["Doesn't meet criteria for CKD.", "Does not fulfil criteria for CKD yet.", "Not meeting criteria for CKD."]
)
def test_criteria_that_are_not_met_deny(text: str) -> None:
    assert {each.status.value for each in read(text).conditions or ()} == {"negated"}


@pytest.mark.parametrize(
    ("text", "sex"),
    [("Sex: [x] M  [ ] F   Age: 45", "male"), ("Sex: [ ] M  [x] F   Age: 45", "female"), ("Sex: ☐ F ☑ M", "male")],
)
def test_a_ticked_box_gives_the_sex(text: str, sex: str) -> None:
    assert read(text).sex == sex


def test_a_brother_in_short_is_a_relative() -> None:
    assert {each.status.value for each in read("Bro (5y) has asthma.").conditions or ()} == {"family_history"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("出院医嘱:\n1. 氨氯地平 5 mg qd\n2. 阿托伐他汀 20 mg qn", {"amlodipine": "active", "atorvastatin": "active"}),
        ("处理:头孢曲松2 g静滴qd。", {"ceftriaxone": "active"}),
        ("计划:头孢曲松2 g静滴qd。", {"ceftriaxone": "planned"}),
        ("曾服氯吡格雷,术前已停。", {"clopidogrel": "resolved"}),
        ("孕前服缬沙坦,妊娠后已停用。", {"valsartan": "resolved"}),
        ("曾服依那普利,不能耐受而停用。", {"enalapril": "resolved"}),
    ],
)
def test_orders_and_stops_in_chinese(text: str, expected: dict[str, str]) -> None:
    assert drugs(text) == expected


def test_a_child_in_chinese_has_months_and_one_weight() -> None:
    child = read("患儿男,1岁6月,出生体重3.2 kg,现体重 10.4 kg,身长 80 cm。")
    assert child.age_years == 1.5
    assert {each.display: each.value for each in child.observations or ()} == {"body weight": 10.4, "body height": 80.0}


def test_a_grade_of_hypertension_is_no_risk_of_it() -> None:
    found = read("诊断:高血压病3级(很高危)").conditions or ()
    assert {each.status.value for each in found if "hypertension" in each.display} == {"active"}
