"""Every code has words in every language, and whoever makes findings says what the words name."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from medrag import messages
from medrag.knowledge import load
from medrag.knowledge.pgx import PgxEntry
from medrag.messages import Language, catalogue, phrase, placeholders, say
from medrag.patient.view import view
from medrag.safety.checks import CHECKS
from medrag.safety.question import red_flags
from medrag.types import Advice, Finding, Patient, Severity, Verdict

ROOT = Path(__file__).parent.parent / "medrag"
CODES = sorted(catalogue("en").sentences)
CJK = re.compile(r"[一-鿿]")
AS_THEY_COME = {"red_flag.named", "sent.problem", "age.rule", "allergy.rule", "omission.monitoring"}
"""Nothing but values in the Chinese sentence either."""


def made() -> set[str]:
    """Every text in what makes findings that looks like a code; in an f-string up to the first value."""
    groups = {code.partition(".")[0] for code in CODES}
    looks = re.compile(rf"(?:{'|'.join(groups)})\.[a-z_]*")
    texts = (
        node.value
        for path in (ROOT / "engine.py", *(ROOT / "safety").rglob("*.py"), *(ROOT / "generation").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in texts if looks.fullmatch(text)}


def test_codes_in_the_code_are_those_of_the_catalogue() -> None:
    found = made()
    families = {each for each in found if each.endswith(".")}
    assert families == {"request.", "unread."}
    assert found - families <= set(CODES)
    variants = {f"{each}_intolerance" for each in found}
    assert {code for code in CODES if not code.startswith(tuple(families))} <= found | variants


@pytest.mark.parametrize("code", CODES)
def test_every_code_speaks_every_language(code: str) -> None:
    assert set(catalogue("zh").sentences) == set(CODES)
    assert placeholders(code, "zh") == placeholders(code, "en")
    assert CJK.search(catalogue("zh").sentences[code]) or code in AS_THEY_COME
    assert not CJK.search(catalogue("en").sentences[code])


def test_languages_name_the_same() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    assert english.names.keys() == chinese.names.keys()
    assert english.joins.keys() == chinese.joins.keys()
    assert english.text.keys() == chinese.text.keys()
    for name, terms in english.terms.items():
        assert terms.keys() <= chinese.terms[name].keys()
    for key, words in english.text.items():
        assert sorted(re.findall(r"\{\w+\}", words)) == sorted(re.findall(r"\{\w+\}", chinese.text[key]))


def test_every_check_has_a_name() -> None:
    prefixes = {code.partition(".")[0] for code in CODES} - {"advice", "check"}
    checks = {each.__name__ for each in CHECKS} - {"unknown"}
    assert prefixes | checks <= catalogue("en").names.keys()


@pytest.mark.parametrize("values", [{}, {"drug": "x"}, {"drug": "x", "reason": "r", "more": "m"}])
def test_values_that_are_not_the_codes_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"age\.rule"):
        say("age.rule", values)


def test_a_code_without_words_is_refused() -> None:
    with pytest.raises(ValidationError, match="no such code"):
        finding("age.never")
    with pytest.raises(ValidationError, match="has the values"):
        finding("age.rule")


def test_lists_in_place_of_a_text_are_said_somehow() -> None:
    assert say("population.other", {"groups": (("child", "men"),)}) == "it is for other patients (children or men)"


def finding(code: str, **values: messages.Value) -> Finding:
    return Finding(
        check="x", verdict=Verdict.FAIL, severity=Severity.WARNING, code=code, values=values, source="a source"
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "it is for other patients (children or eGFR below 30)"),
        ("zh", "该推荐适用于其他人群（儿童 或 eGFR 低于 30）"),
    ],
)
def test_terms_and_limits(language: Language, words: str) -> None:
    assert say("population.other", {"groups": ("child", "egfr<30")}, language) == words


def test_lists_pairs_and_numbers() -> None:
    values = {"count": 2, "total": 3, "pairs": (("a", "b"), ("a", "c"))}
    assert say("interaction.unreviewed", values).endswith("none: a with b, a with c")
    assert say("interaction.unreviewed", values, "zh").endswith("：a与b；a与c")
    values = {"drug": "x", "dose": 4000.0, "unit": "mg", "limit": 0.125}
    assert say("dose.daily_above", values) == "x: 4000 mg a day is above 0.125"


def test_values_are_no_templates() -> None:
    assert finding("red_flag.named", notice="{drug} {0}").reason == "{drug} {0}"


def test_findings_come_back_as_they_went() -> None:
    sent = finding("interaction.unreviewed", count=1, total=1, pairs=(("a", "b"),))
    assert Finding.model_validate_json(sent.model_dump_json()) == sent
    given = sent.model_copy(update={"reason": "in other words"})
    assert Finding.model_validate_json(given.model_dump_json()).reason == "in other words"


def test_the_schema_lists_the_reason_of_a_finding_and_the_message_of_an_advice() -> None:
    assert "reason" in Finding.model_json_schema()["properties"]
    assert "message_code" in Advice.model_json_schema()["properties"]


def test_emergencies_are_said_in_chinese() -> None:
    labs = [("potassium", 7, "mmol/L"), ("sodium", 110, "mmol/L"), ("calcium", 15, "mg/dL"), ("INR", 10, "1")]
    ill = Patient.model_validate(
        {
            "conditions": ["diabetic ketoacidosis", "gastrointestinal hemorrhage", "suicidal ideation"],
            "observations": [{"display": name, "value": value, "unit": unit} for name, value, unit in labs],
        }
    )
    recorded = {str(each.values["notice"]) for each in red_flags.notices("", view(ill, ill, load()), load())}
    assert len(recorded) >= 5
    notices = recorded | {flag.notice for flag in load().red_flags}
    assert notices <= catalogue("zh").terms["notice"].keys()


def test_what_cpic_says_is_said_in_chinese() -> None:
    knowledge = load()
    entries: list[PgxEntry] = [each for drug in knowledge.drugs for each in knowledge.pgx.entries(drug)]
    terms = catalogue("zh").terms
    assert entries
    assert {each.action for each in entries} <= terms["action"].keys()
    assert {each.strength for each in entries} <= terms["strength"].keys()
    assert {each.population for each in entries} <= terms["population"].keys()


def test_drugs_and_conditions_have_their_chinese_names() -> None:
    pairs = {"drug": "amlodipine + valsartan", "condition": "heart failure", "reason": "no such reason"}
    assert say("contraindication.rule", pairs, "zh") == "氨氯地平 + 缬沙坦，患者有心力衰竭：no such reason"
    assert say("contraindication.rule", pairs) == "amlodipine + valsartan with heart failure: no such reason"


@pytest.mark.parametrize(
    ("code", "values", "said"),
    [
        (
            "population.noted",
            {"notes": ("only: systolic blood pressure >= 160 mmHg | condition: hypertension",), "facts": ("age 30",)},
            "该语句的适用人群注记（仅用于：收缩压 >= 160 mmHg或高血压）表明其不适用于该患者：年龄 30",
        ),
        (
            "population.noted",
            {"notes": ("unless: takes: warfarin",), "facts": ("warfarin",)},
            "该语句的适用人群注记（不用于：正在使用华法林）表明其不适用于该患者：华法林",
        ),
        (
            "renal.rule",
            {"drug": "metformin", "fact": "creatinine clearance 25", "reason": "r"},
            "二甲双胍，患者 肌酐清除率 25：r",
        ),
        (
            "criteria.rule",
            {"drug": "spironolactone", "facts": ("potassium 5.6 mmol/L",), "reason": "r"},
            "螺内酯（患者：血钾 5.6 mmol/L）：r",
        ),
        (
            "population.limit_unknown",
            {"limits": ("systolic blood pressure >= 130",)},
            "适用条件为 收缩压 >= 130，病历中没有相应记录",
        ),
    ],
)
def test_facts_and_notes_in_chinese(code: str, values: dict[str, Any], said: str) -> None:
    assert say(code, values, "zh") == said


@pytest.mark.parametrize(
    ("kind", "english", "chinese"), [("grade", "strong", "强"), ("dose", ", 3mg every night", ", 3mg 每晚")]
)
def test_phrases_in_chinese(kind: str, english: str, chinese: str) -> None:
    assert phrase(kind, english, "zh") == chinese


def test_the_crisis_line_of_the_reader_s_country() -> None:
    notice = next(each for each in catalogue("zh").terms["notice"] if "988" in each)
    for said in (say("red_flag.named", {"notice": notice}, "zh"), say("request.self_harm", {}, "zh")):
        assert "12356" in said and "当地热线" in said and "988" not in said
    assert "988" in say("request.self_harm", {}, "en")
