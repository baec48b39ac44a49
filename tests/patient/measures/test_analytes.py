"""Which measurement an observation is of, and values that conditions give in their words."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.patient import from_json
from medrag.patient.measures.analytes import named
from medrag.patient.view import view


@pytest.mark.parametrize(
    ("display", "key"),
    [
        ("Na+ (serum)", "sodium"),
        ("venous haemoglobin", "hemoglobin"),
        ("whole blood ciclosporin trough", "cyclosporine_level"),
        ("urine sodium", "urine_sodium"),
        ("plasma cells", None),
        ("Protein S", None),
    ],
)
def test_the_usual_specimen_may_stand_beside_a_name(display: str, key: str | None) -> None:
    assert named(display, load()) == key


def test_values_are_taken_from_the_words_of_conditions() -> None:
    words = ["dilated heart after viral myocarditis, EF 18 %", "renal impairment (eGFR 24)", "AF, INR target 2.5"]
    patient = from_json({"conditions": [*words, "Body mass index 30+ - obesity", "past anaemia, Hb 61"]}, load())
    assert {each.display: each.value for each in patient.observations or () if each.current} == {
        "left ventricular ejection fraction": 18,
        "egfr": 24,
    }


def test_a_measured_value_stands_before_one_in_a_conditions_words() -> None:
    facts = {"conditions": ["renal impairment, eGFR 24"], "observations": [{"display": "eGFR", "value": 71}]}
    patient = from_json(facts, load())
    assert view(patient, patient, load()).labs["egfr"] == 71
