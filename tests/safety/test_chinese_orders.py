"""Orders as Chinese wards write them (carriers, concentrates, what is put off, lists, numerals), and emergencies."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

PATIENT: dict[str, Any] = {
    "age_years": 55,
    "sex": "male",
    "weight_kg": 70,
    "no_known_allergies": True,
    "conditions": ["hypertension"],
    "medications": [],
    "observations": [{"display": "eGFR", "value": 95}, {"display": "potassium", "value": 3.1, "unit": "mmol/L"}],
}


def result(advice: str, **patient: Any) -> dict[str, Any]:
    return check_advice("case", Patient.model_validate({**PATIENT, **patient}), advice)


def failed(advice: str, check: str, **patient: Any) -> bool:
    findings = result(advice, **patient)["findings"]
    return any(each["check"] == check and each["verdict"] == "fail" for each in findings)


@pytest.mark.parametrize(
    "order",
    [
        "10%氯化钾10ml直接静脉注射",
        "15%氯化钾20ml iv",
        "氯化钾1g静注",
        "10%KCl 10ml 缓慢静脉注射",
        "静脉注射10%氯化钾20ml",
        "10%氯化钾20ml ivgtt",
    ],
)
def test_potassium_that_nothing_dilutes_is_withheld(order: str) -> None:
    assert failed(order, "route")
    assert result(order)["verdict"] == "withhold"


@pytest.mark.parametrize(
    "order",
    [
        "5%GS 500ml+10%氯化钾10ml ivgtt",
        "0.9%NS 500ml\n10%氯化钾15ml ivgtt qd",
        "10%氯化钾10ml加入0.9%NS 500ml静滴",
        "5%GS 250ml+氨茶碱0.25g ivgtt",
        "5%GS 20ml+胺碘酮150mg 缓慢静推",
        "10%GS 500ml+25%硫酸镁10ml ivgtt",
        "5% glucose 500 ml + 10% potassium chloride 15 ml IV over 3 hours",
    ],
)
def test_the_volume_of_a_carrier_is_no_dose_of_what_it_carries(order: str) -> None:
    assert not failed(order, "dose")
    assert not failed(order, "route")


@pytest.mark.parametrize(
    ("advice", "patient"),
    [
        ("螺内酯暂不启动（血钾＞5.5）", {"observations": [{"display": "potassium", "value": 5.9, "unit": "mmol/L"}]}),
        ("他达拉非停用48小时后方可用硝酸甘油", {"medications": ["tadalafil"]}),
        ("颅内出血急性期禁溶栓抗凝。", {"conditions": ["intracranial haemorrhage"]}),
        ("坦索罗辛0.2mg qn；慎用含伪麻黄碱的感冒药", {"conditions": ["benign prostatic hyperplasia"]}),
        ("枸橼酸铋钾220mg bid", {"conditions": ["peptic ulcer", "active bleeding"]}),
        ("一线降压药包括ACEI、ARB、CCB和噻嗪类利尿剂。", {}),
        ("常用降压药：CCB、ACEI、ARB、利尿剂，任选一种起始。", {}),
    ],
)
def test_what_is_put_off_forbidden_or_listed_is_not_withheld(advice: str, patient: dict[str, Any]) -> None:
    assert result(advice, **patient)["verdict"] != "withhold"


@pytest.mark.parametrize("advice", ["首选药物为贝那普利和缬沙坦联用。", "首选药物：贝那普利10mg qd、缬沙坦80mg qd。"])
def test_a_pair_that_is_given_is_no_list(advice: str) -> None:
    assert result(advice)["verdict"] == "withhold"


@pytest.mark.parametrize(
    "advice", ["布洛芬片0.2g，每次十二片，每日三次", "二甲双胍每次四克，每日三次", "氨氯地平三十毫克，每日一次"]
)
def test_doses_in_chinese_numerals_are_judged(advice: str) -> None:
    assert failed(advice, "dose")


def test_succinylcholine_after_denervation_is_withheld() -> None:
    assert result("琥珀酰胆碱1mg/kg静推", conditions=["吉兰-巴雷综合征"])["verdict"] == "withhold"
    assert result("Succinylcholine 70 mg IV", conditions=["motor neurone disease"])["verdict"] == "withhold"


def alarms(question: str) -> bool:
    findings = check_advice("case", None, "", question=question)["findings"]
    return any(each["check"] == "red_flag" for each in findings)


@pytest.mark.parametrize(
    "question",
    [
        "静滴左氧氟沙星后全身风团、咽喉发紧、血压骤降",
        "呼吸心跳停止",
        "異物卡喉，喘不過氣",
        "6月龄婴儿发热，前囟饱满",
        "胸痛",
        "chest pain",
        "突发撕裂样背痛，血压200/110",
        "心前区压榨感",
        "误服敌敌畏约30ml",
        "孩子喝了84消毒液",
    ],
)
def test_an_emergency_raises_its_alarm(question: str) -> None:
    assert alarms(question)


@pytest.mark.parametrize(
    "question",
    ["过敏性休克史，如何选抗生素？", "上消化道出血史，可否用阿司匹林？", "Anaphylaxis history, which antibiotic?"],
)
def test_an_emergency_of_the_past_raises_none(question: str) -> None:
    assert not alarms(question)
