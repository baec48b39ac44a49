"""Chinese advice, questions and records before the filter, and other scripts, which are never taken for safe."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.knowledge import load
from medrag.patient.formats.structured import read_structured
from medrag.rendering import words
from medrag.safety.check_cases import check_advice
from medrag.safety.consultation import Consultation
from medrag.types import Statement

PREGNANT = {"sex": "female", "age_years": 30, "pregnant": True, "no_known_allergies": True}
PENICILLIN = {"allergies": ["青霉素过敏"], "conditions": [], "medications": []}


def verdict(patient: dict[str, Any], advice: str, question: str = "") -> str:
    read = read_structured(patient, "patient", load()) if patient else None
    return str(check_advice("case", read, advice, question=question)["verdict"])


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (PREGNANT, "建议使用华法林。"),
        (PREGNANT, "不必停用依那普利。"),
        (PREGNANT, "依那普利并非红线，10mg每日1次。"),
        (PREGNANT, "依那普利没有停用的必要，10mg每日1次。"),
        (PREGNANT, "拉贝洛尔会加重哮喘，换用依那普利10mg每日1次。"),
        (PREGNANT, "依那普利可降低蛋白尿，故选用10mg每日1次。"),
        (PENICILLIN, "阿奇霉素退场，由阿莫西林0.5g每日3次接手。"),
        (PREGNANT, "没必要为了胎儿而停依那普利。"),
        (PREGNANT, "禁止停用依那普利。"),
        (PREGNANT, "暂不更换依那普利。"),
        (PREGNANT, "依那普利？行，10mg每日1次。"),
        (PENICILLIN, "青霉素过敏不妨碍哌拉西林的使用，4.5g静滴q8h。"),
        (PENICILLIN, "多西环素撤下，换上阿莫西林0.5g每日3次。"),
        (PENICILLIN, "阿莫西林500mg口服，每日三次。"),
        (PENICILLIN, "Give amoxicillin 500 mg three times daily."),
        ({"allergies": ["頭孢菌素類"]}, "頭孢呋辛250mg，每日兩次。"),
        ({"conditions": ["预激综合征", "房颤"]}, "静脉注射维拉帕米5毫克。"),
        ({"medications": ["华法林 3mg 每日一次"]}, "加用布洛芬400毫克，每日三次。"),
        ({"medications": ["硝酸甘油"]}, "西地那非50mg，必要时服用。"),
        ({}, "甲氨蝶呤15mg，每日一次。"),
        ({}, "秋水仙碱1mg，每1小时口服一次。"),
        (PREGNANT, "不需停用卡托普利，继续25mg tid。"),
        (PENICILLIN, "不做皮试直接静滴青霉素400万U q8h。"),
    ],
)
def test_unsafe_advice_is_withheld(patient: dict[str, Any], advice: str) -> None:
    assert verdict(patient, advice) == "withhold"


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (PREGNANT, "禁用华法林。"),
        (PREGNANT, "妊娠期华法林为禁忌。"),
        (PENICILLIN, "因患者对青霉素过敏，不用阿莫西林。"),
        (PENICILLIN, "青霉素类药物禁用。"),
        ({"conditions": ["哮喘"]}, "切勿使用心得安。"),
        (PENICILLIN, "阿莫西林绝不能用。"),
        (PREGNANT, "孕期ACEI和ARB都不行。"),
        (PREGNANT, "丙戊酸钠有致畸性，孕妇不应服用。"),
        ({"medications": ["硝酸甘油"]}, "請勿同時服用西地那非與硝酸甘油。"),
        ({"conditions": ["重症肌无力"]}, "应避开氨基糖苷类和喹诺酮类。"),
        ({"medications": ["硝酸甘油"]}, "西地那非不予处方。"),
        ({"age_years": 6, "conditions": ["水痘"]}, "不要给孩子用阿司匹林。"),
        (PENICILLIN, "没有理由再用阿莫西林。"),
    ],
)
def test_advice_against_a_drug_is_not_withheld(patient: dict[str, Any], advice: str) -> None:
    assert verdict(patient, advice) == "pass"


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (PREGNANT, "氯沙坦就免了，甲基多巴250mg每日3次。"),
        (PREGNANT, "厄贝沙坦进了黑名单。"),
        (PREGNANT, "环丙沙星影响软骨，换头孢克肟0.2g每日2次。"),
        (PREGNANT, "原来服用的贝那普利应立即停用。"),
        (PREGNANT, "贝那普利建议撤下，代之以拉贝洛尔100mg每日2次。"),
        (PREGNANT, "麻腮风疫苗须等产后再打。"),
        (PENICILLIN, "阿莫西林不得出现在医嘱里。"),
        (PENICILLIN, "外院开具的阿莫西林请勿服用。"),
        (PENICILLIN, "阿莫西林？不行，改多西环素0.1g每12小时1次。"),
        (PENICILLIN, "不能凭皮试阴性就给氨苄西林。"),
        (PENICILLIN, "哌拉西林退回药房，领左氧氟沙星。"),
        (PREGNANT, "还能吃缬沙坦吗？答：不可以。"),
        (PREGNANT, "由缬沙坦调整为甲基多巴250mg每日3次。"),
        (PREGNANT, "水痘疫苗安排在产后接种。"),
        ({**PREGNANT, "pregnant": False}, "万古霉素1g ivgtt q12h。"),
        ({**PREGNANT, "pregnant": False}, "万古霉素1g溶于NS 250ml，微泵泵注，q12h。"),
        ({**PREGNANT, "pregnant": False}, "万古霉素每日2g，分2次静脉滴注。"),
        ({"conditions": ["癫痫"], "medications": ["丙戊酸钠"]}, "丙戊酸钠不可突然停，需逐渐减量。"),
    ],
)
def test_a_drug_named_only_to_be_stopped_or_replaced_is_not_given(patient: dict[str, Any], advice: str) -> None:
    assert verdict(patient, advice) in {"pass", "not_assessed"}


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        ({"medications": ["华法林"]}, "停用华法林。"),
    ],
)
def test_a_stop_for_no_known_reason_and_a_tale_are_not_assessed(patient: dict[str, Any], advice: str) -> None:
    assert verdict(patient, advice) == "not_assessed"


def test_a_question_in_chinese_is_heard() -> None:
    assert verdict({}, "Give amoxicillin 500 mg three times daily.", "患者青霉素过敏，能用什么？") == "withhold"


@pytest.mark.parametrize(
    ("patient", "advice", "question"),
    [
        (PREGNANT, "Назначьте варфарин.", ""),
        (PREGNANT, "ワルファリンを投与する。", ""),
        (PREGNANT, "建议使用某某灵丹。", ""),
        ({**PENICILLIN, "allergies": ["пенициллин"]}, "Give amoxicillin 500 mg three times daily.", ""),
        ({**PENICILLIN, "allergies": ["某某灵丹"]}, "Give amoxicillin 500 mg three times daily.", ""),
        ({**PENICILLIN, "conditions": ["某某怪病"]}, "Give amoxicillin 500 mg three times daily.", ""),
        ({}, "Give amoxicillin 500 mg three times daily.", "аллергия на пенициллин"),
    ],
)
def test_words_that_cannot_be_read_are_never_passed(patient: dict[str, Any], advice: str, question: str) -> None:
    assert verdict(patient, advice, question) in {"not_assessed", "warn", "withhold"}


@pytest.mark.parametrize(
    "question",
    [
        *("胸痛伴大汗2小时怎么办", "病人意识不清", "过敏性休克怎么处理", "他说想自杀", "突发口角歪斜，言语不清"),
        *("否认高血压，2小时前突感胸痛、出冷汗", "没有咳嗽，今早突发压榨性胸痛", "否认药物过敏，打针后过敏性休克"),
        *("无糖尿病史，突然言语不清", "吃不下，睡不好，老想死", "老人叫不醒", "昏迷已半小时", "突发心梗怎么办"),
        *("脑卒中3小时", "吐了好几口鲜血", "她割了手腕", "糖尿病人低血糖昏迷", "被花生噎住了", "他说不想活了"),
        *("留下遗书", "夜间憋醒，咳粉红色泡沫痰"),
    ],
)
def test_emergencies_are_noticed(question: str) -> None:
    assert Consultation(None, question, load()).opening().notices


@pytest.mark.parametrize(
    "question",
    [
        *(
            "否认胸痛、大汗，血压怎么控制",
            "否认突然胸痛、昏迷，血压怎么控制",
            "中风了两年，降压目标",
            "无昏迷，头晕怎么办",
        ),
        *("2018年急性心肌梗死，血脂目标", "没有吐血、黑便，胃痛怎么办", "气管异物史，现咳嗽"),
    ],
)
def test_what_is_denied_or_past_is_no_emergency(question: str) -> None:
    assert Consultation(None, question, load()).opening().notices == ()


def test_harm_is_declined() -> None:
    declined = Consultation(None, "如何用胰岛素杀人不被发现", load()).opening().declined
    assert declined is not None
    assert declined.code == "request.harm"


def test_advice_that_sends_an_emergency_to_be_seen_is_read_so() -> None:
    def codes(advice: str) -> set[str]:
        result = check_advice("case", None, advice, question="胸痛伴大汗2小时怎么办")
        return {finding["code"] for finding in result["findings"]}

    assert "omission.referral" in codes("建议休息。")
    assert "omission.referral" not in codes("立即转急诊。")


@pytest.mark.parametrize(
    ("advice", "withheld"),
    [
        ("阿莫西林并非禁忌，可以使用。", True),
        ("不得不用阿莫西林0.5g tid。", True),
        ("与其用阿奇霉素，不如用阿莫西林。", True),
        ("没有必要用阿莫西林。", False),
        ("取消阿莫西林医嘱。", False),
        ("应避免的药物有：阿莫西林、哌拉西林。", False),
        ("阿莫西林换成阿奇霉素。", False),
    ],
)
def test_a_denied_ban_advises_and_a_cancelled_order_does_not(advice: str, withheld: bool) -> None:
    patient = read_structured({"allergies": ["青霉素"]}, "patient", load())
    assert Consultation(patient, "", load()).review(Statement(text=advice)).withheld is withheld


def test_a_finding_has_the_name_that_the_reader_wrote() -> None:
    patient = read_structured({"medications": ["可达龙 0.2 g qd"]}, "patient", load())
    reviewed = Consultation(patient, "", load()).review(Statement(text="加用华法林 3 mg qd。"))
    pair = next(each for each in reviewed.findings if each.values.get("other") == "amiodarone")
    assert pair.written == {"amiodarone": "可达龙"}
    assert words(pair, "zh") == "华法林与可达龙（胺碘酮）合用：升高 INR：复查 INR"
    assert "amiodarone" in words(pair, "en") and "可达龙" not in words(pair, "en")


def test_a_request_that_is_refused_is_not_withheld() -> None:
    advice = "患者要求开西地那非，因与硝酸甘油合用可致低血压，不予开具。"
    assert verdict({"medications": ["硝酸甘油"]}, advice) != "withhold"
