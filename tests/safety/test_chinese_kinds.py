"""Chinese advice that names drugs beside the one given: among unread words, compared, kept apart, asked about."""

from __future__ import annotations

import re
from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

BASE: dict[str, Any] = {"age_years": 61, "sex": "male", "weight_kg": 66, "conditions": [], "medications": []}
ALLERGIC = {**BASE, "allergies": [{"display": "青霉素", "reaction": "过敏性休克"}]}
FAILING = {**BASE, "no_known_allergies": True, "conditions": ["射血分数降低的心力衰竭"]}
LITHIUM = {**BASE, "no_known_allergies": True, "medications": ["碳酸锂 0.25 g tid"]}
STEROID = {**BASE, "no_known_allergies": True, "conditions": ["肾病综合征"], "medications": ["泼尼松 60 mg qd"]}
VALVE = {**BASE, "no_known_allergies": True, "conditions": ["主动脉瓣机械瓣置换术后"], "medications": ["华法林 3mg qd"]}
SHOCKED = {**BASE, "no_known_allergies": True, "conditions": ["过敏性休克"]}
FLUSHED = {**BASE, "allergies": ["万古霉素静滴（红人综合征）"]}
DEPRESSED = {**BASE, "no_known_allergies": True, "medications": ["舍曲林 100 mg qd"]}


def result(patient: dict[str, Any], advice: str) -> dict[str, Any]:
    return check_advice("case", Patient.model_validate(patient), advice)


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (ALLERGIC, "阿莫西林之于他犹如烫手山芋，多西环素0.1g bid。"),
        (FAILING, "普罗帕酮、氟卡尼犹如饿虎，比索洛尔2.5mg qd。"),
        (DEPRESSED, "利奈唑胺遇其便生祸端，多西环素0.1g bid。"),
    ],
)
def test_a_drug_among_words_that_nobody_read_is_not_assessed(patient: dict[str, Any], advice: str) -> None:
    found = result(patient, advice)
    assert found["verdict"] in {"not_assessed", "warn"}
    assert any(each["check"] == "polarity" for each in found["findings"])


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (ALLERGIC, "阿莫西林犹如神兵，0.5g tid。"),
        (ALLERGIC, "阿莫西林犹如神兵，速速服下。"),
        (FAILING, "氟卡尼犹如神兵，口服50mg bid。"),
        (DEPRESSED, "利奈唑胺0.6g q12h，舍曲林犹如磐石。"),
    ],
)
def test_a_dose_a_word_of_giving_and_what_is_taken_leave_no_doubt(patient: dict[str, Any], advice: str) -> None:
    assert result(patient, advice)["verdict"] == "withhold"


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (ALLERGIC, "头孢唑林与青霉素母核侧链不同，可予1g静滴q8h。"),
        (FAILING, "索他洛尔在LVEF 28%者增加猝死，绝不可取，胺碘酮200mg qd。"),
        (LITHIUM, "血锂若≥1.4mmol/L即减碳酸锂并复查，<1.0维持0.25g tid。"),
        (VALVE, "达比加群没有顶替的余地，华法林3mg qd照旧。"),
        (SHOCKED, "停输头孢唑林，保留通路，0.1%肾上腺素0.5mg肌注。"),
        (SHOCKED, "氢化可的松不能替代肾上腺素。"),
        (FLUSHED, "万古霉素125mg口服qid，红人综合征并非真性过敏。"),
        (ALLERGIC, "阿莫西林诱发过哮喘，感染只用多西环素0.1g bid。"),
        (DEPRESSED, "问：能否加用吗氯贝胺？答：用药期间不可，米氮平15mg qn。"),
        (DEPRESSED, "圣约翰草叠加5-羟色胺，购药时看清成分避开。"),
        (FAILING, "地尔硫䓬须先洗脱，比索洛尔2.5mg qd。"),
    ],
)
def test_what_is_compared_or_ruled_out_is_not_withheld(patient: dict[str, Any], advice: str) -> None:
    assert result(patient, advice)["verdict"] != "withhold"


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (STEROID, "激素足量10周，今起停用泼尼松，无需减量过程，中药调理。"),
        (BASE, "长春新碱2mg与甲氨蝶呤12mg、阿糖胞苷30mg一并鞘内注射。"),
        ({**BASE, "conditions": ["恶性高热易感（母亲发作）"]}, "琥珀胆碱100mg静推。"),
        ({**BASE, "conditions": ["DPYD基因型 *2A/*2A（纯合变异）"]}, "卡培他滨1000mg/m2 bid。"),
        ({**BASE, "medications": ["氟西汀 20 mg qd"]}, "氟西汀无效，明日停用，后天起吗氯贝胺150mg bid。"),
    ],
)
def test_harm_in_rarer_wordings_is_withheld(patient: dict[str, Any], advice: str) -> None:
    assert result(patient, advice)["verdict"] == "withhold"


ANTICOAGULATED = {**ALLERGIC, "medications": ["华法林 3mg qd"]}
PREGNANT = {**BASE, "sex": "female", "age_years": 29, "pregnant": True, "no_known_allergies": True}


@pytest.mark.parametrize(
    "advice",
    [
        "建议：换氨苄西林1g q6h。",
        "换上萘普生0.25g。",
        "停左氧氟沙星，上哌拉西林4.5g q8h。",
        "停左氧氟沙星，上哌拉西林。",
        "继续吃之前的萘普生。",
        "先前的氨苄西林照用。",
        "把停了的萘普生接上。",
        "哌拉西林无需回避。",
        "并未禁止氨苄西林。",
        "不赞成停用萘普生。",
        "毫无理由不用氨苄西林。",
        "何不给氨苄西林？",
        "谁说不可以用氨苄西林？",
        "氨苄西林怎么会不行？",
        "别忘了氨苄西林。",
        "不要因为害怕过敏就不用氨苄西林。",
        "解除对氨苄西林的禁令。",
        "并不存在氨苄西林的禁忌证。",
    ],
)
def test_a_drug_exchanged_for_kept_or_no_longer_forbidden_is_given(advice: str) -> None:
    assert result(ANTICOAGULATED, advice)["verdict"] == "withhold"


def test_a_drug_of_before_that_need_not_be_stopped_goes_on() -> None:
    assert result(PREGNANT, "之前的厄贝沙坦不必停。")["verdict"] == "withhold"


@pytest.mark.parametrize(
    "advice",
    [
        "不要继续用以前的氨苄西林。",
        "氨苄西林不应使用，须回避。",
        "别忘了避用萘普生。",
        "不要忘记监测INR。",
        "替换氨苄西林。",
    ],
)
def test_what_stays_forbidden_is_not_given(advice: str) -> None:
    assert result(ANTICOAGULATED, advice)["verdict"] == "pass"


@pytest.mark.parametrize("advice", ["癫痫药别再吃了。", "抗癫痫药赶紧停。", "丙戊酸钠立刻停。"])
def test_a_drug_stopped_at_once_is_never_passed(advice: str) -> None:
    epileptic = {**BASE, "no_known_allergies": True, "conditions": ["癫痫"], "medications": ["丙戊酸钠 0.5g bid"]}
    assert result(epileptic, advice)["verdict"] != "pass"


def test_an_allele_that_is_not_there_forbids_nothing() -> None:
    said = {"conditions": ["痛风", "HLA-B*5801阴性"], "no_known_allergies": True}
    found = result({**BASE, **said}, "别嘌醇100mg qd。")["findings"]
    assert not any(each["check"] == "pharmacogenomics" and each["verdict"] == "fail" for each in found)


@pytest.mark.parametrize(
    ("advice", "withheld"),
    [
        ("Vincristine 1.4 mg and methotrexate 12 mg intrathecally.", True),
        ("Vincristine 1.4 mg intravenously and methotrexate 12 mg intrathecally.", False),
        ("Vincristine 1.4 mg on day 1 and intrathecal methotrexate 12 mg.", False),
    ],
)
def test_a_way_at_the_end_of_a_list_is_that_of_all(advice: str, withheld: bool) -> None:
    assert (result(BASE, advice)["verdict"] == "withhold") is withheld


def test_words_of_the_reading_are_said_in_the_readers_own() -> None:
    findings = check_advice("case", Patient.model_validate(STEROID), "泼尼松明日停掉，摸鱼儿为伴。", language="zh")[
        "findings"
    ]
    said = " ".join(each["reason"] for each in findings if each["check"] in {"undone", "unread"})
    assert "泼尼松" in said
    assert not re.search("[A-Za-z]", said)
