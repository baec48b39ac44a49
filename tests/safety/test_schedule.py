"""How often and for how long drugs are given: what is withheld, warned of or let be."""

from __future__ import annotations

import pytest
from tests.safety.test_values_and_routes import verdict


@pytest.mark.parametrize(
    "advice",
    [
        "Fentanyl 25 micrograms/hour patch, change every 24 hours.",
        "Methotrexate daily.",
        "Adalimumab 40 mg every day.",
        "Paliperidone palmitate 100 mg im daily.",
        "Ketorolac 10 mg qds for 10 days.",
        "Denosumab 60 mg weekly.",
    ],
)
def test_too_often_or_too_long_is_withheld(advice: str) -> None:
    assert verdict(advice, "schedule") == ("fail", "contraindicated")


@pytest.mark.parametrize(
    "advice",
    [
        "Metoclopramide 10 mg tds for 2 weeks.",
        "Zopiclone 7.5 mg nocte long term.",
        "Apixaban 5 mg tds.",
        "Tiotropium 18 micrograms inhaled twice daily.",
        "Semaglutide 1 mg daily.",
    ],
)
def test_more_than_the_label_allows_is_warned_of(advice: str) -> None:
    assert verdict(advice, "schedule") == ("fail", "warning")


@pytest.mark.parametrize(
    "advice",
    [
        "Fentanyl 25 micrograms/hour patch every 72 hours.",
        "Methotrexate 15 mg once weekly and folic acid 5 mg daily.",
        "Adalimumab 40 mg every other week.",
        "Metoclopramide 10 mg tds for 5/7.",
        "Ketorolac eye drops four times a day for 4 weeks.",
        "Semaglutide 14 mg orally daily.",
        "Vancomycin 125 mg orally qds for 10 days.",
    ],
)
def test_what_the_label_allows_is_let_be(advice: str) -> None:
    assert verdict(advice, "schedule") is None


def test_a_number_without_a_unit_is_not_vouched_for() -> None:
    assert verdict("Digoxin 250 od.", "dose") == ("not_assessed", "warning")
    assert verdict("Methotrexate 10 daily.", "dose") == ("fail", "contraindicated")


def test_a_kidney_rule_may_be_bound_to_a_route() -> None:
    poor = {"observations": [{"display": "eGFR", "value": 20, "unit": "mL/min/1.73m2"}]}
    assert verdict("Vancomycin 1 g IV bd.", "renal", **poor) == ("fail", "warning")
    assert verdict("Vancomycin 125 mg orally qds.", "renal", **poor) is None
