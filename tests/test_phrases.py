"""What answers say beside findings has Chinese words: every effect of the knowledge, and the faults of records."""

from __future__ import annotations

import re

import pytest

from medrag.knowledge import load
from medrag.messages import formula, phrase
from medrag.patient.measures.calculation import calculators

LATIN_WORD = re.compile(r"\b(?!eGFR|LDL|BMI|PCI|SGLT2|TIMI|mmol|mmHg|PREVENT)[A-Za-z]{3,}\b")


def test_every_effect_is_said_in_chinese() -> None:
    said = {
        text
        for each in load().effects
        for text in (each.treatment, each.comparator, each.outcome, each.population, each.own_risk or "death")
    }
    left = [text for text in said if LATIN_WORD.search(phrase("effect", text, "zh"))]
    assert not left


def test_every_score_and_equation_has_a_title_in_chinese() -> None:
    titles = {each.title for each in calculators(load()).values()}
    assert {title for title in titles if formula(title, "zh") == title} == set()
    assert formula("anion gap") == "anion gap"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "atorvastatin is recorded both as taken and as stopped; both are kept",
            "阿托伐他汀 既记录为在用，又记录为已停；均予保留",
        ),
        ("not recorded: conditions", "未记录：诊断"),
        ("something nobody translated", "something nobody translated"),
    ],
)
def test_faults_of_a_record_are_said_in_chinese(english: str, chinese: str) -> None:
    assert phrase("problem", english, "zh") == chinese
    assert phrase("problem", english) == english
