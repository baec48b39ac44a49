"""What Chinese records tell of allergies, drugs since a day that has been, newborns, values and devices."""

from __future__ import annotations

import pytest

from medrag.types import FactStatus
from tests.reading.noted import note


@pytest.mark.parametrize(
    ("text", "allergens"),
    [
        ("克林霉素过敏：全身风团。", {"clindamycin"}),
        ("喹诺酮类药物过敏：用莫西沙星后皮肤瘙痒。", {"fluoroquinolone", "moxifloxacin"}),
        ("卡马西平过敏史：剥脱性皮炎。", {"carbamazepine"}),
        ("3年前输注万古霉素后20分钟出现喉头水肿。", {"vancomycin"}),
        ("既往口服萘普生后面部肿胀。", {"naproxen"}),
        ("服用依那普利后血管性水肿。", {"enalapril"}),
        ("输注紫杉醇期间发生过敏反应。", {"paclitaxel"}),
    ],
)
def test_what_a_drug_did_is_an_allergy_and_no_drug_taken(text: str, allergens: set[str]) -> None:
    patient = note(text)
    found = {each.display.casefold() for each in patient.allergies or () if each.status is FactStatus.ACTIVE}
    assert (found, patient.medications) == (allergens, None)


def test_a_denied_allergy_and_what_came_after_other_things_are_none() -> None:
    denied = note("头孢过敏史：（-）。")
    assert [each.status for each in denied.allergies or ()] == [FactStatus.NEGATED]
    assert note("术后出现皮疹。感冒后荨麻疹。").allergies is None


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("3个月前改阿哌沙班5mg bid。", "apixaban"),
        ("前天起加用利奈唑胺。", "linezolid"),
        ("2021年3月起换甘精胰岛素 睡前12u。", "insulin glargine"),
        ("去年底开始加达格列净10mg qd。", "dapagliflozin"),
        ("氯吡格雷→替格瑞洛（2025-08起）", "ticagrelor"),
    ],
)
def test_a_drug_since_a_day_that_has_been_is_taken(text: str, drug: str) -> None:
    taken = [each.display for each in note(text).medications or () if each.status is FactStatus.ACTIVE]
    assert taken == [drug]


@pytest.mark.parametrize("title", ["产科门诊病历", "产科查房记录", "产科"])
def test_a_title_that_names_a_ward_is_no_heading_of_the_past(title: str) -> None:
    patient = note(f"{title}\n孕妇，29岁，孕20周。甲亢，丙硫氧嘧啶50mg bid。")
    assert {each.status for each in patient.medications or ()} == {FactStatus.ACTIVE}


@pytest.mark.parametrize(
    ("text", "days", "sex"),
    [
        ("患儿，女，日龄8天，体重3.0kg。", 8, "female"),
        ("患儿，男，生后4天。", 4, "male"),
        ("女婴，52天，发热。", 52, "female"),
        ("患儿，男，出生6天，皮肤黄染。", 6, "male"),
        ("新生儿，女，生后5小时。", 0, "female"),
    ],
)
def test_a_newborn_has_an_age_and_a_sex(text: str, days: int, sex: str) -> None:
    patient = note(text)
    assert patient.age_years == pytest.approx(days / 365.25, abs=0.01)
    assert patient.sex == sex


def test_values_and_devices_are_what_they_say() -> None:
    patient = note("血小板4.5万/μL。最近一次EF 41%（前次55%）。有饮酒史。右侧颈动脉支架术后。起搏器植入术后。")
    values = {each.display.casefold(): each.value for each in patient.observations or ()}
    assert values == {"platelets": 45000.0, "left ventricular ejection fraction": 41.0}
    named = {each.display.casefold() for each in patient.conditions or () if each.status is FactStatus.ACTIVE}
    assert named == {"alcohol consumption", "cardiac pacemaker"}


def test_an_unknown_history_is_uncertain_and_a_drug_left_off_is_over() -> None:
    patient = note("哮喘史不详。长期服用氢氯噻嗪。2周前因感冒自行停用氢氯噻嗪。")
    assert {each.display: each.status for each in patient.conditions or ()}["asthma"] is FactStatus.UNCERTAIN
    assert {each.status for each in patient.medications or ()} == {FactStatus.RESOLVED}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("儿时得过肾病综合征，工作后没再犯。", FactStatus.RESOLVED),
        ("年轻时患过胃溃疡。", FactStatus.RESOLVED),
        ("曾患甲亢，药物治疗后痊愈。", FactStatus.RESOLVED),
        ("幼年时患1型糖尿病。", FactStatus.ACTIVE),
    ],
)
def test_what_was_had_when_young_or_was_healed_is_past(text: str, status: FactStatus) -> None:
    assert [each.status for each in note(text).conditions or ()] == [status]
