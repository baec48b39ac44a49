"""What Chinese questions tell of the patient: in short names, lay words and the ways of asking."""

from __future__ import annotations

import pytest

from medrag.knowledge import Knowledge, load
from medrag.patient.load import hear
from medrag.reading import prescriptions
from medrag.reading.languages.gloss import in_english
from medrag.reading.polarity import Polarity
from medrag.types import FactStatus, Patient


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def heard(question: str, knowledge: Knowledge) -> Patient:
    patient = hear(None, question, knowledge=knowledge)
    assert patient is not None
    return patient


@pytest.mark.parametrize(
    ("question", "drug"),
    [
        ("瑞舒伐20 qn吃了半年", "rosuvastatin"),
        ("没有冠心病，厄贝沙坦150mg qd，血压还高", "irbesartan"),
        ("没肾病没糖尿病，硝苯地平30mg天天吃", "nifedipine"),
        ("哮喘多年一直吸布地奈德", "budesonide"),
        ("阿托伐他汀20mg qn×6月，肌痛", "atorvastatin"),
    ],
)
def test_a_drug_that_is_taken(question: str, drug: str, knowledge: Knowledge) -> None:
    taken = heard(question, knowledge).medications or ()
    assert [each.display.casefold() for each in taken if each.status is FactStatus.ACTIVE] == [drug]


@pytest.mark.parametrize("question", ["阿司匹林吃不吃", "这个病人吲达帕胺行不行", "别嘌醇替代行不行"])
def test_what_is_asked_is_not_denied(question: str, knowledge: Knowledge) -> None:
    (drug,) = heard(question, knowledge).medications or ()
    assert drug.status is FactStatus.UNCERTAIN


def test_a_relative_of_whom_it_asks_is_the_patient(knowledge: Knowledge) -> None:
    patient = heard("我妈71岁，有冠心病，要不要吃阿司匹林", knowledge)
    assert (patient.age_years, patient.sex) == (71, "female")
    assert [(each.display, each.status) for each in patient.conditions or ()] == [
        ("coronary artery disease", FactStatus.ACTIVE)
    ]
    other = heard("我爸61岁时查出胃癌，我要做胃镜吗", knowledge)
    assert other.age_years is None
    assert [each.status for each in other.conditions or ()] == [FactStatus.FAMILY_HISTORY]


@pytest.mark.parametrize(
    ("question", "value"), [("女40，空腹6.5", 6.5), ("糖尿病，指尖3.1", 3.1), ("体检空腹5.8，没症状", 5.8)]
)
def test_a_glucose_that_is_not_called_so(question: str, value: float, knowledge: Knowledge) -> None:
    values = [each.value for each in heard(question, knowledge).observations or () if each.display == "glucose"]
    assert values == [value]


def test_weeks_after_childbirth_are_none_of_pregnancy(knowledge: Knowledge) -> None:
    shown = {each.display for each in heard("产后8周复查，孕期GDM", knowledge).conditions or ()}
    assert "postpartum" in shown
    assert not [each for each in shown if each.startswith("pregnancy at")]


@pytest.mark.parametrize(
    ("sentence", "drug"),
    [
        ("服用他汀期间出现肌痛并且肌酸激酶明显升高，应停用他汀。", "statin"),
        ("使用别嘌醇期间出现皮疹，立即停用。", "allopurinol"),
        ("有阿司匹林禁忌者，可用氯吡格雷75 mg，口服，每日一次。", "aspirin"),
    ],
)
def test_a_drug_of_those_who_take_it_or_must_not_have_it_is_not_advised(
    sentence: str, drug: str, knowledge: Knowledge
) -> None:
    found = prescriptions(in_english(sentence, knowledge), knowledge)
    assert not [each for each in found if each.mention.text == drug and each.mention.polarity is Polarity.RECOMMENDED]
