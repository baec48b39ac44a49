"""The same drug twice: added to what is taken, or by a brand beside its own name; and what only changes or goes on."""

from __future__ import annotations

import pytest

from tests.safety.test_care import findings, verdict
from tests.safety.test_pairs import taking


def failed(advice: str, *taken: str) -> set[str]:
    return {each["code"] for each in findings(advice, **taking(*taken))["findings"] if each["verdict"] == "fail"}


@pytest.mark.parametrize(
    ("advice", "taken"),
    [
        ("Add naproxen 500 mg bd for the gout.", ["naproxen 500 mg bd"]),
        ("On top of that, give gliclazide 160 mg bd.", ["gliclazide 160 mg bd"]),
        ("Calpol 1 g four times a day for the fever.", ["paracetamol 1 g qds"]),
        ("Tenormin 100 mg bd.", ["atenolol 100 mg"]),
        ("Naproxen 500 mg tds and Naprosyn 500 mg bd.", []),
        ("Simvastatin 40 mg at night. Zocor 80 mg in the evening.", []),
    ],
)
def test_the_sum_of_a_drug_given_twice_is_held_against_its_limit(advice: str, taken: list[str]) -> None:
    assert verdict(advice, **taking(*taken)) == "withhold"


@pytest.mark.parametrize(
    ("advice", "taken"),
    [
        ("Commence Xarelto 10 mg daily.", "rivaroxaban 10 mg daily"),
        ("Prozac 20 mg each morning.", "fluoxetine 20 mg daily"),
        ("Additionally, prescribe lamotrigine 50 mg bd.", "lamotrigine 50 mg bd"),
    ],
)
def test_a_drug_given_twice_within_its_limit_warns(advice: str, taken: str) -> None:
    assert failed(advice, taken) & {"duplication.twice", "duplication.group"} == {"duplication.twice"}
    assert verdict(advice, **taking(taken)) == "warn"


@pytest.mark.parametrize(
    ("advice", "taken"),
    [
        ("Paracetamol 1 g qds for the pain.", "paracetamol 1 g qds"),
        ("Increase Prozac to 40 mg daily.", "fluoxetine 20 mg daily"),
        ("Continue Xarelto 20 mg with supper.", "rivaroxaban 20 mg daily"),
        ("Give Naprosyn 500 mg bd instead of the unbranded tablets.", "naproxen 500 mg bd"),
        ("Change atenolol to Tenormin 50 mg daily.", "atenolol 50 mg"),
        ("Add another 25 mg of atenolol in the evening.", "atenolol 25 mg daily"),
        ("Titrate Lamictal to 100 mg bd.", "lamotrigine 50 mg bd"),
        ("Atenolol 50 mg daily; add amlodipine 5 mg.", "atenolol 50 mg daily"),
        ("Oramorph 5 mg as needed for breakthrough pain.", "morphine m/r 20 mg bd"),
        ("Voltarol Emulgel to the knee three times a day.", "diclofenac 50 mg tds"),
        ("Take Zocor (simvastatin) 40 mg at night.", ""),
        ("Zocor 40 mg or simvastatin 40 mg, whichever is in stock.", ""),
    ],
)
def test_a_drug_that_is_changed_or_goes_on_is_no_second_one(advice: str, taken: str) -> None:
    assert "duplication.twice" not in failed(advice, *filter(None, [taken]))
