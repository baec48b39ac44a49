"""Chinese put into English, and what is read of it: notes, their negations, relatives, the past, and the places."""

from __future__ import annotations

import pytest

from medrag.reading.languages.gloss import in_english, known_words, other_script
from medrag.types import FactStatus
from tests.reading.noted import KNOWLEDGE, note

NOTE = """患者男，68岁，因突发胸痛2小时入院。
既往史：高血压病史10年，2型糖尿病5年，否认冠心病、脑卒中病史。
过敏史：青霉素过敏（皮疹）。
家族史：父亲有冠心病。
目前用药：氨氯地平5mg 每日一次；华法林已停用。
查体：血压150/95mmHg。肌酐 120 μmol/L。
"""


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("每日三次，每次2片", "3 times daily, 2 tablets"),
        ("青霉素320万单位，每六小时一次", "Penicillin 3200000 units, every 6 hours"),
        ("妊娠12周，三十二岁", "12 weeks pregnant, 32-year-old"),
        ("华法林禁用。", "Avoid warfarin."),
        ("禁用华法林。", "Avoid warfarin."),
        ("华法林绝不能用。", "Do not use warfarin."),
        ("请勿同时服用西地那非与硝酸甘油", "Do not combine sildenafil and nitroglycerin"),
        ("每日口服一次", "Once daily oral"),
        ("血糖 134 mg/dL", "Glucose 134 mg/dL"),
        ("平卧，抬高下肢", "Lie flat, legs raised"),
        ("帕金森病人", "Parkinson's disease patient"),
        ("无发热、咳嗽及腹泻", "No fever or cough or diarrhea"),
        ("Warfarin 5 mg", "Warfarin 5 mg"),
        ("不得不用布洛芬", "Must use ibuprofen"),
        ("无需停用华法林", "Do not stop warfarin"),
        ("没有必要用布洛芬", "Do not use ibuprofen"),
        ("禁忌药物：华法林、布洛芬", "Avoid warfarin, ibuprofen"),
        ("早8U、晚6U", "8U in the morning, 6U in the evening"),
        ("每次4片即10 mg", "10 mg"),
        ("INR2.8，P112次/分", "INR 2.8, heart rate 112/min"),
        ("华法林产后再启动", "Warfarin is not to be given yet"),
        ("拉贝洛尔优于依那普利", "Labetalol is preferred over enalapril"),
        ("布洛芬❌", "Ibuprofen: avoid"),
        ("如正在使用布洛芬，应予停药", "Stop ibuprofen, stop"),
        ("有溃疡，故布洛芬不予", "Has ulcer, do not give ibuprofen"),
        ("EGFR 19del突变", "Tumour receptor gene"),
        ("高血压病3级 很高危", "Hypertension"),
        ("胎心140次/分", "Fetal heartbeat heard"),
        ("头孢呋辛皮试（+）", "Cefuroxime allergy"),
        ("尿HCG阴性", "Pregnancy test negative"),
        ("腹痛待查：阑尾炎？", "Abdominal pain. Suspected: appendicitis?"),
        ("肺癌可能性不大", "Lung cancer is unlikely"),
        ("患者孙××，女", "Patient, female"),
        ("2026-08-20\n周某", "2026-08-20"),
        ("二尖瓣中重度狭窄", "Severe mitral stenosis"),
        ("泼尼松每周减2.5mg直至停药", "Prednisone weekly reduce by 2.5mg until stopped"),
    ],
)
def test_clinical_chinese_is_put_into_the_english_that_is_read(chinese: str, english: str) -> None:
    assert in_english(chinese, KNOWLEDGE).strip() == english


def test_a_note_is_read_with_the_status_of_each_fact() -> None:
    patient = note(NOTE)
    assert (patient.age_years, patient.sex) == (68, "male")
    assert {(each.display, each.status) for each in patient.conditions or ()} == {
        ("chest pain", FactStatus.ACTIVE),
        ("hypertension", FactStatus.ACTIVE),
        ("type 2 diabetes mellitus", FactStatus.ACTIVE),
        ("coronary artery disease", FactStatus.NEGATED),
        ("stroke", FactStatus.NEGATED),
        ("coronary artery disease", FactStatus.FAMILY_HISTORY),
    }
    assert [each.display for each in patient.allergies or ()] == ["penicillin"]
    medications = {each.display.lower(): each.status for each in patient.medications or ()}
    assert medications == {"amlodipine": FactStatus.ACTIVE, "warfarin": FactStatus.RESOLVED}
    values = {each.display: (each.value, each.unit) for each in patient.observations or ()}
    assert values["systolic blood pressure"] == (150, "mm[Hg]")
    assert values["creatinine"][0] == 120


def test_a_fact_says_where_in_the_chinese_it_stands() -> None:
    patient = note(NOTE)
    start, end = map(int, (patient.allergies or ())[0].source.removeprefix("note:").split("-"))
    assert NOTE[start:end] == "青霉素"


@pytest.mark.parametrize(
    ("text", "drug", "status"),
    [
        ("既往史：曾服依那普利，因干咳停用，改服缬沙坦80mg qd。", "valsartan", FactStatus.ACTIVE),
        ("术后服替格瑞洛满1年后停用。", "ticagrelor", FactStatus.RESOLVED),
        ("出院带药：富马酸比索洛尔片2.5mg qd（心率<55停用）。", "bisoprolol", FactStatus.ACTIVE),
        ("用药：通心络3粒 tid。", "tongxinluo", FactStatus.ACTIVE),
        ("美托洛尔25mg bid，上周因头晕停用。", "metoprolol", FactStatus.RESOLVED),
        ("头孢哌酮3g q8h，昨日停。", "cefoperazone", FactStatus.RESOLVED),
        ("阿卡波糖医生开过，一直没吃。", "acarbose", FactStatus.NEGATED),
        ("氯吡格雷75mg qd未停。", "clopidogrel", FactStatus.ACTIVE),
        ("强直性脊柱炎，阿达木单抗治疗。", "adalimumab", FactStatus.ACTIVE),
        ("规律服用缬沙坦。", "valsartan", FactStatus.ACTIVE),
    ],
)
def test_what_became_of_a_drug(text: str, drug: str, status: FactStatus) -> None:
    read = note(text).medications or ()
    assert [each.status for each in read if each.display.casefold() == drug] == [status]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("过敏史：青霉素过敏记录为误录。", FactStatus.NEGATED),
        ("过敏史：曾服头孢克洛出现全身皮疹。", FactStatus.ACTIVE),
        ("无药物过敏史，对花生过敏。", FactStatus.ACTIVE),
        ("否认药物过敏，海鲜过敏。", FactStatus.ACTIVE),
    ],
)
def test_an_allergy_told_or_taken_back(text: str, status: FactStatus) -> None:
    told = [each for each in note(text).allergies or () if "No known" not in each.display]
    assert [each.status for each in told] == [status]


@pytest.mark.parametrize(
    "text", ["2009年患十二指肠溃疡，已治愈。", "10年前肺结核，规律治疗后治愈。", "2016年左肾结石，已排净。"]
)
def test_what_was_healed_is_over(text: str) -> None:
    conditions = {each.display: each.status for each in note(f"高血压5年，{text}").conditions or ()}
    assert conditions.pop("hypertension") is FactStatus.ACTIVE
    assert FactStatus.ACTIVE not in conditions.values()


@pytest.mark.parametrize("text", ["患者某某怪病，鬼画符。", "Аллергия на пенициллин", "ペニシリンアレルギー", "حساسية"])
def test_a_note_with_words_that_cannot_be_read_loses_what_they_say(text: str) -> None:
    lost = {each for problem in note(text).problems for each in problem.lost}
    assert {"allergies", "conditions", "medications"} <= lost


def test_words_without_english_stay_and_a_search_leaves_them_out() -> None:
    assert other_script(in_english("鬼画符与华法林", KNOWLEDGE))
    assert known_words("鬼画符与华法林", KNOWLEDGE) == "and warfarin"
